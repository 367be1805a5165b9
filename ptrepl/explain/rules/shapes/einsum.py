"""einsum, tensordot and inner: letters and dims that stand for two sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule

_Operand = tuple[str, str, tuple[int, ...]]
"""Letters, what a sentence calls it, shape."""


def _operands(case: Case, call: FailedCall) -> tuple[str, list[_Operand]] | None:
    """The equation, and each operand with its letters; None where they do not belong together."""
    equation = case.value(call.args[0]) if call.args else None
    nodes = call.args[1:]
    if len(nodes) == 1 and isinstance(nodes[0], (ast.List, ast.Tuple)):
        nodes = tuple(nodes[0].elts)
    if type(equation) is not str or "." in equation:
        return None
    letters = equation.replace(" ", "").partition("->")[0].split(",")
    shapes = [shape for node in nodes if (shape := case.shape(node)) is not None]
    if len(letters) != len(nodes) or len(shapes) < len(nodes):
        return None
    names = [case.called(node, f"operand {index}") for index, node in enumerate(nodes)]
    return equation, [*zip(letters, names, shapes, strict=True)]


def _sizes(case: Case) -> Finding | None:
    call = invocation(case)
    found = _operands(case, call) if call is not None and call.name == "einsum" else None
    if call is None or found is None:
        return None
    equation, operands = found
    seen: dict[str, tuple[int, str, tuple[int, ...]]] = {}
    for letters, name, shape in operands:
        if len(letters) != len(shape):
            return None
        for letter, size in zip(letters, shape, strict=True):
            known = seen.setdefault(letter, (size, name, shape))
            if known[0] != size and 1 not in (known[0], size):
                text = (
                    f"In the equation the letter {letter} stands for {known[0]} in {known[1]}, which is "
                    f"{shape_text(known[2])}, and for {size} in {name}, which is {shape_text(shape)}: each letter "
                    f"stands for one size."
                )
                return Finding(text, tried(case, _reordered(case, call, equation, operands)))
    return None


def _reordered(case: Case, call: FailedCall, equation: str, operands: list[_Operand]) -> Iterator[Candidate]:
    """The letters of one operand in another order, so that each letter stands for one size."""
    if not isinstance(call.args[0], ast.Constant):
        return
    _, arrow, result = equation.replace(" ", "").partition("->")
    for at in reversed(range(len(operands))):
        letters = operands[at][0]
        for order in permutations(letters) if len(letters) <= 3 else ():
            parts = [each[0] for each in operands]
            parts[at] = "".join(order)
            if parts[at] != letters and _agrees(parts, operands):
                yield Candidate(changed(case, {call.args[0]: repr(f"{','.join(parts)}{arrow}{result}")}))


def _agrees(parts: list[str], operands: list[_Operand]) -> bool:
    seen: dict[str, int] = {}
    return all(
        seen.setdefault(letter, size) == size
        for letters, (_, _, shape) in zip(parts, operands, strict=True)
        for letter, size in zip(letters, shape, strict=True)
    )


def _letters(case: Case) -> Finding | None:
    call = invocation(case)
    found = _operands(case, call) if call is not None and call.name == "einsum" else None
    if found is None:
        return None
    wrong = next((each for each in found[1] if len(each[0]) != len(each[2])), None)
    if wrong is None:
        return None
    letters, name, shape = wrong
    return Finding(
        f"The equation has the letters {letters!r} for {name}, which is {shape_text(shape)}: it needs one letter for "
        f"each dim."
    )


def _inner(case: Case) -> Finding | None:
    """``torch.inner`` and ``torch.tensordot`` of dims that differ."""
    call = invocation(case)
    if call is None or call.name not in ("inner", "tensordot") or len(call.args) < 2:
        return None
    left, right = call.args[:2]
    one, two = case.shape(left), case.shape(right)
    first, second = case.called(left, "the left side"), case.called(right, "the right side")
    if not one or not two:
        return None
    have = f"{first} is {shape_text(one)} and {second} is {shape_text(two)}"
    if call.name == "inner":
        text = f"{have}: {call.said} multiplies along the last dim of both, and {one[-1]} is not {two[-1]}."
    elif case.match["first"] is not None:
        sizes = case.match["first"], case.match["second"]
        text = f"{have}: {call.said} multiplies along dims that must be equal, and {sizes[0]} is not {sizes[1]}."
    else:
        return None
    source = case.site.source
    turned = [
        Candidate(changed(case, {node: postfix(source, node, ".T")}))
        for node, shape in ((right, two), (left, one))
        if len(shape) == 2
    ]
    return Finding(text, tried(case, turned))


_MORE = "shapes/einsum"

RULES = (
    Rule(
        "sizes in einsum", ("RuntimeError",), r"einsum\(\): subscript \w has size \d+ for operand", _sizes, more=_MORE
    ),
    Rule(
        "letters in einsum",
        ("RuntimeError",),
        r"einsum\(\): the number of subscripts in the equation",
        _letters,
        more=_MORE,
    ),
    Rule(
        "inner products",
        ("RuntimeError",),
        r"inner\(\) the last dimension must match|contracted dimensions need to match, but first has size "
        r"(?P<first>\d+) in dim -?\d+ and second has size (?P<second>\d+)",
        _inner,
        more="shapes/inner",
    ),
)
