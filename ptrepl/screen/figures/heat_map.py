"""Numbers in a grid → shades: the more ink, the greater."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns as columns_of
from ptrepl.texts.messages import gettext

SHADES = " ░▒▓█"
_CELL = 2
"""Columns of a value: with them it is about as wide as high."""
_MOST_ROWS = 24
_MISSING = "?"


def heat_map_lines(
    values: Sequence[Sequence[float]],
    width: int | None,
    *,
    title: str = "",
    steps: tuple[int, int] = (1, 1),
    remarks: Sequence[str] = (),
) -> list[Line]:
    """A row of shades for each row of ``values``, in two columns each; a large grid is drawn by the means of its parts.

    What is nan or infinite is a ``?``. ``steps``: ``values`` has every so many-th row and column of the grid. Rows
    and columns are numbered at their ends; below stands what the lightest and the darkest shade are, and whether they
    are means. ``remarks``: sentences that come before those. Raises ValueError for a grid without values.
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
    lines = told(title, width, "title") if title else []
    first, last = "0", str((columns - 1) * steps[1])
    ends = first + last.rjust(across - 1) if across > len(last) and columns > 1 else first
    lines.append((("fact", " " * margin + ends),))
    for number, row in enumerate(shown):
        # the rows at the ends, and about each fifth between
        label = str(number * rows // len(shown) * steps[0]) if number % 5 == 0 else ""
        if number == len(shown) - 1 and number:
            label = str((rows - 1) * steps[0])
        text = "".join(_shade(value, low, high) * _CELL for value in row)
        lines.append((("fact", label.rjust(margin - 2)), ("gutter", " │"), ("code", text), ("gutter", "│")))
    if finite:
        shades = f"{SHADES} {short_number(high)}" if high > low else _shade(low, low, high)
        scale = f"{short_number(low)} {shades}"
        lines += told(scale, width, "fact", " " * min(margin, max(0, (width or 80) - columns_of(scale))))
    for said in (*remarks, *_remarks(shown, (rows, columns))):
        lines += told(said, width, "dim")
    return lines


def _remarks(shown: Sequence[Sequence[float]], size: tuple[int, int]) -> Iterator[str]:
    drawn = len(shown), len(shown[0])
    if drawn != size:
        yield gettext(
            "{rows:,} by {columns:,} values are drawn as {drawn_rows} by {drawn_columns} cells: each shade is a mean, "
            "and so are the numbers beside the shades.",
            rows=size[0],
            columns=size[1],
            drawn_rows=drawn[0],
            drawn_columns=drawn[1],
        )
    if any(not math.isfinite(value) for row in shown for value in row):
        yield gettext("{mark} stands where a value is nan or infinite.", mark=_MISSING)


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
