"""Several named curves or paths in one picture, or in words."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

from ptrepl.screen.figures.chart import Series, chart_lines
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.figures.plots.plot import Plot, finite_points
from ptrepl.screen.figures.plots.words import plot_words
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told, told_unbroken
from ptrepl.texts.messages import ngettext

MOST_CURVES = 12
_HUES = 6
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class NamedCurves:
    """``curves``: each with its name as ``y_name``; all of them are paths, through points in their order, or none is.

    A path has an ``x`` of as many values; other curves are drawn over the places of their values.
    """

    curves: tuple[Plot, ...]
    are_paths: bool
    title: str = ""


def named_curves_lines(together: NamedCurves, width: int | None) -> list[Line]:
    """All of them in one chart; a letter on each curve says which it is."""
    series = []
    for number, curve in enumerate(together.curves):
        x, y = finite_points(curve)
        if y:
            style, tag = f"hue{number % _HUES}", string.ascii_lowercase[number]
            series.append(Series(x, y, style=style, name=curve.y_name, tag=tag))
    if not series:
        return named_curves_words(together, width)
    # the places of a path are its two columns
    across, up = ("[:, 0]", "[:, 1]") if together.are_paths else ("", "")
    title, places = together.title, not together.are_paths
    lines = chart_lines(series, width, title=title, x_label=across, y_label=up, places=places)
    for curve in together.curves:
        if remark := _not_drawn(curve):
            lines += told(remark, width, "dim")
    return lines


def named_curves_words(together: NamedCurves, width: int | None) -> list[Line]:
    """What the chart shows, for whoever does not see it: a paragraph for each."""
    lines = told(f"{together.title}:", width) if together.title else []
    for curve in together.curves:
        x, y = finite_points(curve)
        if not together.are_paths or not y:
            lines += plot_words(curve, width)
            continue
        said = ngettext(
            "{name} goes from ({x}, {y}) to ({last_x}, {last_y}) in {count:,} step; [:, 0] is {x_low} to {x_high}, "
            "[:, 1] is {y_low} to {y_high}.",
            "{name} goes from ({x}, {y}) to ({last_x}, {last_y}) in {count:,} steps; [:, 0] is {x_low} to {x_high}, "
            "[:, 1] is {y_low} to {y_high}.",
            len(y) - 1,
            name=curve.y_name,
            x=_number(x[0]),
            y=_number(y[0]),
            last_x=_number(x[-1]),
            last_y=_number(y[-1]),
            x_low=_number(min(x)),
            x_high=_number(max(x)),
            y_low=_number(min(y)),
            y_high=_number(max(y)),
        )
        lines += told_unbroken(" ".join(filter(None, [said, _not_drawn(curve)])), width)
    return lines


def _number(value: float) -> str:
    return short_number(value, _DIGITS)


def _not_drawn(curve: Plot) -> str:
    """How many points of the curve are left out; "" for none."""
    pairs = zip(curve.x or curve.y, curve.y, strict=True)
    left_out = sum(not (math.isfinite(x) and math.isfinite(y)) for x, y in pairs)
    if not left_out:
        return ""
    return ngettext(
        "Of {name}, {count:,} point that is nan or infinite is not drawn.",
        "Of {name}, {count:,} points that are nan or infinite are not drawn.",
        left_out,
        name=curve.y_name,
    )
