"""Horizontal bars, in eighths of a column."""

from __future__ import annotations

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def horizontal_bar(share: float, columns: int) -> str:
    """A bar of ``share`` (0 to 1) of ``columns``; the least that can be seen for what is not zero.

    >>> horizontal_bar(0.5, 4), horizontal_bar(0.001, 4), horizontal_bar(0.0, 4)
    ('██', '▏', '')
    """
    eighths = round(max(0.0, min(share, 1.0)) * columns * 8)
    if share > 0:
        eighths = max(1, eighths)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]
