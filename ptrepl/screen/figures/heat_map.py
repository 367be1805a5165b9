"""Numbers in a grid → shades: the more ink, the greater."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.line import Line

SHADES = " ░▒▓█"
_CELL = 2
"""Columns of a value: with them it is about as wide as high."""
_MOST_ROWS = 24
_MISSING = "?"


def heat_map_lines(
    values: Sequence[Sequence[float]], width: int | None, *, title: str = "", steps: tuple[int, int] = (1, 1)
) -> list[Line]:
    """A row of shades for each row of ``values``, in two columns each; a large grid is drawn by the means of its parts.

    What is nan or infinite is a ``?``. ``steps``: ``values`` has every so many-th row and column of the grid. Rows
    and columns are numbered at their ends; the last line says what the lightest and the darkest shade stand for.
    Raises ValueError for a grid without values.
    """
    if not values or not values[0]:
        raise ValueError("a heat map wants a value at least")
    rows, columns = len(values), len(values[0])
    margin = max(2, len(str((rows - 1) * steps[0]))) + 2
    room = max(4, (80 if width is None else width) - margin - 2) // _CELL
    shown = _means(values, min(rows, _MOST_ROWS), min(columns, room))
    finite = [value for row in shown for value in row if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    across = len(shown[0]) * _CELL
    lines: list[Line] = [(("title", title),)] if title else []
    first, last = "0", str((columns - 1) * steps[1])
    ends = first + last.rjust(across - 1) if across > len(last) and columns > 1 else first
    lines.append((("fact", " " * margin + ends),))
    for number, row in enumerate(shown):
        # the rows at the ends, and about each fifth between
        label = str(number * rows // len(shown) * steps[0]) if number % 5 == 0 or number == len(shown) - 1 else ""
        text = "".join(_shade(value, low, high) * _CELL for value in row)
        lines.append((("fact", label.rjust(margin - 2)), ("gutter", " │"), ("code", text), ("gutter", "│")))
    scale = f"{short_number(low)} {SHADES} {short_number(high)}"
    lines.append((("fact", " " * margin + scale),))
    return lines


def _shade(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return _MISSING
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
    return SHADES[min(len(SHADES) - 1, int(share * len(SHADES)))]


def _means(values: Sequence[Sequence[float]], rows: int, columns: int) -> list[list[float]]:
    height, width = len(values), len(values[0])
    if (rows, columns) == (height, width):
        return [list(row) for row in values]
    return [
        [
            _mean(
                [
                    values[i][j]
                    for i in range(row * height // rows, (row + 1) * height // rows)
                    for j in range(column * width // columns, (column + 1) * width // columns)
                ]
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def _mean(values: list[float]) -> float:
    return math.fsum(value / len(values) for value in values) if all(map(math.isfinite, values)) else math.nan
