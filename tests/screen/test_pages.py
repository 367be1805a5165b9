"""A screenful leaves room for the question and for the bar below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.pages import screenfuls


def test_two_rows_of_the_screen_are_left() -> None:
    lines: list[Line] = [text_line(str(number)) for number in range(50)]
    assert [len(page) for page in screenfuls(lines, 80, 24)] == [22, 22, 6]
    assert list(screenfuls(lines, None, None)) == [lines]
    assert list(screenfuls([], 80, 24)) == []


@given(st.lists(st.text(alphabet="a你 ", max_size=100), max_size=30), st.integers(1, 20), st.integers(1, 50))
def test_every_line_comes_once_and_no_page_is_taller_than_the_screen(texts: list[str], height: int, width: int) -> None:
    lines: list[Line] = [text_line(text) for text in texts]
    pages = list(screenfuls(lines, width, height))
    assert [line for page in pages for line in page] == lines
    assert all(len(page) <= max(height - 2, 1) for page in pages)


def test_a_line_that_the_terminal_breaks_counts_for_as_many_rows() -> None:
    pages = list(screenfuls([text_line("a" * 100)] * 4, 40, 8))
    assert [len(page) for page in pages] == [2, 2]


def test_no_break_for_a_few_rows_at_the_end() -> None:
    lines: list[Line] = [text_line(str(number)) for number in range(25)]
    assert [len(page) for page in screenfuls(lines, 80, 24, spare=3)] == [25]
    assert [len(page) for page in screenfuls([*lines, lines[0]], 80, 24, spare=3)] == [22, 4]
    assert [len(page) for page in screenfuls([*lines[:22], text_line("a" * 300)], 80, 24, spare=3)] == [22, 1]


@pytest.mark.parametrize(
    ("used", "count", "pages"),
    [
        (0, 20, [20]),
        (5, 10, [10]),
        (5, 17, [17]),
        (5, 30, [17, 13]),
        (12, 20, [10, 10]),
        (22, 20, [0, 20]),
        (60, 5, [0, 5]),
    ],
)
def test_output_above_is_seen_together_with_the_first_page(used: int, count: int, pages: list[int]) -> None:
    lines = [text_line("a")] * count
    assert [len(page) for page in screenfuls(lines, 80, 24, spare=3, used=used)] == pages
    assert [len(page) for page in screenfuls(lines, 80, None, spare=3, used=used)] == [count]


def test_a_few_rows_below_output_are_worth_no_question() -> None:
    assert [len(page) for page in screenfuls([text_line("a")] * 3, 80, 24, spare=3, used=40)] == [3]
