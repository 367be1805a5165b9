"""Numbers → a chart with its axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ptrepl.screen.figures.chart import Series, chart_lines
from ptrepl.screen.figures.heat_map import heat_map_lines
from ptrepl.screen.figures.plots.plot import (
    Plot,
    about_reading,
    bins_of,
    finite_points,
    grid_steps,
    left_out_text,
    line_points,
    nothing_finite_text,
)
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.texts.messages import gettext


def plot_lines(plot: Plot, width: int | None, *, titled: bool = True) -> list[Line]:
    """The chart, and a sentence below it for what could not be drawn. ``titled`` False: a heat map without its name."""
    if plot.kind == "heat":
        if not any(math.isfinite(value) for row in plot.rows for value in row):
            return told(nothing_finite_text(plot), width)
        title, read = (plot.title or plot.y_name) if titled else "", about_reading(plot)
        steps = grid_steps(plot)
        return heat_map_lines(plot.rows, width, title=title, steps=steps, remarks=[read] if read else [])
    x, y = finite_points(plot)
    left_out = len(plot.y) - len(y)
    if not y:
        return told(nothing_finite_text(plot), width)
    if plot.kind == "hist":
        edges, counts = bins_of(y)
        lines = chart_lines(
            [_steps(edges, counts)], width, title=plot.title, x_label=plot.y_name, y_label=gettext("count"), counts=True
        )
    else:
        series = _runs(plot) if plot.kind == "line" else [Series(x, y, "marks")]
        label = plot.y_name
        if line := line_points(plot):
            across, heights = zip(*line, strict=True)
            drawn = Series(across, heights, style="hue1", name=plot.line_name)
            series, label = [drawn, replace(series[0], name=plot.y_name)], ""
        places = not plot.x_name
        lines = chart_lines(series, width, title=plot.title, x_label=plot.x_name, y_label=label, places=places)
    return lines + _remarks([about_reading(plot), left_out_text(left_out)], width)


def _steps(edges: Sequence[float], counts: Sequence[int]) -> Series:
    """The outline of the bars, from the axis and back to it."""
    x, y = [edges[0]], [0.0]
    for number, count in enumerate(counts):
        x += [edges[number], edges[number + 1]]
        y += [float(count), float(count)]
        if number + 1 < len(counts):  # each bar has its own sides
            x.append(edges[number + 1])
            y.append(0.0)
    return Series((*x, edges[-1]), (*y, 0.0))


def _runs(plot: Plot) -> list[Series]:
    """The parts of a curve: it has a gap where a value is nan or infinite."""
    runs: list[list[tuple[float, float]]] = [[]]
    for a, b in zip(plot.x or map(float, range(len(plot.y))), plot.y, strict=False):
        if math.isfinite(a) and math.isfinite(b):
            runs[-1].append((a, b))
        elif runs[-1]:
            runs.append([])
    return [Series(tuple(a for a, _ in run), tuple(b for _, b in run)) for run in runs if run]


def _remarks(texts: Sequence[str], width: int | None) -> list[Line]:
    return [line for text in texts if text for line in told(text, width, "dim")]
