"""What a call calls, by its last word."""

from __future__ import annotations

import ast


def called_name(call: ast.Call) -> str:
    """``relu`` of ``relu(x)``, ``F.relu(x)`` and ``x.relu()``; "" where it calls what has no name."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
