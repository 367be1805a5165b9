"""einsum, tensordot and inner: subscripts and dims with two sizes."""

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
from ptrepl.texts.messages import gettext

_Operand = tuple[str, str, tuple[int, ...]]
"""Its subscripts, its name in a sentence, its shape."""


def _operands(case: Case, call: FailedCall) -> tuple[str, list[_Operand]] | None:
    """The equation, and each operand with its subscripts; None where their numbers differ or a shape is not known."""
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
    names = [case.called(node, gettext("operand {index}", index=index)) for index, node in enumerate(nodes)]
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
                text = gettext(
                    "In the equation the subscript {letter} stands for {first_size} in {first}, which is "
                    "{first_shape}, and for {second_size} in {second}, which is {second_shape}: each subscript stands "
                    "for one size.",
                    letter=letter,
                    first_size=known[0],
                    first=known[1],
                    first_shape=shape_text(known[2]),
                    second_size=size,
                    second=name,
                    second_shape=shape_text(shape),
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
    text = gettext(
        "The equation has the subscripts {letters} for {operand}, which is {shape}: it needs one letter for each dim.",
        letters=repr(letters),
        operand=name,
        shape=shape_text(shape),
    )
    return Finding(text)


def _inner(case: Case) -> Finding | None:
    """``torch.inner`` and ``torch.tensordot`` of dims that differ."""
    call = invocation(case)
    if call is None or call.name not in ("inner", "tensordot") or len(call.args) < 2:
        return None
    left, right = call.args[:2]
    one, two = case.shape(left), case.shape(right)
    if not one or not two or (call.name == "tensordot" and case.match["first"] is None):
        return None
    operands = {
        "left": case.called(left, gettext("The left side")),
        "left_shape": shape_text(one),
        "right": case.called(right, gettext("the right side")),
        "right_shape": shape_text(two),
        "call": call.said,
    }
    if call.name == "inner":
        text = gettext(
            "{left} is {left_shape} and {right} is {right_shape}: {call} multiplies along the last dim of both, and "
            "{left_size} is not {right_size}.",
            left_size=one[-1],
            right_size=two[-1],
            **operands,
        )
    else:
        text = gettext(
            "{left} is {left_shape} and {right} is {right_shape}: {call} multiplies along dims that must be equal, and "
            "{left_size} is not {right_size}.",
            left_size=case.match["first"],
            right_size=case.match["second"],
            **operands,
        )
    source = case.site.source
    transposed = [
        Candidate(changed(case, {node: postfix(source, node, ".T")}))
        for node, shape in ((right, two), (left, one))
        if len(shape) == 2
    ]
    return Finding(text, tried(case, transposed))


_MORE = "shapes/einsum"

RULES = (
    Rule("einsum sizes", ("RuntimeError",), r"einsum\(\): subscript \w has size \d+ for operand", _sizes, more=_MORE),
    Rule(
        "einsum subscripts",
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
