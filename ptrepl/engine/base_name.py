"""The name that a part of a value is reached from."""

from __future__ import annotations

import ast


def base_name(node: ast.expr, through: tuple[type[ast.expr], ...] = (ast.Attribute, ast.Subscript)) -> str:
    """``net`` of ``net.layer[0].w``; "" where it is no part of a name. ``through``: what may stand behind the name."""
    while isinstance(node, through):
        node = node.func if isinstance(node, ast.Call) else node.value  # type: ignore[attr-defined]
    return node.id if isinstance(node, ast.Name) else ""
