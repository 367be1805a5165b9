"""Loops that copy the parameters of one network to another, whole or mixed with those that it has."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ptrepl.explain.traps.reading.place import Place

_WRITES = ("copy_", "lerp_", "mul_", "add_")
_LONGEST = 3
"""Statements of such a loop."""


class Copy(NamedTuple):
    """A loop that copies the parameters of ``online`` to those of ``target``; ``whole``: without mixing them."""

    place: Place
    online: ast.expr
    target: ast.expr
    whole: bool


def copies(places: Sequence[Place]) -> Iterator[Copy]:
    """The loops among ``places`` that certainly ran and copy, or mix, parameters."""
    for place in places:
        match place.statement:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=one), ast.Name(id=two)]),
                iter=ast.Call(func=ast.Name(id="zip"), args=[first, second], keywords=[]),
                body=[*body],
            ) if place.certain and 0 < len(body) <= _LONGEST:
                owners = {one: _owner(first), two: _owner(second)}
            case _:
                continue
        name = next(filter(None, map(_written, body)), "")
        owner, others = owners.get(name), [key for key in owners if key != name]
        other = owners[others[0]] if others else None
        if owner is not None and other is not None:
            yield Copy(place, other, owner, len(body) == 1 and _is_whole(body[0], others[0]))


def _owner(node: ast.expr) -> ast.expr | None:
    """``net`` of ``net.parameters()``."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters"), args=[], keywords=[]):
            return owner
    return None


def _written(statement: ast.stmt) -> str:
    """``tp`` of ``tp.data.copy_(…)`` and of ``tp.data = …``; "" for all else."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=node, attr=method))) if method in _WRITES:
            pass
        case ast.Assign(targets=[ast.Attribute(attr="data") as node]):
            pass
        case _:
            return ""
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _is_whole(statement: ast.stmt, name: str) -> bool:
    """Whether it copies the parameter ``name`` as it is."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="copy_"), args=[given])) | ast.Assign(value=given):
            return ast.unparse(given) in (name, f"{name}.data", f"{name}.detach()", f"{name}.data.clone()")
    return False
