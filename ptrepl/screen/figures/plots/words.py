"""Numbers → what a chart of them would show, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ptrepl.screen.figures.numbers import short_number
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
from ptrepl.texts.messages import gettext, ngettext

_DIGITS = 3
_PLAIN_CORRELATION = 0.3
_CLOSE = 1e-5
"""A point that is no further from a line, as a share of the line's heights, lies on it: float32 is rounded so far."""


def plot_words(plot: Plot, width: int | None) -> list[Line]:
    """What the chart shows, for whoever does not see it."""
    said = [f"{plot.title}:" if plot.title else "", about_reading(plot)]
    if plot.kind == "heat":
        said += _of_grid(plot)
        return told(" ".join(filter(None, said)), width)
    x, y = finite_points(plot)
    if not y:
        said.append(nothing_finite_text(plot))
        return told(" ".join(filter(None, said)), width)
    say = {"line": _of_line, "scatter": _of_scatter, "hist": _of_histogram}[plot.kind]
    said += say(plot, x, y)
    said.append(left_out_text(len(plot.y) - len(y)))
    return told(" ".join(filter(None, said)), width)


def _number(value: float) -> str:
    return short_number(value, _DIGITS)


def _of_line(plot: Plot, x: tuple[float, ...], y: tuple[float, ...]) -> list[str]:
    if len(y) == 1:
        return [gettext("{name} is a single value, {value}.", name=plot.y_name, value=_number(y[0]))]
    if min(y) == max(y):
        return [
            gettext(
                "Each of the {count:,} values of {name} is {value}.",
                count=len(y),
                name=plot.y_name,
                value=_number(y[0]),
            )
        ]
    first, last = _number(y[0]), _number(y[-1])
    said = _over_x(plot, x, y) if plot.x_name else _over_steps(plot.y_name, y, round(x[-1] - x[0]))
    more = []
    least, greatest = min(y), max(y)
    if _number(least) not in (first, last):
        at = _number(x[y.index(least)])
        more.append(gettext("Its lowest value is {value}, at {place}.", value=_number(least), place=at))
    if _number(greatest) not in (first, last):
        at = _number(x[y.index(greatest)])
        more.append(gettext("Its highest value is {value}, at {place}.", value=_number(greatest), place=at))
    return [said, *more]


def _over_steps(name: str, y: tuple[float, ...], steps: int) -> str:
    first, last = _number(y[0]), _number(y[-1])
    if first == last:
        return ngettext(
            "{name} begins and ends at {value}, {count:,} step apart.",
            "{name} begins and ends at {value}, {count:,} steps apart.",
            steps,
            name=name,
            value=first,
        )
    if y[-1] < y[0]:
        return ngettext(
            "{name} fell from {first} to {last} over {count:,} step.",
            "{name} fell from {first} to {last} over {count:,} steps.",
            steps,
            name=name,
            first=first,
            last=last,
        )
    return ngettext(
        "{name} rose from {first} to {last} over {count:,} step.",
        "{name} rose from {first} to {last} over {count:,} steps.",
        steps,
        name=name,
        first=first,
        last=last,
    )


def _over_x(plot: Plot, x: tuple[float, ...], y: tuple[float, ...]) -> str:
    fields = {
        "name": plot.y_name,
        "first": _number(y[0]),
        "last": _number(y[-1]),
        "x": plot.x_name,
        "low": _number(x[0]),
        "high": _number(x[-1]),
    }
    if fields["first"] == fields["last"]:
        return gettext("{name} begins and ends at {first} while {x} goes from {low} to {high}.", **fields)
    if y[-1] < y[0]:
        return gettext("{name} fell from {first} to {last} while {x} went from {low} to {high}.", **fields)
    return gettext("{name} rose from {first} to {last} while {x} went from {low} to {high}.", **fields)


def _of_scatter(plot: Plot, x: tuple[float, ...], y: tuple[float, ...]) -> list[str]:
    x_name = plot.x_name or gettext("the place in the series")
    said = ngettext(
        "{count:,} point: {x} is {x_low} to {x_high}, {y} is {y_low} to {y_high}.",
        "{count:,} points: {x} is {x_low} to {x_high}, {y} is {y_low} to {y_high}.",
        len(y),
        x=x_name,
        x_low=_number(min(x)),
        x_high=_number(max(x)),
        y=plot.y_name,
        y_low=_number(min(y)),
        y_high=_number(max(y)),
    )
    return [said, _tendency(plot, x_name, correlation(x, y)), *_about_line(plot)]


def _tendency(plot: Plot, x_name: str, related: float | None) -> str:
    if related is None:
        return ""
    value = f"{related:.2f}"
    if related > _PLAIN_CORRELATION:
        return gettext("{y} tends to rise with {x} (correlation {value}).", y=plot.y_name, x=x_name, value=value)
    if related < -_PLAIN_CORRELATION:
        return gettext("{y} tends to fall as {x} rises (correlation {value}).", y=plot.y_name, x=x_name, value=value)
    return gettext("No straight line fits them well (correlation {value}).", value=value)


def _about_line(plot: Plot) -> list[str]:
    """Where the line goes, and how the points lie to it."""
    line = line_points(plot)
    if not line:
        return []
    said = gettext(
        "The line {name} goes from {first} to {last}.",
        name=plot.line_name,
        first=_number(line[0][1]),
        last=_number(line[-1][1]),
    )
    pairs = zip(plot.y, plot.line, strict=True)
    above_it = [y - height for y, height in pairs if math.isfinite(y) and math.isfinite(height)]
    close = _CLOSE * max(map(abs, (height for _, height in line)))
    above = sum(distance > close for distance in above_it)
    below = sum(distance < -close for distance in above_it)
    if not above_it:
        return [said]
    if not above and not below:
        return [said, gettext("All points lie on it.")]
    mean = _number(math.fsum(map(abs, above_it)) / len(above_it))
    return [
        said,
        gettext(
            "Points above it: {above:,}, below it: {below:,}; their mean distance from it, up or down, is {mean}.",
            above=above,
            below=below,
            mean=mean,
        ),
    ]


def correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Pearson's coefficient; None for less than three pairs, or where one of them does not vary."""
    if len(x) < 3:
        return None
    across, up = _from_the_middle(x), _from_the_middle(y)
    shared = math.fsum(a * b for a, b in zip(across, up, strict=True))
    spread = math.sqrt(math.fsum(a * a for a in across)) * math.sqrt(math.fsum(b * b for b in up))
    if not spread > 0:
        return None
    return max(-1.0, min(1.0, shared / spread))


def _from_the_middle(values: Sequence[float]) -> list[float]:
    """How far each is from the mean, as a share of the greatest: no product of two is infinite."""
    scale = max(map(abs, values)) or 1.0
    scaled = [value / scale for value in values]
    middle = math.fsum(scaled) / len(scaled)
    return [value - middle for value in scaled]


def _of_histogram(plot: Plot, x: tuple[float, ...], y: tuple[float, ...]) -> list[str]:
    edges, counts = bins_of(y)
    most = max(range(len(counts)), key=counts.__getitem__)
    said = ngettext(
        "{count:,} value of {name}, {low}.",
        "{count:,} values of {name}, from {low} to {high}.",
        len(y),
        name=plot.y_name,
        low=_number(min(y)),
        high=_number(max(y)),
    )
    if len(counts) == 1:
        return [said]
    share = 100 * counts[most] / len(y)
    often = gettext(
        "They are densest between {low} and {high}: {count:,} of them, {share:.0f} %.",
        low=_number(edges[most]),
        high=_number(edges[most + 1]),
        count=counts[most],
        share=share,
    )
    return [said, often]


def _of_grid(plot: Plot) -> list[str]:
    places = [
        (value, row, column)
        for row, values in enumerate(plot.rows)
        for column, value in enumerate(values)
        if math.isfinite(value)
    ]
    if not places:
        return [nothing_finite_text(plot)]
    low, high = min(places), max(places, key=lambda place: place[0])
    rows, columns = grid_steps(plot)
    left_out = _unlisted(sum(map(len, plot.rows)) - len(places))
    if low[0] == high[0]:
        value = _number(low[0])
        if left_out:
            return [gettext("Every finite value of {name} is {value}.", name=plot.y_name, value=value), left_out]
        return [gettext("Every value of {name} is {value}.", name=plot.y_name, value=value)]
    said = gettext(
        "The lowest value of {name} is {low}, at [{low_row}, {low_column}], the highest {high}, at "
        "[{high_row}, {high_column}].",
        name=plot.y_name,
        low=_number(low[0]),
        low_row=low[1] * rows,
        low_column=low[2] * columns,
        high=_number(high[0]),
        high_row=high[1] * rows,
        high_column=high[2] * columns,
    )
    return [said, left_out]


def _unlisted(count: int) -> str:
    if not count:
        return ""
    return ngettext("{count:,} value is nan or infinite.", "{count:,} values are nan or infinite.", count)
