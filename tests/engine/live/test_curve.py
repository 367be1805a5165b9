"""A curve keeps its ends, its order and its size, however many points come."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.live.curve import MOST_POINTS, Curve


def drawn(values: list[float]) -> Curve:
    curve = Curve()
    for place, value in enumerate(values):
        curve.add(float(place), value)
    return curve


@given(st.integers(1, 9_000))
def test_of_any_number_of_points_the_ends_stay_and_the_rest_are_spread(count: int) -> None:
    curve = drawn([float(number) for number in range(count)])
    assert (curve.places[0], curve.places[-1]) == (0.0, count - 1)
    assert curve.places == curve.values == sorted(set(curve.places))
    assert min(count, MOST_POINTS // 2) <= len(curve.places) <= MOST_POINTS
    gaps = [b - a for a, b in itertools.pairwise(curve.places)]
    assert not gaps or max(gaps) <= 4 * math.ceil(count / MOST_POINTS)


def test_what_is_not_finite_is_counted_and_not_drawn() -> None:
    curve = drawn([1.0, math.nan, 2.0, math.inf])
    assert curve.values == [1.0, 2.0]
    assert curve.not_finite == 2


def test_a_level_curve_does_not_move() -> None:
    assert not drawn([3.0] * 5).moves
    assert drawn([3.0, 3.0, 2.0]).moves
    assert not Curve().moves
