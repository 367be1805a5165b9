"""The place of an error and what is offered, in terminals of any width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.explanation import Explanation, Fix, MarkedLine
from ptrepl.screen.explanation import explanation_lines, marked_line
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns

LONG = "result = (first + 1).relu() @ (second * 2).sigmoid() + third"


def drawn(marked: MarkedLine, width: int | None) -> list[str]:
    return [plain(line) for line in marked_line(marked, width)]


def test_the_operator_is_marked_in_the_expression():
    assert drawn(MarkedLine("y = x @ w.relu()", 4, 16, (6, 7)), None) == [
        "    y = x @ w.relu()",
        "        ~~^~~~~~~~~~",
    ]


def test_wide_characters_take_two_columns_of_marks():
    assert drawn(MarkedLine("f('你好') + 名", 0, 11, (8, 9)), None) == [
        "    f('你好') + 名",
        "    ~~~~~~~~~~^~~~",
    ]


@pytest.mark.parametrize("width", [24, 30, 40, 60, 80])
def test_a_long_line_is_cut_round_the_operator(width):
    line, marks = drawn(MarkedLine(LONG, 9, 52, (28, 29)), width)
    assert max(map(columns, (line, marks))) <= width
    assert line[marks.index("^")] == "@"


@given(st.data(), st.text("ab (+名é", min_size=1, max_size=90), st.integers(24, 100))
def test_no_line_is_wider_than_the_terminal_and_the_marks_stand_below_it(data, text, width):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    focus = data.draw(st.none() | st.integers(start, end - 1).map(lambda at: (at, at + 1)))
    line, marks = drawn(MarkedLine(text, start, end, focus), width)
    assert columns(marks) <= width
    assert columns(line.rstrip()) <= width
    assert "^" in marks
    if columns(text) + 4 <= width:
        assert line == "    " + text


@pytest.mark.parametrize("width", [40, 80, 120, None])
def test_fixes_stand_side_by_side_where_they_fit(width):
    fixes = (Fix("x @ w.T", "shape (2, 2)"), Fix("x.T @ w", "shape (3, 3)"))
    lines = [plain(line) for line in explanation_lines(Explanation("product", "A sentence.", fixes=fixes), width)]
    assert lines[0] == "│ A sentence."
    if width == 40:
        assert lines[1:] == ["│ try  x @ w.T   → shape (2, 2)", "│ try  x.T @ w   → shape (3, 3)"]
    else:
        assert lines[1:] == ["│ try  x @ w.T   → shape (2, 2)       try  x.T @ w   → shape (3, 3)"]


def test_a_fix_of_several_lines_keeps_them():
    fix = Fix("def f(a):\n    return a.T", "shape (3, 2)")
    lines = [plain(line) for line in explanation_lines(Explanation("product", "A.", fixes=(fix,)), 80)]
    assert lines[1:] == ["│ try  def f(a):", "│          return a.T", "│      → shape (3, 2)"]


def test_without_a_terminal_long_fixes_stand_on_lines_of_their_own():
    long = Fix("net = nn.Sequential(nn.Linear(8, 20), nn.ReLU(), nn.Linear(20, 1))", "shape (2, 1)")
    fixes = (Fix("x @ w.T"), long)
    lines = [plain(line) for line in explanation_lines(Explanation("product", "A.", fixes=fixes), None)]
    assert lines[1:] == ["│ try  x @ w.T", f"│ try  {long.code}   → shape (2, 1)"]


def test_the_shape_of_a_fix_that_is_too_wide_has_a_line_of_its_own():
    fix = Fix("net = nn.Sequential(nn.Linear(8, 20), nn.ReLU())", "shape (2, 20)")
    lines = [plain(line) for line in explanation_lines(Explanation("product", "A.", fixes=(fix,)), 40)]
    assert lines[1:] == [f"│ try  {fix.code}", "│     → shape (2, 20)"]
