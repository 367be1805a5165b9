"""Where a name came of unpacking, and which dim of a tensor a size was taken from."""

from __future__ import annotations

import ast
from itertools import islice

from ptrepl.engine.outcome import Status
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place, stored_in

_MOST_SEARCHED = 100
_LONGEST = 2_000


def unpacked(noticed: Noticed, place: Place, name: str) -> tuple[ast.expr, int] | None:
    """``(rnn(x), 1)`` for ``h`` of ``out, h = rnn(x)``, and of ``out, (h, c) = rnn(x)``; None where not known."""
    before: list[Place] = []
    for each in noticed.places:
        if each is place:
            break
        if each.call is place.call:
            before.append(each)
    for each in reversed(before):
        if hasattr(each.statement, "body"):
            continue
        found = _given_by(each.statement, name)
        if found is not None:
            return found if each.certain else None
        if _stores(each.statement, name):
            return None
    return None if place.function else _recorded(noticed, name)


def dims_named(noticed: Noticed, place: Place, given: ast.expr, size: ast.expr) -> int | None:
    """The dim of ``given`` that ``size`` is the size of: 1 for ``x.shape[1]``; None where it is none, or not known."""
    found = _dim_of(given, size)
    if found is None and isinstance(size, ast.Name):
        made = noticed.definition(place, size.id)
        if made is not None:
            return _dim_of(given, made[1])
        parts = unpacked(noticed, place, size.id)
        if parts is not None and _is_shape_of(given, parts[0]):
            return parts[1]
    return found


def _dim_of(given: ast.expr, size: ast.expr) -> int | None:
    match size:
        case ast.Subscript(value=shape, slice=ast.Constant(value=int() as dim)) if _is_shape_of(given, shape):
            return dim
        case ast.Call(func=ast.Attribute(value=owner, attr="size"), args=[ast.Constant(value=int() as dim)]):
            return dim if ast.dump(owner) == ast.dump(given) else None
    return None


def _is_shape_of(given: ast.expr, shape: ast.expr) -> bool:
    match shape:
        case ast.Attribute(value=owner, attr="shape") | ast.Call(func=ast.Attribute(value=owner, attr="size"), args=[]):
            return ast.dump(owner) == ast.dump(given)
    return False


def _given_by(statement: ast.stmt, name: str) -> tuple[ast.expr, int] | None:
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=parts)], value=value) if not isinstance(value, ast.Tuple):
            for at, part in enumerate(parts):
                if isinstance(part, ast.Starred):
                    return None
                first = part.elts[0] if isinstance(part, ast.Tuple) and part.elts else part
                if isinstance(first, ast.Name) and first.id == name:
                    return value, at
    return None


def _stores(statement: ast.stmt, name: str) -> bool:
    return name in stored_in([statement])[0]


def _recorded(noticed: Noticed, name: str) -> tuple[ast.expr, int] | None:
    later: set[str] = set()
    for entry in islice(noticed.earlier(), _MOST_SEARCHED):
        if name in entry.bound:
            if entry.status is not Status.OK or len(entry.source) >= _LONGEST:
                return None
            tree = ast.parse(entry.source)
            found = _given_by(tree.body[0], name) if len(tree.body) == 1 else None
            read = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
            return None if read & later else found
        later |= {*entry.bound}
    return None
