"""The parts of an index, each with the dim of the tensor that it picks from."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.standins.callee import repeats
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns

_MOST = 1 << 14
_WHOLE = ("torch.int64", "torch.int32", "torch.int16", "torch.int8", "torch.uint8")


@dataclass(frozen=True, slots=True)
class IndexPart:
    """One index: a number, a slice, a tensor of numbers."""

    node: ast.expr
    dim: int
    size: int


def places(case: Case, index: ast.expr, shape: tuple[int, ...]) -> list[IndexPart]:
    """The indices in the brackets that pick from one dim each; [] where that is not clear."""
    elements = [*index.elts] if isinstance(index, ast.Tuple) else [index]
    found: list[IndexPart] = []
    dim = 0
    for at, node in enumerate(elements):
        if isinstance(node, ast.Starred):
            return []
        if isinstance(node, ast.Constant) and node.value is None:
            continue
        if isinstance(node, ast.Constant) and node.value is Ellipsis:
            after = sum(not (isinstance(each, ast.Constant) and each.value is None) for each in elements[at + 1 :])
            dim = len(shape) - after
            continue
        facts = case.facts(node)
        if dim < 0 or dim >= len(shape) or (facts is not None and facts.dtype == "bool"):
            return found
        found.append(IndexPart(node, dim, shape[dim]))
        dim += 1
    return found


def out_of_range(case: Case, place: IndexPart) -> int | None:
    """A number in the index that its dim does not have; None if there is none, or it is not known."""
    if isinstance(place.node, ast.Slice):
        return None
    value = case.value(place.node)
    if type(value) is int:
        return None if -place.size <= value < place.size else value
    found = limits_of(case, place.node)
    if found is None:
        return None
    least, most = found
    return most if most >= place.size else least if least < -place.size else None


def limits_of(case: Case, node: ast.expr) -> tuple[int, int] | None:
    """The least and the greatest of the integers that ``node`` gives; None where they are not known."""
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="to" | "long" | "int" | "clone" | "detach")):
            if (found := limits_of(case, base)) is not None:
                return found
    real = case.real(node)
    if real is not None and is_tensor_class(type(real)):
        return limits(real)
    standins = StandIns(exact=True)
    try:
        value = Evaluator(case.scope, standins).value(node) if repeats(node) else None
    except (Unknown, Failed):
        return None
    if standins.blank:
        return None
    if type(value) is list and value and all(type(each) is int for each in value):
        return min(value), max(value)
    return limits(value)


def limits(tensor: Any) -> tuple[int, int] | None:
    """The least and the greatest number in a plain, small tensor of integers on the CPU; None for all others."""
    if type(tensor) is not sys.modules["torch"].Tensor:
        return None
    fact = {name: base_attribute(name).__get__(tensor) for name in ("dtype", "device", "layout")}
    if str(fact["dtype"]) not in _WHOLE or fact["device"].type != "cpu" or str(fact["layout"]) != "torch.strided":
        return None
    if not 0 < tensor.numel() <= _MOST:
        return None
    copy = tensor.detach().clone()
    return int(copy.min()), int(copy.max())


def instead(case: Case, texts: dict[ast.expr | ast.stmt, str]) -> Candidate:
    """The failing index with other parts; the whole statement where it is assigned to."""
    node, line = case.node, case.site.line
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return Candidate(spliced(case.site.source, line, texts), replaces_line=True, gives="")
    return Candidate(changed(case, texts))
