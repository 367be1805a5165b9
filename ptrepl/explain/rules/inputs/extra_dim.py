"""Indices made from (batch, height, width), and used on (batch, 1, height, width): a dim of size 1 is in their way."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.shapes.index_parts import limits, limits_of
from ptrepl.texts.messages import gettext

_Shape = tuple[int, ...]


def _extra_dim(case: Case) -> Finding | None:
    for node in ast.walk(case.site.line):
        match node:
            case ast.Subscript(value=base, slice=ast.Tuple(elts=indices), ctx=ast.Load()):
                found = _of(case, node, base, indices)
                if found is not None:
                    return found
    return None


def _of(case: Case, node: ast.Subscript, base: ast.expr, indices: list[ast.expr]) -> Finding | None:
    shape = case.shape(base)
    if shape is None or len(shape) != len(indices) + 1 or len(indices) < 2:
        return None
    largest = [_largest(case, each) for each in indices]
    if any(each is None for each in largest) or _fits(shape[: len(indices)], largest):
        return None
    dims = [dim for dim in range(1, len(shape)) if shape[dim] == 1 and _fits(_without(shape, dim), largest)]
    if len(dims) != 1:
        return None
    dim = dims[0]
    text = gettext(
        "{tensor} is {shape}, and {count} indices are taken from its first dims: dim {dim} has size 1, and the indices "
        "fit {without}, without it.",
        tensor=case.called(base, gettext("The tensor")),
        shape=shape_text(shape),
        count=len(indices),
        dim=dim,
        without=shape_text(_without(shape, dim)),
    )
    passed = call_that_gave(case, base.id) if isinstance(base, ast.Name) and case.site.is_nested else None
    if passed is not None:
        outer, given = passed
        code = postfix(outer.site.source, given, f".squeeze({dim})")
        drops = gettext("{code} drops it.", code=in_a_sentence(code))
        call = outer.node
        assert isinstance(call, ast.Call)
        return Finding(f"{text} {drops}", verified(outer, Candidate(spliced(outer.site.source, call, {given: code}))))
    code = postfix(case.site.source, base, f".squeeze({dim})")
    drops = gettext("{code} drops it.", code=in_a_sentence(code))
    there = replace(case, maybe_site=replace(case.site, node=node))
    return Finding(f"{text} {drops}", verified(there, Candidate(spliced(case.site.source, node, {base: code}))))


def _without(shape: _Shape, dim: int) -> _Shape:
    return (*shape[:dim], *shape[dim + 1 :])


def _fits(shape: _Shape, largest: list[int | None]) -> bool:
    return all(number is not None and number < size for number, size in zip(largest, shape, strict=False))


def _largest(case: Case, node: ast.expr) -> int | None:
    """The largest number in an index; None where it is not known, or is no array or tensor of numbers."""
    match node:
        case ast.Subscript(value=ast.Name() as several, slice=ast.Constant(value=int() as at)):
            held: Any = case.real(several)
            if (is_numpy_array(held) and held.ndim == 2 and held.dtype.kind in "iu") or type(held) is tuple:
                held = held[at] if -len(held) <= at < len(held) else None
        case _:
            held = case.real(node)
    if is_numpy_array(held) and held.dtype.kind in "iu" and held.ndim == 1 and held.size:
        return int(held.max())
    found = limits(held) if is_tensor_class(type(held)) else limits_of(case, node)
    return found[1] if found is not None else None


BEFORE = ("data.sample_index", "inputs.gone_dim", "data.samplers", "shapes.embedding", "shapes.index", "shapes.mask")

RULES = (
    Rule(
        "extra dim",
        ("IndexError",),
        r"is out of bounds for dimension \d+ with size",
        _extra_dim,
        more="shapes/index",
    ),
)
