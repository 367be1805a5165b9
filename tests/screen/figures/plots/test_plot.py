"""%plot in words: what the chart shows, and nothing that it does not."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.plots.drawing import plot_lines
from ptrepl.screen.figures.plots.plot import PLOT_KINDS, Plot, bins_of
from ptrepl.screen.figures.plots.words import correlation, plot_words
from ptrepl.screen.line import plain

numbers = st.lists(st.floats(), min_size=1, max_size=30)


def words(plot: Plot) -> str:
    return "\n".join(map(plain, plot_words(plot, None)))


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ((4.2, 2.0, 0.01), "loss fell from 4.2 to 0.01 over 2 steps."),
        ((1.0, 2.0), "loss rose from 1 to 2 over 1 step."),
        ((3.0,), "loss is a single value, 3."),
        ((1.0, 1.0, 1.0), "Each of the 3 values of loss is 1."),
        ((1.0, 2.0, 1.0), "loss begins and ends at 1, 2 steps apart. Its highest value is 2, at 1."),
        ((4.0, 0.5, 9.0, 1.0), "loss fell from 4 to 1 over 3 steps. Its lowest value is 0.5, at 1. "
                               "Its highest value is 9, at 2."),
        ((4.0, math.nan, 1.0), "loss fell from 4 to 1 over 2 steps. 1 value that is nan or infinite is not drawn."),
        ((math.nan, math.inf), "loss has no finite value, so there is nothing to draw."),
    ],
)  # fmt: skip
def test_a_line(y: tuple[float, ...], said: str) -> None:
    assert words(Plot("line", y, y_name="loss")) == said


def test_a_line_over_an_x() -> None:
    plot = Plot("line", (1.0, 4.0, 9.0), (1.0, 2.0, 3.0), x_name="x", y_name="x**2", title="Squares")
    assert words(plot) == "Squares: x**2 rose from 1 to 9 while x went from 1 to 3."


def test_points_and_how_they_are_related() -> None:
    x = (1.0, 4.0, 2.0, 3.0)
    said = words(Plot("scatter", (2.0, 8.0, 4.0, 6.0), x, x_name="x", y_name="y"))
    assert said == "4 points: x is 1 to 4, y is 2 to 8. y tends to rise with x (correlation 1.00)."
    said = words(Plot("scatter", (8.0, 2.0, 6.0, 4.0), x, x_name="x", y_name="y"))
    assert said.endswith("y tends to fall as x rises (correlation -1.00).")
    assert "correlation" not in words(Plot("scatter", (1.0, 1.0, 1.0), x[:3], x_name="x", y_name="y"))


def test_points_and_a_line() -> None:
    plot = Plot(
        "scatter",
        (7.0, 9.0, 11.0, 13.0),
        (1.0, 2.0, 3.0, 4.0),
        x_name="distance",
        y_name="price",
        line=(1.0, 2.0, 3.0, 4.0),
        line_name="w * distance",
    )
    assert words(plot).endswith(
        "The line w * distance goes from 1 to 4. Points above it: 4, below it: 0; their mean distance from "
        "it, up or down, is 7.5."
    )
    lines = plot_lines(plot, 60)
    assert plain(lines[0]) == "⠒⠒ w * distance   ⠶ price"
    styles = {style for line in lines for style, text in line if any("⠀" < each <= "⣿" for each in text)}
    assert styles == {"code", "hue1"}
    hidden = replace(plot, line=(math.nan,) * 4)
    assert plain(plot_lines(hidden, 60)[0]) == "price"
    assert "line" not in words(hidden).replace("straight line", "")


def test_a_line_goes_from_left_to_right_whatever_the_order_of_its_points() -> None:
    plot = Plot("scatter", (1.0, 0.0, 2.0), (1.0, 0.0, 2.0), line=(1.0, 0.0, 2.0), line_name="x", y_name="x")
    ordered = replace(plot, y=(0.0, 1.0, 2.0), x=(0.0, 1.0, 2.0), line=(0.0, 1.0, 2.0))
    assert plot_lines(plot, 60) == plot_lines(ordered, 60)
    assert words(plot).endswith("The line x goes from 0 to 2. All points lie on it.")


def test_a_histogram_and_a_grid() -> None:
    said = words(Plot("hist", (1.0, 1.0, 2.0, 5.0), y_name="w"))
    assert said == "4 values of w, from 1 to 5. They are densest between 0.5 and 1.5: 2 of them, 50 %."
    said = words(Plot("heat", rows=((1.0, 0.0), (math.nan, 7.0)), y_name="m"))
    assert said == "The lowest value of m is 0, at [0, 1], the highest 7, at [1, 1]. 1 value is nan or infinite."
    assert words(Plot("heat", rows=((3.0, 3.0),), y_name="m")) == "Every value of m is 3."
    said = words(Plot("heat", rows=((1.0, 0.0), (2.0, 7.0)), steps=(10, 3), y_name="m"))
    assert said == (
        "m is large: of each 10 by 3 values one was read; the numbers are about those. "
        "The lowest value of m is 0, at [0, 3], the highest 7, at [10, 3]."
    )


def test_of_a_large_series_it_is_said_what_was_read() -> None:
    plot = Plot("hist", (1.0, 2.0), steps=(4,), y_name="w")
    about = "w is large: of each 4 values one was read; the numbers are about those."
    assert words(plot).startswith(about)
    assert plain(plot_lines(plot, None)[-1]) == about


@given(st.sampled_from(PLOT_KINDS), numbers)
def test_any_numbers_are_drawn_and_said(kind: str, values: list[float]) -> None:
    y = tuple(values)
    plot = Plot(kind, y, rows=(y, y), y_name="y", x_name="x")  # type: ignore[arg-type]
    assert plot_lines(plot, 60)
    assert words(plot)


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=200))
def test_each_value_lies_in_one_bin(values: list[float]) -> None:
    edges, counts = bins_of(values)
    assert sum(counts) == len(values)
    assert len(edges) == len(counts) + 1
    assert list(edges) == sorted(edges)


def test_correlation_is_pearsons() -> None:
    import numpy

    random = numpy.random.default_rng(1)
    x, y = random.normal(size=(2, 50))
    assert correlation(x.tolist(), y.tolist()) == pytest.approx(numpy.corrcoef(x, y)[0, 1])


def test_a_curve_has_a_gap_where_a_value_is_none() -> None:
    gap = Plot("line", (1.0, 1.0, math.nan, 1.0), y_name="y")
    rows = [plain(line).partition("│")[2] or plain(line).partition("┤")[2] for line in plot_lines(gap, 40)]
    drawn = next(row for row in rows if any("\u2801" <= character <= "\u28ff" for character in row))
    curve, mark = (part for part in re.split(r"[ \u2800]+", drawn) if part)
    assert (len(curve), len(mark)) == (12, 1)
