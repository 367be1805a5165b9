"""A plot as an SVG picture, for notebooks: the numbers that ``%plot`` draws in characters elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from ptrepl.screen.figures.plots.curves import NamedCurves
from ptrepl.screen.figures.plots.plot import Plot, bins_of, finite_points, line_points
from ptrepl.screen.figures.ticks import Axis, axis_of
from ptrepl.screen.line import harmless
from ptrepl.screen.wrap import columns

_WIDTH, _HEIGHT = 560.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 16.0, 30.0, 44.0
_TICKS_ACROSS, _TICKS_UP = 7, 6
_HUES = ("#1f77b4", "#d95f02", "#2a8a4a", "#9b3fa5", "#b8860b", "#c2185b")
_LINE = "#d95f02"
_LONGEST = 60
_LETTER, _GAP = 7.2, 12.0
"""How wide a letter of the legend is, at most, and what stands between two names."""
_TITLE = 'class="title" fill="#111" font-weight="600"'

_STYLE = (
    "<style>.ptrepl-plot{color-scheme:light dark}@media (prefers-color-scheme:dark){"
    ".ptrepl-plot .ground{fill:#14171a}.ptrepl-plot .title{fill:#f0f2f4}.ptrepl-plot .said{fill:#b9c1c9}"
    ".ptrepl-plot .grid{stroke:#2e343a}.ptrepl-plot .drawn{filter:brightness(1.35)}}</style>"
)
"""On a dark page. What the elements themselves say is for a light one, and for readers that leave styles out. The
shades of a heat map have a meaning, and stay."""

Point = tuple[float, float]


class _Canvas:
    """Two axes, and what is drawn between them. Places are in pixels, from the upper left."""

    def __init__(self, x: Axis, y: Axis) -> None:
        self._x, self._y = x, y
        self._parts: list[str] = []

    def across(self, value: float) -> float:
        return _place(value, self._x, _LEFT, _WIDTH - _RIGHT)

    def up(self, value: float) -> float:
        return _place(value, self._y, _HEIGHT - _BOTTOM, _TOP)

    def path(self, points: Sequence[Point], hue: str) -> None:
        places = " ".join(f"{self.across(a):.1f},{self.up(b):.1f}" for a, b in points)
        self._parts.append(f'<polyline points="{places}" class="drawn" fill="none" stroke="{hue}" stroke-width="1.8"/>')

    def dots(self, points: Sequence[Point], hue: str) -> None:
        self._parts += (
            f'<circle cx="{self.across(a):.1f}" cy="{self.up(b):.1f}" r="2.6" class="drawn" fill="{hue}"/>'
            for a, b in points
        )

    def box(self, left: float, right: float, height: float, hue: str) -> None:
        begin, end, top = self.across(left), self.across(right), self.up(height)
        size = f'width="{max(end - begin - 1, 1):.1f}" height="{self.up(0) - top:.1f}"'
        self._parts.append(f'<rect x="{begin:.1f}" y="{top:.1f}" {size} class="drawn" fill="{hue}"/>')

    def legend(self, names: Sequence[str]) -> None:
        """Above the curves, beside the title; one below the other where they are too long for that."""
        widths = [_LETTER * columns(name) + _GAP for name in names]
        right, beside = _WIDTH - _RIGHT, sum(widths) < (_WIDTH - _LEFT) / 2
        for number, name in enumerate(names):
            x, y = (right - sum(widths[number + 1 :]), 18.0) if beside else (right - 6, _TOP + 12 + 16 * number)
            self._parts.append(_text(name, x, y, "end", f'class="drawn" fill="{_HUES[number % len(_HUES)]}"'))

    def svg(self, title: str, x_name: str, y_name: str) -> str:
        """The whole picture; well-formed XML."""
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        parts = [_text(title or y_name, _LEFT, 18, "start", _TITLE)]
        for value, label in zip(self._x.ticks, self._x.labels, strict=True):
            at = self.across(value)
            parts.append(f'<path d="M{at:.1f} {bottom}v4" fill="none" stroke="#888"/>')
            parts.append(_text(label, at, bottom + 17, "middle"))
        for value, label in zip(self._y.ticks, self._y.labels, strict=True):
            at = self.up(value)
            parts.append(f'<path d="M{_LEFT} {at:.1f}H{right}" class="grid" stroke="#e5e5e5"/>')
            parts.append(_text(label, _LEFT - 6, at + 4, "end"))
        parts.append(f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#888"/>')
        parts.append(_text(x_name, (_LEFT + right) / 2, _HEIGHT - 8, "middle"))
        return _svg([*parts, *self._parts])


def plot_svg(plot: Plot) -> str:
    """The picture; "" where no value is finite. A grid is drawn in shades, the greatest value the darkest."""
    if plot.kind == "heat":
        return _heat(plot)
    x, y = finite_points(plot)
    if not y:
        return ""
    if plot.kind == "hist":
        edges, counts = bins_of(y)
        canvas = _Canvas(axis_of(edges[0], edges[-1], _TICKS_ACROSS), axis_of(0, max(counts), _TICKS_UP, whole=True))
        for left, right, count in zip(edges, edges[1:], counts, strict=False):
            canvas.box(left, right, count, _HUES[0])
        return canvas.svg(plot.title, plot.y_name, "")
    line = line_points(plot)
    heights = [*y, *(height for _, height in line)]
    canvas = _Canvas(axis_of(min(x), max(x), _TICKS_ACROSS), axis_of(min(heights), max(heights), _TICKS_UP))
    points = list(zip(x, y, strict=True))
    if plot.kind == "line":
        canvas.path(points, _HUES[0])
    else:
        canvas.dots(points, _HUES[0])
    if line:
        canvas.path(line, _LINE)
    return canvas.svg(plot.title, plot.x_name, plot.y_name)


def curves_svg(together: NamedCurves) -> str:
    """All curves in one picture, each with its name; "" where no value is finite."""
    series = [finite_points(curve) for curve in together.curves]
    x = [value for across, _ in series for value in across]
    y = [value for _, up in series for value in up]
    if not y:
        return ""
    canvas = _Canvas(axis_of(min(x), max(x), _TICKS_ACROSS), axis_of(min(y), max(y), _TICKS_UP))
    for number, (across, up) in enumerate(series):
        hue = _HUES[number % len(_HUES)]
        points = list(zip(across, up, strict=True))
        canvas.path(points, hue)
        if together.are_paths:
            canvas.dots(points[-1:], hue)
    canvas.legend([curve.y_name for curve in together.curves])
    across_name, up_name = ("[:, 0]", "[:, 1]") if together.are_paths else ("", "")
    return canvas.svg(together.title, across_name, up_name)


def _heat(plot: Plot) -> str:
    finite = [value for row in plot.rows for value in row if math.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    rows, columns = len(plot.rows), max(map(len, plot.rows))
    wide, tall = (_WIDTH - _LEFT - _RIGHT) / columns, (_HEIGHT - _TOP - _BOTTOM) / rows
    parts = [_text(plot.title or plot.y_name, _LEFT, 18, "start", _TITLE)]
    for number, row in enumerate(plot.rows):
        for place, value in enumerate(row):
            where = f'x="{_LEFT + place * wide:.1f}" y="{_TOP + number * tall:.1f}"'
            parts.append(f'<rect {where} width="{wide:.2f}" height="{tall:.2f}" fill="{_shade(value, low, high)}"/>')
    edge = f'x="{_LEFT}" y="{_TOP}" width="{wide * columns:.2f}" height="{tall * rows:.2f}"'
    parts.append(f'<rect {edge} fill="none" stroke="#888"/>')
    said = f"{low:.4g} … {high:.4g}"
    return _svg([*parts, _text(said, _WIDTH - _RIGHT, _HEIGHT - 8, "end")])


def _shade(value: float, low: float, high: float) -> str:
    """White for the least, blue for the greatest; red for nan and inf."""
    if not math.isfinite(value):
        return "#d62728"
    share = 0.5 if low == high else (value / 2 - low / 2) / (high / 2 - low / 2)
    red, green, blue = (round(255 - share * (255 - end)) for end in (8, 48, 107))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _place(value: float, axis: Axis, begin: float, end: float) -> float:
    # halved, so that a range of all of float64 is no infinity
    share = (value / 2 - axis.low / 2) / (axis.high / 2 - axis.low / 2)
    return begin + max(-1.0, min(2.0, share)) * (end - begin)


def _text(text: str, x: float, y: float, anchor: str, look: str = 'class="said" fill="#444"') -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {look}>{escape(harmless(cut))}</text>'


def _svg(parts: Sequence[str]) -> str:
    size = f'width="{_WIDTH:g}" height="{_HEIGHT:g}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="ptrepl-plot" font-family="sans-serif" font-size="12">'
    )
    return f'{head}{_STYLE}<rect width="100%" height="100%" rx="4" class="ground" fill="#fff"/>{"".join(parts)}</svg>'
