"""Lines → parts that fit the screen."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.screen.line import Line, plain
from ptrepl.screen.wrap import columns

_KEPT = 2
"""Rows of the screen for the question and the bar."""


def screenfuls(
    lines: list[Line], width: int | None, height: int | None, *, spare: int = 0, used: int = 0
) -> Iterator[list[Line]]:
    """``lines`` in parts that fit a screen of ``height`` rows, of which the question needs some.

    ``used``: rows above them that are to be seen together with the first part; it is empty where they fill the screen.

    All in one where ``height`` is None. A line that is wider than ``width`` takes the rows that it is wrapped to.
    ``spare``: no break for so few rows at the end; the screen scrolls by them.
    """
    rows = [1 if width is None else max(1, -(-columns(plain(line)) // max(width, 1))) for line in lines]
    left = sum(rows)
    page: list[Line] = []
    begun = used > 0
    for line, tall in zip(lines, rows, strict=True):
        if (page or begun) and left > spare and height is not None and used + tall > max(height - _KEPT, 1):
            yield page
            page, used, begun = [], 0, False
        page.append(line)
        used += tall
        left -= tall
    if page:
        yield page
