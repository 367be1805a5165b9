"""A text that is longer than there is room for."""

from __future__ import annotations


def cut(text: str, most: int) -> str:
    """``text``, or as much of it that with ``…`` it has ``most`` characters.

    >>> cut("loss", 4), cut("losses", 4)
    ('loss', 'los…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
