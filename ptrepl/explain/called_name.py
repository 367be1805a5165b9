"""The names that code holds: what a call calls, by its last word, and those in an expression."""

from __future__ import annotations

import ast


def called_name(call: ast.Call) -> str:
    """``relu`` of ``relu(x)``, ``F.relu(x)`` and ``x.relu()``; "" where it calls what has no name."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def names_within(node: ast.AST) -> set[str]:
    """The names that stand in it, whether they are read or bound."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
