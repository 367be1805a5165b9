"""Shapes and lists of names, as the sentences write them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["shape_text"]


def shape_text(shape: Sequence[int | str]) -> str:
    """``(2, 3)``, ``(4,)``, ``()``."""
    inner = ", ".join(map(str, shape))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
