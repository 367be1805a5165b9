"""Boxes of a layered layout stand beside and below each other, never over each other."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.graphs.layers import lay_out
from ptrepl.screen.figures.graphs.order import ColumnPlace, column_of

GAP = 10.0


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """Boxes, and edges from a box to later ones; each box but the first has a user."""
    count = draw(st.integers(1, 25))
    edges = [(draw(st.integers(0, each - 1)), each) for each in range(1, count)]
    more = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=20))
    return count, edges + [(a, b) for a, b in more if a < b]


@given(graphs(), st.data())
def test_no_two_boxes_overlap(graph: tuple[int, list[tuple[int, int]]], data: st.DataObject) -> None:
    count, edges = graph
    widths = data.draw(st.lists(st.floats(10, 200), min_size=count, max_size=count))
    weights = data.draw(st.lists(st.sampled_from([0.02, 1.0]), min_size=count, max_size=count))
    layout = lay_out(widths, edges, GAP, weights)
    assert all(layout.rows[user] < layout.rows[operand] for user, operand in edges)
    for row in set(layout.rows):
        spans = sorted(
            (layout.centres[each] - widths[each] / 2, layout.centres[each] + widths[each] / 2)
            for each in range(count)
            if layout.rows[each] == row
        )
        assert all(right + GAP <= left + 1e-6 for (_, right), (left, _) in itertools.pairwise(spans))
    assert all(centre - width / 2 >= -1e-6 for centre, width in zip(layout.centres, widths, strict=True))
    assert all(centre + width / 2 <= layout.width + 1e-6 for centre, width in zip(layout.centres, widths, strict=True))


@given(graphs())
def test_an_edge_passes_every_row_between_its_boxes(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, edges = graph
    layout = lay_out([20.0] * count, edges, GAP)
    for (user, operand), bends in layout.bends.items():
        assert [row for row, _ in bends] == list(range(layout.rows[user] + 1, layout.rows[operand]))


def below(column: list[ColumnPlace]) -> list[int]:
    return [node for place in column for node in (place.node, *(each for b in place.branches for each in below(b)))]


def deepest(column: list[ColumnPlace]) -> int:
    return max((1 + deepest(branch) for place in column for branch in place.branches), default=0)


@given(graphs())
def test_every_node_stands_once_and_below_all_that_use_it(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, edges = graph
    inputs = [sorted({b for a, b in edges if a == each}) for each in range(count)]
    column = column_of(inputs)
    order = below(column)
    assert sorted(order) == list(range(count))
    assert all(order.index(user) < order.index(operand) for user, operand in edges)
    assert 2 ** (deepest(column) - 8) <= count


def test_an_order_without_crossings_is_found() -> None:
    # 0 uses 1 and 2, which use 4 and 3
    layout = lay_out([10.0] * 5, [(0, 1), (0, 2), (1, 4), (2, 3)], GAP)
    assert (layout.centres[1] < layout.centres[2]) == (layout.centres[4] < layout.centres[3])
