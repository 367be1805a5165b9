"""A loss that is given the list that a network returns, one tensor for each of its heads."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.containers.which_part import is_loss
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext


def _several(case: Case) -> Finding | None:
    """One head for each column of the targets, or all heads for the same targets."""
    match case.node:
        case ast.Call(args=[outputs, target], keywords=[]) as call:
            held: Any = case.real(outputs)
        case _:
            return None
    shape = case.shape(target)
    if type(held) not in (list, tuple) or len(held) < 2 or shape is None or not is_loss(case):
        return None
    if not all(is_tensor_class(type(each)) for each in held) or len(shape) != 2 or shape[1] != len(held):
        return None
    if any((one := sizes(read(each))) is None or one[:1] != shape[:1] for each in held):
        return None
    source, taken = case.site.source, {*case.scope.locals, *case.names}
    each, at = ("out" if "out" not in taken else "each"), ("k" if "k" not in taken else "column")
    column = postfix(source, target, f"[:, {at}]")
    single = spliced(source, call, {outputs: each, target: column})
    code = f"sum({single} for {at}, {each} in enumerate({segment(source, outputs)}))"  # not a sentence: Python
    text = gettext(
        "{name} is a {type} of {count} outputs, with the shapes {parts}, and {loss} takes one. {target} is {shape}, "
        "with a column for each of them: {code}.",
        name=operand_text(case, outputs),
        type=type(held).__name__,
        count=len(held),
        parts=outline(held),
        loss=operand_text(case, call.func),
        target=operand_text(case, target),
        shape=shape_text(shape),
        code=in_a_sentence(code),
    )
    return Finding(text, verified(case, Candidate(code))) if _runs(case, code) else None


def _runs(case: Case, code: str) -> bool:
    try:
        Evaluator(case.scope, StandIns()).value(ast.parse(code, mode="eval").body)
    except Failed:
        return False
    except (Unknown, SyntaxError):
        return True
    return True


BEFORE = ("containers.collated_lists",)

RULES = (
    Rule(
        "several outputs",
        ("TypeError",),
        r"must be Tensor, not (?:list|tuple)",
        _several,
        more="containers/lists-of-tensors",
    ),
)
