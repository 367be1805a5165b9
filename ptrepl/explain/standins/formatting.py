"""f-strings on stand-ins: whether each part accepts its format."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ptrepl.explain.standins.calling import Unknown, call_on_standins


def format_parts(node: ast.JoinedStr, value: Callable[[ast.expr], Any]) -> None:
    """Format each part of ``node``. Raises Failed where one refuses its format, Unknown where that is not known."""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            found = value(part.value)
            if part.format_spec is not None and part.conversion == -1:
                call_on_standins("__format__", format, (found, _constant(part.format_spec)), {})


def _constant(spec: ast.expr) -> str:
    match spec:
        case ast.JoinedStr(values=[ast.Constant(value=str() as text)]):
            return text
    raise Unknown
