"""Several curves or paths in one picture: each is told from the others without colours, and said in words."""

from __future__ import annotations

import math

import pytest

from ptrepl.screen.figures.plots.curves import MOST_CURVES, NamedCurves, named_curves_lines, named_curves_words
from ptrepl.screen.figures.plots.plot import Plot
from ptrepl.screen.line import Line, plain
from ptrepl.screen.wrap import line_width

DOWN = Plot("line", (2.0, 1.0, 0.0), (0.0, 1.0, 2.0), y_name="down")
UP = Plot("line", (0.0, 1.0, 2.0), (0.0, 1.0, 2.0), y_name="up")


def text(lines: list[Line]) -> str:
    return "\n".join(map(plain, lines))


def test_each_curve_has_a_letter_where_it_is_by_itself() -> None:
    lines = named_curves_lines(NamedCurves((DOWN, UP), are_paths=True), 40)
    rows = [plain(line) for line in lines]
    assert rows[:2] == ["[:, 1]", "a down   b up"]
    assert rows[-1].strip() == "[:, 0]"
    drawn = [row.partition("┤")[2] or row.partition("│")[2] for row in rows[2:-3]]
    (a,) = [(number, row.index("a")) for number, row in enumerate(drawn) if "a" in row]
    (b,) = [(number, row.index("b")) for number, row in enumerate(drawn) if "b" in row]
    middle = len(drawn) // 2
    assert abs(a[0] - middle) > 3 < abs(b[0] - middle)  # they cross in the middle


@pytest.mark.parametrize("count", [1, 2, 7, MOST_CURVES])
@pytest.mark.parametrize("width", [40, 80])
def test_as_many_as_there_may_be_have_room(count: int, width: int) -> None:
    curves = tuple(
        Plot("line", tuple(math.sin(step / 5 + number) for step in range(50)), y_name=f"height {number}")
        for number in range(count)
    )
    lines = named_curves_lines(NamedCurves(curves, are_paths=False), width)
    assert all(line_width(line) <= width for line in lines)
    drawn = "".join(plain(line).partition("│")[2] + plain(line).partition("┤")[2] for line in lines)
    assert all(drawn.count(letter) == 1 for letter in "abcdefghijkl"[:count])


def test_in_words_each_has_a_paragraph() -> None:
    said = text(named_curves_words(NamedCurves((DOWN, UP), are_paths=True, title="Two"), None))
    assert said == (
        "Two:\ndown goes from (0, 2) to (2, 0) in 2 steps; [:, 0] is 0 to 2, [:, 1] is 0 to 2.\n"
        "up goes from (0, 0) to (2, 2) in 2 steps; [:, 0] is 0 to 2, [:, 1] is 0 to 2."
    )
    losses = Plot("line", (3.0, 2.0, 1.0), y_name="loss")
    assert (
        text(named_curves_words(NamedCurves((losses,), are_paths=False), None)) == "loss fell from 3 to 1 over 2 steps."
    )


def test_what_is_not_drawn_is_told() -> None:
    gap = Plot("line", (0.0, math.nan, 2.0), (0.0, 1.0, 2.0), y_name="gap")
    told = "Of gap, 1 point that is nan or infinite is not drawn."
    assert told in text(named_curves_lines(NamedCurves((gap, UP), are_paths=True), 80))
    assert told in text(named_curves_words(NamedCurves((gap, UP), are_paths=True), None))
    nothing = Plot("line", (math.nan,), (0.0,), y_name="none")
    shown = text(named_curves_lines(NamedCurves((nothing,), are_paths=True), 80))
    assert shown == "none has no finite value, so there is nothing to draw."
