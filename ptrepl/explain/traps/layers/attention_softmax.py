"""The trap of attention whose weights add up to 1 along another dim than the one that is summed over."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_KEEPS = ("masked_fill", "contiguous", "clamp", "float", "masked_fill_")
_DEEPEST = 8


def weights_of_another_dim(noticed: Noticed) -> Iterator[Told]:
    """``weights = (q @ k.mT).softmax(dim=1)``, then ``weights @ v``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            sides = _product(place, node)
            weights = None if sides is None else _softmax(noticed, place, sides[0])
            if sides is None or weights is None:
                continue
            where, call, dim, scores = weights
            dims = place.reader.shape(sides[0]) or place.reader.shape(sides[1])
            if dims is None or len(dims) < 3 or dim in (-1, len(dims) - 1):
                continue
            if not _are_scores(noticed, where, scores):
                continue
            text = gettext(
                "{product} sums over the last dim of {weights}, but {softmax} makes dim {dim} add up to 1: the weights "
                "that are summed do not. Write dim=-1.",
                product=place.text(node),
                weights=place.text(sides[0]),
                softmax=where.text(call),
                dim=dim,
            )
            yield told_of(place, text, node)
            return


def _product(place: Place, node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """The sides of a matrix product."""
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return left, right
        case ast.Call(func=func, args=[left, right]) if place.is_function(func, "matmul", "bmm"):
            return left, right
        case ast.Call(func=ast.Attribute(value=left, attr="matmul" | "bmm"), args=[right]):
            return left, right
    return None


def _softmax(
    noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST
) -> tuple[Place, ast.Call, int, ast.expr] | None:
    """Where softmax made it, the call, its dim, and what it was given."""
    if not depth:
        return None
    match node:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            return None if found is None else _softmax(noticed, *found, depth - 1)
        case ast.Call(func=func, args=[given, *dims], keywords=named) if place.is_function(func, "softmax"):
            pass
        case ast.Call(func=ast.Attribute(value=given, attr="softmax"), args=dims, keywords=named):
            pass
        case ast.Call(func=func, args=[given, *_]) if place.module_class(func) == "Dropout":
            return _softmax(noticed, place, given, depth - 1)
        case _:
            return None
    dims = [*dims, *(each.value for each in named if each.arg == "dim")]
    value = place.reader.known(dims[0]) if len(dims) == 1 else None
    return (place, node, value, given) if type(value) is int else None


def _are_scores(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether it is a matrix product, scaled and masked or not."""
    if not depth:
        return False
    if _product(place, node) is not None:
        return True
    match node:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            return found is not None and _are_scores(noticed, *found, depth - 1)
        case ast.BinOp(left=left, op=ast.Div() | ast.Mult() | ast.Add()):
            return _are_scores(noticed, place, left, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _KEEPS:
            return _are_scores(noticed, place, inner, depth - 1)
    return False
