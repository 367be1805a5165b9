"""Shapes that need another number of elements than a tensor has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_RESHAPING = ("view", "reshape", "view_as", "reshape_as")
_MOST_PAIRS = 10

_MORE = "shapes/reshape"


def _target(call: FailedCall) -> list[ast.expr]:
    """The expressions of the new sizes; [] where they are not written out."""
    given = call.args[1:] or tuple(call.keywords.values())
    if len(given) == 1 and isinstance(given[0], (ast.Tuple, ast.List)):
        return [*given[0].elts]
    return [*given]


def _invalid(case: Case) -> Finding | None:
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.name in _RESHAPING and call.args else None
    if call is None or shape is None:
        return None
    wanted = [int(each) for each in case.match["shape"].split(",") if each.strip()]
    count, known = prod(shape), prod(size for size in wanted if size != -1)
    told = [_has(case, call.args[0], shape)]
    if -1 not in wanted:
        told.append(gettext("The shape {shape} needs {number}.", shape=shape_text(wanted), number=known))
    elif known:
        told.append(
            gettext(
                "torch infers the size that is written as -1, but {elements} is not a multiple of {known}.",
                elements=count,
                known=known,
            )
        )
    else:
        told.append(gettext("torch infers the size that is written as -1, but beside a size of 0 nothing fits."))
    pairs = [f"({size}, {count // size})" for size in range(1, count + 1) if count % size == 0] if count < 4096 else []
    if len(wanted) == 2 and 2 < len(pairs) <= _MOST_PAIRS:
        told.append(gettext("These shapes of two dims fit: {shapes}.", shapes=", ".join(pairs)))
    return Finding(" ".join(told), tried(case, _fitting(case, call, shape, wanted)))


def _has(case: Case, tensor: ast.expr, shape: tuple[int, ...]) -> str:
    """A sentence: the shape of a tensor, and how many elements that makes."""
    name = case.called(tensor, gettext("The tensor"))
    return ngettext(
        "{tensor} is {shape} and has one element.",
        "{tensor} is {shape} and has {count} elements.",
        prod(shape),
        tensor=name,
        shape=shape_text(shape),
    )


def _fitting(case: Case, call: FailedCall, shape: tuple[int, ...], wanted: list[int]) -> Iterator[Candidate]:
    sizes = _target(call)
    if len(sizes) != len(wanted):
        return
    if -1 in wanted:
        last = wanted.index(-1)
        if wanted[0] not in (-1, shape[0] if shape else -1) and isinstance(call.args[0], ast.Name) and len(shape) > 1:
            yield Candidate(changed(case, {sizes[0]: f"{call.args[0].id}.shape[0]"}))
        if len(wanted) == 2 and last == 0 and len(shape) > 1:
            yield Candidate(changed(case, {sizes[1]: str(shape[-1])}))
        return
    for node in sizes:
        yield Candidate(changed(case, {node: "-1"}))


def _two_unknown(case: Case) -> Finding | None:
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.name in _RESHAPING and call.args else None
    if call is None or not shape:
        return None
    sizes = _target(call)
    once = gettext("-1 stands for the size that torch infers from all others, so it may stand only once.")
    text = f"{once} {_has(case, call.args[0], shape)}"
    if len(sizes) != 2 or len(shape) < 2:
        return Finding(text)
    return Finding(text, tried(case, [Candidate(changed(case, {sizes[1]: str(shape[-1])}))]))


RULES = (
    Rule(
        "reshape",
        ("RuntimeError",),
        r"shape '\[(?P<shape>[-\d, ]*)\]' is invalid for input of size \d+",
        _invalid,
        more=_MORE,
    ),
    Rule("inferred sizes", ("RuntimeError",), r"only one dimension can be inferred", _two_unknown, more=_MORE),
)
