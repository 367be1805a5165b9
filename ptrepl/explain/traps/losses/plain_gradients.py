"""Gradients that were asked for without ``create_graph=True``: what is computed from them has no graph."""

from __future__ import annotations

import ast
import sys

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.spelled import unpacked
from ptrepl.explain.traps.reading.place import Place

_ELEMENTWISE = frozenset("norm pow square abs sqrt mean sum view reshape flatten clamp squeeze".split())
_DEEPEST = 10


def gradient_without_graph(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> ast.Call | None:
    """The call of ``torch.autograd.grad`` that ``node`` is computed from, and from nothing else; None where not known.

    Of ``((grad.norm(2, dim=1) - 1) ** 2).mean()`` it is the call that gave ``grad``.
    """
    if not depth:
        return None
    match node:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            if found is not None:
                return gradient_without_graph(noticed, *found, depth - 1)
            parts = unpacked(noticed, place, name)
            return None if parts is None else _plain_gradient(place, parts[0])
        case ast.Subscript(value=inner, slice=ast.Constant(value=int())):
            return _plain_gradient(place, inner) or gradient_without_graph(noticed, place, inner, depth - 1)
        case ast.BinOp(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if _is_data(place, other):
                    return gradient_without_graph(noticed, place, one, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _ELEMENTWISE:
            if place.reader.real(node.func) is None:
                return gradient_without_graph(noticed, place, inner, depth - 1)
        case ast.Call():
            returned = noticed.returned(place, node)
            return None if returned is None else gradient_without_graph(noticed, *returned, depth - 1)
    return None


def _is_data(place: Place, node: ast.expr) -> bool:
    """Whether it is a number, or a tensor that needs no gradient."""
    if isinstance(node, ast.Constant):
        return True
    found = place.reader.tensor(node) if isinstance(node, ast.Name) else None
    return found is not None and not found.requires_grad


def _plain_gradient(place: Place, node: ast.expr) -> ast.Call | None:
    match node:
        case ast.Call(func=func, keywords=named) if place.reader.real(func) is sys.modules["torch"].autograd.grad:
            makes = any(each.arg in ("create_graph", None) for each in named)
            return None if makes or len(node.args) > 3 else node
    return None
