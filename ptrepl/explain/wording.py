"""Shapes and lists of names, as the sentences write them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["place_text", "shape_text"]


def shape_text(shape: Sequence[int | str]) -> str:
    """``(2, 3)``, ``(4,)``, ``()``."""
    inner = ", ".join(map(str, shape))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def place_text(behind: int) -> str:
    """Which dim it is, counted from the end, 1 the last: ``last``, ``second to last`` …"""
    return {1: "last", 2: "second to last", 3: "third to last", 4: "fourth to last"}.get(behind, f"-{behind}.")
