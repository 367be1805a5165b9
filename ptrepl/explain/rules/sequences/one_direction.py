"""What a bidirectional recurrent layer hands on: the state of one direction where both are meant."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.module_call import module_call
from ptrepl.explain.operands.recurrent_call import bidirectional
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _one_direction(case: Case) -> Finding | None:
    """``self.fc(h[-1])`` of a bidirectional layer, where ``fc`` takes the states of both directions."""
    call = module_call(case, "Linear", "input")
    shape, node = (call.shape("input"), call.nodes.get("input")) if call is not None else (None, None)
    match node:
        case ast.Subscript(value=state, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))):
            pass
        case _:
            return None
    if call is None or shape is None or call.number("in_features") != 2 * shape[-1]:
        return None
    whole, recurrent = case.shape(state), bidirectional(case, shape[-1])
    if whole is None or len(whole) != len(shape) + 1 or whole[0] % 2 or not recurrent or case.node is None:
        return None
    source = case.site.source
    base = segment(source, state)
    both = f"torch.cat([{base}[-2], {base}[-1]], {len(shape) - 1})"
    text = gettext(
        "{layer} takes {count} numbers, and {input} is {shape}. {recurrent} is bidirectional: {input} is the state of "
        "the backward direction alone, and the one before it that of the forward direction. Together they have "
        "{count}: {code}.",
        layer=call.path,
        count=2 * shape[-1],
        input=in_one_line(source, node),
        shape=shape_text(shape),
        recurrent=recurrent,
        code=both,
    )
    return Finding(text, tried(case, [Candidate(spliced(source, case.node, {node: both}))]))


BEFORE = ("inputs.left_over", "inputs.meant_instead", "shapes.layer")

RULES = (
    Rule(
        "one direction",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied",
        _one_direction,
        "modules/recurrent",
    ),
)
