"""Charts and heat maps, as they stand on the screen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.chart import Series, chart_lines
from ptrepl.screen.figures.heat_map import heat_map_lines
from ptrepl.screen.line import Line, plain
from ptrepl.screen.wrap import line_width

LOSSES = tuple(4.2 * 0.8**step for step in range(31))
STEPS = tuple(map(float, range(31)))
CURVE = """\
                       Loss
losses
4 ┤⡄
  │⠘⡄
  │ ⠸⡀
  │  ⠸⡀
  │   ⠘⡄
2 ┤    ⠈⠢⡀
  │      ⠈⠢⡀
  │        ⠈⠒⠤⣀
  │            ⠉⠒⠢⠤⣀⡀
0 ┤                 ⠈⠉⠉⠉⠉⠑⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤
  └┬──────────────┬──────────────┬──────────────┬
   0             10             20             30
"""
GRID = """\
    0            6
 0 │░░▒▒▓▓▓▓██????│
   │    ░░▒▒▓▓██??│
 2 │    ░░▒▒▓▓████│
    0  ░▒▓█ 10
? stands where a value is nan or infinite.
"""


def text(lines: list[Line]) -> str:
    return "".join(plain(line).rstrip() + "\n" for line in lines)


def test_a_curve_between_two_axes() -> None:
    lines = chart_lines([Series(STEPS, LOSSES)], 50, rows=10, title="Loss", y_label="losses")
    assert text(lines) == CURVE


def test_a_grid_in_shades_with_the_scale_below() -> None:
    rows = [[3.0, 5, 6, 7, 9, math.nan, math.inf], [0.0, 1, 3, 5, 7, 9, math.nan], [1.0, 0, 2, 5, 7, 10, 10]]
    assert text(heat_map_lines(rows, 80)) == GRID


def test_a_large_grid_is_drawn_by_the_means_of_its_parts() -> None:
    rows = [[float(row < 500)] * 300 for row in range(1000)]
    lines = heat_map_lines(rows, 60)
    assert all(line_width(line) <= 60 for line in lines)
    assert [set(plain(line)[6:-1]) for line in lines[1:25]] == [{"█"}] * 12 + [{" "}] * 12
    assert plain(lines[1])[:3] == "  0"
    assert plain(lines[24])[:3] == "999", "the last row is numbered as the last column is"
    assert " ".join(map(plain, lines[26:])) == (
        "1,000 by 300 values are drawn as 24 by 26 cells: each shade is a mean, and so are the numbers beside the "
        "shades."
    )
    with pytest.raises(ValueError, match="at least"):
        heat_map_lines([], 80)


def test_a_grid_of_one_value_has_one_shade_and_a_grid_of_nan_no_scale() -> None:
    assert text(heat_map_lines([[2.0, 2], [2, 2]], 80)).splitlines()[-1] == "    2 ▒"
    assert "▓" not in text(heat_map_lines([[math.nan, math.nan]], 80))


@given(
    st.lists(st.tuples(st.floats(-1e308, 1e308), st.floats(-1e308, 1e308)), min_size=1, max_size=40),
    st.integers(10, 130),
    st.sampled_from(["curve", "marks"]),
)
def test_any_numbers_are_drawn_within_the_width(points: list[tuple[float, float]], width: int, drawn_as: str) -> None:
    x, y = zip(*points, strict=True)
    lines = chart_lines([Series(x, y, drawn_as)], width)  # type: ignore[arg-type]
    assert max(map(line_width, lines)) <= max(width, 36)
    assert any("⠀" < character <= "⣿" for line in lines for character in plain(line))


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="a point"):
        chart_lines([Series((), ())], 80)
