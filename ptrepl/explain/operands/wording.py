"""Dims, as the sentences name them."""

from __future__ import annotations


def place_text(behind: int) -> str:
    """Which dim it is, counted from the end, 1 the last: ``last``, ``second to last`` …"""
    return {1: "last", 2: "second to last", 3: "third to last", 4: "fourth to last"}.get(behind, f"-{behind}.")
