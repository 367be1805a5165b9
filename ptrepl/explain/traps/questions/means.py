"""Sums over the batches of a loop, and what they are divided by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from ptrepl.engine.outcome import Status
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place

_WRAPPERS = ("float", "round", "print")
_MOST_SEARCHED = 20
_LONGEST = 4_000


def quotients(noticed: Noticed, place: Place) -> Iterator[tuple[str, ast.expr]]:
    """``("correct", loader)`` of a statement that gives ``correct / len(loader)``, or 100 times that."""
    for name, divisor in ratios(place):
        length = measured(noticed, place, divisor)
        if length is not None:
            yield name, length


def ratios(place: Place, *, sums: bool = False) -> Iterator[tuple[str, ast.expr]]:
    """``("total", n)`` of a statement that gives ``total / n``, or 100 times that, as it is.

    ``sums``: of ``self.total / n`` and of ``sum(losses) / n`` as well.
    """
    match place.statement:
        case ast.AugAssign(target=target, op=ast.Div(), value=right):
            if sums or isinstance(target, ast.Name):
                yield ast.unparse(target), right
            return
        case ast.Assign(value=value) | ast.Return(value=value) | ast.Expr(value=value) if value is not None:
            pass
        case _:
            return
    for part in _whole_values(value):
        match part:
            case ast.BinOp(left=ast.Attribute() as left, op=ast.Div(), right=right) if sums:
                yield ast.unparse(left), right
            case ast.BinOp(left=ast.Call(func=ast.Name(id="sum"), args=[left]), op=ast.Div(), right=right) if sums:
                yield ast.unparse(left), right
            case ast.BinOp(left=left, op=ast.Div(), right=right) if name := _counted(left):
                yield name, right


def measured(noticed: Noticed, place: Place, node: ast.expr) -> ast.expr | None:
    """``loader`` of ``len(loader)``, and of a name that was given that."""
    if isinstance(node, ast.Name) and (found := noticed.definition(place, node.id)) is not None:
        where, node = found
        if where.call is not place.call:
            return None
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name() | ast.Attribute() as length], keywords=[]):
            return length
    return None


def _whole_values(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression whose value is used as it is: not one that is divided once more."""
    match node:
        case ast.Tuple(elts=parts) | ast.Dict(values=parts):
            for each in parts:
                yield from _whole_values(each)
        case ast.Call(func=ast.Attribute(attr="append" | "format"), args=parts):
            for each in parts:
                yield from _whole_values(each)
        case ast.BinOp(left=ast.Constant(value=100 | 100.0), op=ast.Mult(), right=inner):
            yield from _whole_values(inner)
        case ast.BinOp(left=inner, op=ast.Mult(), right=ast.Constant(value=100 | 100.0)):
            yield from _whole_values(inner)
        case ast.Call(func=ast.Name(id=name), args=[*args]) if name in _WRAPPERS:
            for each in args:
                yield from _whole_values(each)
        case ast.JoinedStr(values=values):
            for each in values:
                if isinstance(each, ast.FormattedValue):
                    yield from _whole_values(each.value)
        case _:
            yield node


def _counted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.BinOp(left=ast.Constant(value=100 | 100.0), op=ast.Mult(), right=inner):
            return _counted(inner)
        case ast.BinOp(left=inner, op=ast.Mult(), right=ast.Constant(value=100 | 100.0)):
            return _counted(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="item" | "float" | "double"), args=[]):
            return _counted(inner)
        case ast.Call(func=ast.Name(id="float" | "int"), args=[inner]):
            return _counted(inner)
    return ""


def added_to(noticed: Noticed, place: Place, name: str) -> list[Place]:
    """The places that added to ``name`` since it was 0; none where that is not known."""
    same = [each for each in noticed.places if each.call is place.call and adds_to(each, name)]
    if same or place.function:
        return same
    for entry in islice(noticed.earlier(), _MOST_SEARCHED):
        if name not in entry.bound:
            continue
        if entry.status is not Status.OK or len(entry.source) >= _LONGEST:
            return []
        tree = ast.parse(entry.source).body[0]
        if not isinstance(tree, (ast.For, ast.With)):
            starts = isinstance(tree, ast.Assign) and isinstance(tree.value, (ast.Constant, ast.Tuple, ast.List))
            return same if starts else []
        if same:
            return []
        places = noticed.places_of(entry.source, tree)
        same = [each for each in places if not each.function and adds_to(each, name)]
    return []


def adds_to(place: Place, name: str) -> bool:
    """Whether the statement is ``name += …`` or ``name = name + …``."""
    return value_added(place, name) is not None


def value_added(place: Place, name: str) -> ast.expr | None:
    """``x`` of ``name += x``, ``name = name + x`` and ``name.append(x)``."""
    match place.statement:
        case ast.AugAssign(target=target, op=ast.Add(), value=value) if ast.unparse(target) == name:
            return value
        case ast.Assign(targets=[target], value=ast.BinOp(left=left, op=ast.Add(), right=value)):
            return value if ast.unparse(target) == ast.unparse(left) == name else None
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr="append"), args=[value])):
            return value if ast.unparse(target) == name else None
    return None
