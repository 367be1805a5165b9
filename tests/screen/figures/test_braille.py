"""The braille canvas: dots where they belong, and nothing outside of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.braille import BrailleCanvas, braille_rows

near = st.integers(-50, 150)


def dots(canvas: BrailleCanvas) -> set[tuple[int, int]]:
    """The dots that the characters of ``canvas`` show, by Unicode's numbering of them."""
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))  # dots 1 to 8: column, row
    return {
        (2 * column + across, 4 * row + down)
        for row, text in enumerate(canvas.text_rows())
        for column, character in enumerate(text)
        for bit, (across, down) in enumerate(places)
        if character != " " and ord(character) - 0x2800 >> bit & 1
    }


@given(st.lists(st.tuples(near, near), max_size=30))
def test_each_dot_is_where_it_was_put_and_no_other(places: list[tuple[int, int]]) -> None:
    canvas = BrailleCanvas(20, 10)
    for x, y in places:
        canvas.dot(x, y)
    assert dots(canvas) == {(x, y) for x, y in places if 0 <= x < 40 and 0 <= y < 40}


@given(near, near, near, near)
def test_a_line_has_its_ends_and_no_gap(x0: int, y0: int, x1: int, y1: int) -> None:
    canvas = BrailleCanvas(75, 50)
    canvas.line(x0, y0, x1, y1)
    drawn = dots(canvas)
    inside = {(x, y) for x, y in ((x0, y0), (x1, y1)) if 0 <= x < 150 and 0 <= y < 200}
    assert inside <= drawn
    if len(inside) == 2:
        steps = max(abs(x1 - x0), abs(y1 - y0))
        assert len(drawn) == steps + 1
        assert all(
            any((x + a, y + b) in drawn for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b) for x, y in drawn
        ) or (steps == 0)


def test_a_line_that_comes_from_far_away_takes_no_time_and_is_drawn_where_it_is_seen() -> None:
    canvas = BrailleCanvas(10, 5)
    canvas.line(-(10**9), 10, 10**9, 10)
    assert dots(canvas) == {(x, 10) for x in range(20)}


def test_a_mask_of_any_size() -> None:
    assert braille_rows([[True, False, True]] * 5) == ["⡇⡇", "⠁⠁"]
    assert braille_rows([]) == []
