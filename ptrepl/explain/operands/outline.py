"""Nested lists, tuples and dicts of tensors as a person reads them: the shapes in their places."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_a, is_tensor_class, type_name
from ptrepl.explain.case import sizes
from ptrepl.explain.operands.state import is_plain_dict

_MOST_PARTS = 4
_DEEPEST = 3


def outline(value: Any, depth: int = 0) -> str:
    """A nested list or tuple of tensors as their shapes, in code: ``((2, 5, 3), [(1, 2, 3), (1, 2, 3)])``."""
    if is_tensor_class(type(value)):
        shape = sizes(read(value))
        return shape_text(shape) if shape is not None else "…"
    if is_plain_dict(value) and depth < _DEEPEST:
        parts = [
            f"{key!r}: {outline(each, depth + 1)}" for key, each in [*value.items()][:_MOST_PARTS] if type(key) is str
        ]
        more = ", …" if len(value) > len(parts) else ""
        return f"{{{', '.join(parts)}{more}}}".replace("'", '"')
    if is_a(value, tuple) or type(value) is list:
        held: list[Any] = value if type(value) is list else [*tuple.__iter__(value)]
        if depth < _DEEPEST:
            inside = ", ".join(outline(each, depth + 1) for each in held[:_MOST_PARTS])
            more = ", …" if len(held) > _MOST_PARTS else "," if len(held) == 1 and type(value) is tuple else ""
            return f"[{inside}{more}]" if type(value) is list else f"({inside}{more})"
    return type_name(value)
