"""What is to be plotted, and what of it is drawn or told."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ptrepl.engine.round_numbers import bin_edges
from ptrepl.texts.messages import gettext, ngettext

PlotKind = Literal["line", "scatter", "hist", "heat"]
PLOT_KINDS: tuple[PlotKind, ...] = ("line", "scatter", "hist", "heat")
_LEAST_BINS, _MOST_BINS = 6, 20


@dataclass(frozen=True, slots=True)
class Plot:
    """What is to be shown. ``x``: as many as ``y``, for a line and a scatter; ``rows``: of a heat map.

    ``steps``: of each dim, every how many-th value was read.

    ``line``: of a scatter, the heights of a line at the places of ``x``, in the same order; () for none.

    ``x_name``, ``y_name`` and ``line_name``: the learner's own expressions. ``title``: theirs, "" for none.
    """

    kind: PlotKind
    y: tuple[float, ...] = ()
    x: tuple[float, ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()
    steps: tuple[int, ...] = (1,)
    x_name: str = ""
    y_name: str = ""
    title: str = ""
    line: tuple[float, ...] = ()
    line_name: str = ""


def finite_points(plot: Plot) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The places and heights of the points that are finite."""
    x = plot.x or tuple(map(float, range(len(plot.y))))
    kept = [(a, b) for a, b in zip(x, plot.y, strict=True) if math.isfinite(a) and math.isfinite(b)]
    return tuple(a for a, _ in kept), tuple(b for _, b in kept)


def line_points(plot: Plot) -> list[tuple[float, float]]:
    """The places and heights of the line that are finite, from left to right."""
    if not plot.line:
        return []
    x = plot.x or tuple(map(float, range(len(plot.line))))
    return sorted((a, b) for a, b in zip(x, plot.line, strict=True) if math.isfinite(a) and math.isfinite(b))


def bins_of(values: Sequence[float]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Edges of equally wide bins, and how many values lie in each; about the square root of their number.

    The bin of a whole number has it in its middle.
    """
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    if low == high:
        return (low - 0.5, low + 0.5), (len(values),)
    most = max(_LEAST_BINS, min(_MOST_BINS, math.ceil(math.sqrt(len(values)))))
    whole = high - low < _MOST_BINS and all(value == int(value) for value in values)
    edges = bin_edges(low, high, _MOST_BINS if whole else most, whole=whole)
    cuts = [0, *(bisect_left(ordered, edge) for edge in edges[1:-1]), len(values)]
    shift = 0.5 if whole else 0.0
    return tuple(edge - shift for edge in edges), tuple(after - before for before, after in itertools.pairwise(cuts))


def grid_steps(plot: Plot) -> tuple[int, int]:
    """Of a grid, every how many-th row and column was read."""
    rows, columns = plot.steps if len(plot.steps) == 2 else (1, *plot.steps)
    return rows, columns


def about_reading(plot: Plot) -> str:
    """What of a large tensor the numbers are about; "" for one that was read whole."""
    match plot.steps:
        case (rows, columns) if max(rows, columns) > 1:
            return gettext(
                "{name} is large: of each {rows} by {columns} values one was read; the numbers are about those.",
                name=plot.y_name,
                rows=rows,
                columns=columns,
            )
        case (step,) if step > 1:
            return gettext(
                "{name} is large: of each {count} values one was read; the numbers are about those.",
                name=plot.y_name,
                count=step,
            )
        case _:
            return ""


def nothing_finite_text(plot: Plot) -> str:
    """What is said in place of a chart where no value is finite."""
    return gettext("{name} has no finite value, so there is nothing to draw.", name=plot.y_name)


def left_out_text(count: int) -> str:
    """So many values are not drawn; "" for none."""
    if not count:
        return ""
    return ngettext(
        "{count:,} value that is nan or infinite is not drawn.",
        "{count:,} values that are nan or infinite are not drawn.",
        count,
    )
