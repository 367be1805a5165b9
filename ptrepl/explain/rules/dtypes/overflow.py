"""A number that the dtype of a tensor cannot hold: ``scores.half().masked_fill(mask, -1e9)``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import is_integral
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_VALUES = {
    "masked_fill": (2, "value"),
    "masked_fill_": (2, "value"),
    "fill_": (1, "value"),
    "full_like": (1, "fill_value"),
    "clamp": (1, "min"),
    "add": (1, "other"),
}
"""Where each function takes the number, the tensor counted as argument 0, and how the argument is called."""

_WITH_INFINITY = ("float16", "bfloat16", "float32", "float64")
"""Some dtypes of 8 bits have no infinity."""


def _overflow(case: Case) -> Finding | None:
    found = _parts(case)
    if found is None:
        return None
    tensor, value, number = found
    facts = case.facts(tensor)
    dtype = getattr(sys.modules["torch"], str(facts.dtype), None) if facts is not None else None
    if facts is None or dtype is None:
        return None
    if not dtype.is_floating_point:
        return _of_integers(case, tensor, value, number)
    largest = sys.modules["torch"].finfo(dtype).max
    if facts.dtype not in _WITH_INFINITY or not largest < abs(number) < float("inf"):
        return None
    text = gettext(
        "{name} is {dtype}, whose numbers go up to {largest}, and {value} lies beyond. {dtype} has {infinity} too, "
        "and {limit} is its last number.",
        name=operand_text(case, tensor),
        dtype=facts.dtype,
        largest=f"{largest:g}",
        value=operand_text(case, value),
        infinity=_infinity(number),
        limit=_limit(case, tensor, number),
    )
    return Finding(text, tried(case, [Candidate(changed(case, {value: _infinity(number)}))]))


def _infinity(number: float) -> str:
    return 'float("-inf")' if number < 0 else 'float("inf")'


def _limit(case: Case, tensor: ast.expr, number: float) -> str:
    name = segment(case.site.source, tensor)
    return f"torch.finfo({name}.dtype).{'min' if number < 0 else 'max'}"


def _of_integers(case: Case, tensor: ast.expr, value: ast.expr, number: float) -> Finding | None:
    facts = case.facts(tensor)
    torch = sys.modules["torch"]
    whole = facts is not None and is_integral(str(facts.dtype)) and facts.dtype != "bool"
    info = torch.iinfo(getattr(torch, str(facts.dtype))) if facts is not None and whole else None
    if facts is None or info is None or info.min <= number <= info.max:
        return None
    text = gettext(
        "{name} is {dtype}, which holds integers from {least} to {largest}, and {value} is not one of them.",
        name=operand_text(case, tensor),
        dtype=facts.dtype,
        least=info.min,
        largest=info.max,
        value=operand_text(case, value),
    )
    return Finding(text, tried(case, _wider(case, tensor, number)))


def _wider(case: Case, tensor: ast.expr, number: float) -> Iterator[Candidate]:
    node = case.node
    if isinstance(node, ast.Call) and not ast.unparse(node.func).endswith("_"):
        text = f"{segment(case.site.source, tensor)}{'.long()' if number == int(number) else '.float()'}"
        if isinstance(tensor, (ast.Name, ast.Attribute, ast.Subscript)):
            yield Candidate(changed(case, {tensor: text}))


def _parts(case: Case) -> tuple[ast.expr, ast.expr, float] | None:
    """The tensor, the expression of the number, and the number."""
    call = invocation(case)
    match case.node:
        case ast.Subscript(value=base) if isinstance(case.parents[0], ast.Assign):
            tensor, value = base, case.parents[0].value
        case _:
            if call is None or call.name not in _VALUES or not call.args:
                return None
            given = call.argument(*_VALUES[call.name])
            if given is None:
                return None
            tensor, value = call.args[0], given
    number = case.value(value)
    if type(number) not in (int, float) or abs(number) == float("inf"):
        return None
    return tensor, value, number


BEFORE = ("sequences.masks",)

RULES = (
    Rule(
        "number range",
        ("RuntimeError",),
        r"cannot be converted to type [\w:]+ without overflow",
        _overflow,
        more="dtypes/range",
    ),
)
