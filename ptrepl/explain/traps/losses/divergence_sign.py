"""The trap of a KL divergence without its minus: a term that is never above 0, added to the loss."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import backward_in
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_REDUCES = ("sum", "mean")
_DEEPEST = 12


class _Formula(NamedTuple):
    """``1 + v - m ** 2 - v.exp()`` in a loss, and where it stands."""

    place: Place
    node: ast.expr


def divergence_without_minus(noticed: Noticed) -> Iterator[Told]:
    """``kld = 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())``, then ``(bce + kld).backward()``."""
    for place in noticed.places:
        call = backward_in(place) if place.certain else None
        if call is None or not isinstance(call.func, ast.Attribute):
            continue
        found = _negative(noticed, place, call.func.value, 1)
        if found is not None:
            text = gettext(
                "{formula} is never above 0, and the loss has it with a plus: the smaller it gets, the further the "
                "distribution is from the standard normal one. The KL divergence has a minus: {instead}.",
                formula=found.place.text(found.node),
                instead=f"-0.5 * ({found.place.text(found.node)})",
            )
            yield told_of(found.place, text, found.node)
            return


def _negative(noticed: Noticed, place: Place, node: ast.expr, sign: int, depth: int = _DEEPEST) -> _Formula | None:
    """The formula in ``sign * node``, where that has it with a plus; None where it has none, or it is not known."""
    if not depth:
        return None
    direction = _direction(node)
    if direction:
        return _Formula(place, node) if direction * sign < 0 else None
    match node:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            return None if found is None else _negative(noticed, *found, sign, depth - 1)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return _negative(noticed, place, inner, -sign, depth - 1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            other = -sign if isinstance(op, ast.Sub) else sign
            first = _negative(noticed, place, left, sign, depth - 1)
            return first or _negative(noticed, place, right, other, depth - 1)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for weight, inner in ((left, right), (right, left)):
                number = _number(place, weight)
                if number:
                    return _negative(noticed, place, inner, sign if number > 0 else -sign, depth - 1)
        case ast.BinOp(left=inner, op=ast.Div()):
            return _negative(noticed, place, inner, sign, depth - 1)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=method), args=[inner, *_]):
            return _negative(noticed, place, inner, sign, depth - 1) if method in _REDUCES else None
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _REDUCES:
            return _negative(noticed, place, inner, sign, depth - 1)
        case ast.Call():
            returned = noticed.returned(place, node)
            return None if returned is None else _negative(noticed, *returned, sign, depth - 1)
    return None


def _number(place: Place, node: ast.expr) -> float:
    """The number that it is; 0 where that is not known."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
    found = place.reader.real(node)
    return found if type(found) in (int, float) else 0


def _direction(node: ast.expr) -> int:
    """-1 for ``1 + v - m ** 2 - v.exp()``, 1 for the same with all signs turned, 0 for all else."""
    parts = [*_summands(node, 1)]
    if len(parts) != 4:
        return 0
    exponents = [(sign, inner) for sign, each in parts if (inner := _exponent(each)) is not None]
    squares = [sign for sign, each in parts if _is_square(each)]
    ones = [sign for sign, each in parts if isinstance(each, ast.Constant) and each.value == 1]
    if len(exponents) != 1 or len(squares) != 1 or len(ones) != 1:
        return 0
    sign, exponent = exponents[0]
    linear = [other for other, each in parts if ast.dump(each) == ast.dump(exponent)]
    return sign if squares == [sign] and ones == [-sign] and linear == [-sign] else 0


def _summands(node: ast.expr, sign: int) -> Iterator[tuple[int, ast.expr]]:
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            yield from _summands(left, sign)
            yield from _summands(right, -sign if isinstance(op, ast.Sub) else sign)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            yield from _summands(inner, -sign)
        case _:
            yield sign, node


def _exponent(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="exp"), args=[inner]):
            return inner
        case ast.Call(func=ast.Attribute(value=inner, attr="exp"), args=[]):
            return inner
    return None


def _is_square(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=2)) | ast.Call(func=ast.Attribute(attr="square")):
            return True
        case ast.Call(func=ast.Attribute(attr="pow"), args=[*_, ast.Constant(value=2)]):
            return True
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return ast.dump(left) == ast.dump(right)
    return False
