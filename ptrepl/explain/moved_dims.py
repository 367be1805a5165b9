"""A tensor and the same one with its dims moved about: ``x`` and ``x[:, None]``. From syntax alone."""

from __future__ import annotations

import ast


def same_but_for_dims(one: ast.expr, other: ast.expr) -> bool:
    """Whether both are one tensor, each perhaps with its dims in another order or with new ones of length 1."""
    return _as_it_was(one) == _as_it_was(other)


def _as_it_was(node: ast.expr) -> str:
    """``x`` of ``x[:, None]``, ``x.unsqueeze(1)`` and ``x.T``, as text: the tensor whose dims were moved about."""
    while True:
        match node:
            case ast.Subscript(value=value, slice=place) if all(map(_is_whole, _places(place))):
                node = value
            case ast.Call(func=ast.Attribute(value=value, attr="unsqueeze" | "t" | "transpose" | "permute")):
                node = value
            case ast.Attribute(value=value, attr="T" | "mT"):
                node = value
            case _:
                return ast.unparse(node)


def _places(place: ast.expr) -> list[ast.expr]:
    return place.elts if isinstance(place, ast.Tuple) else [place]


def _is_whole(place: ast.expr) -> bool:
    """``:``, ``None`` and ``...``: all of a dim, or a new one."""
    match place:
        case ast.Slice(lower=None, upper=None, step=None) | ast.Constant(value=None):
            return True
        case ast.Constant(value=value):
            return value is ...
    return False
