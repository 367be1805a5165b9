"""``torch.zeros_like(x.shape)``: a shape where a tensor is wanted, whose shape is taken over."""

from __future__ import annotations

import ast
import sys

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_LIKE = {
    "empty_like": "empty",
    "full_like": "full",
    "ones_like": "ones",
    "rand_like": "rand",
    "randn_like": "randn",
    "zeros_like": "zeros",
}


def _shape_not_tensor(case: Case) -> Finding | None:
    """``torch.zeros_like(x.shape)``, ``torch.ones_like((3, 4))``."""
    call = invocation(case)
    if call is None or call.name not in _LIKE or call.is_method or not call.args:
        return None
    shape = case.held(call.args[0])
    if type(shape) not in (tuple, list, sys.modules["torch"].Size) or not all(type(each) is int for each in shape):
        return None
    maker = f"torch.{_LIKE[call.name]}"
    text = gettext(
        "{given} is a shape, and {function} takes a tensor, whose shape it takes over. {maker} takes a shape.",
        given=operand_text(case, call.args[0]),
        function=call.said,
        maker=maker,
    )
    source, node = case.site.source, call.node
    candidates = [Candidate(spliced(source, node, {node.func: maker}))]
    match call.args[0]:
        case (
            ast.Attribute(value=tensor, attr="shape") | ast.Call(func=ast.Attribute(value=tensor, attr="size"), args=[])
        ):
            candidates.insert(0, Candidate(spliced(source, node, {call.args[0]: segment(source, tensor)})))
    return Finding(text, tried(case, candidates, most=1))


BEFORE = (
    "arrays.from_data",
    "arrays.other_forms",
    "sequences.two_states",
    "containers.wanted_tensor",
    "python.keyword",
    "python.plain_slips",
)

RULES = (
    Rule(
        "shape given",
        ("TypeError",),
        r"_like\(\): argument 'input' \(position 1\) must be Tensor, not",
        _shape_not_tensor,
        "arrays/call-forms",
    ),
)
