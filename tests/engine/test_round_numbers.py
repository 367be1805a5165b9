"""Steps of 1, 2 or 5 times a power of ten, and bins that stand on their multiples."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.round_numbers import bin_edges, round_steps


@pytest.mark.parametrize(
    ("least", "steps"),
    [
        (0.03, (0.05, 0.1, 0.2)),
        (1, (1, 2, 5)),
        (6, (10, 20, 50)),
        (1e-300, (1e-300, 2e-300, 5e-300)),
        (2e307, (2e307, 5e307, 1e308)),
    ],
)
def test_steps_ascend_from_the_least(least: float, steps: tuple[float, ...]) -> None:
    assert tuple(itertools.islice(round_steps(least), 3)) == pytest.approx(steps)


@pytest.mark.parametrize("least", [0, -1.0, math.inf, math.nan])
def test_what_is_no_positive_number_has_none(least: float) -> None:
    assert not list(round_steps(least))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_bins_lie_around_any_two_numbers(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    edges = bin_edges(low, high, 12, whole=False)
    as_good_as_none = (high / 2 - low / 2) * 1e-9  # of the range: floats are no finer
    assert edges[0] <= low or math.isclose(edges[0], low, abs_tol=as_good_as_none)
    assert edges[-1] >= high or math.isclose(edges[-1], high, abs_tol=as_good_as_none)
    assert 2 <= len(edges) <= 13
    assert list(edges) == sorted(edges)
    assert all(map(math.isfinite, edges))


@given(st.integers(-(10**6), 10**6), st.integers(0, 11))
def test_few_whole_numbers_have_a_bin_each(low: int, span: int) -> None:
    assert bin_edges(low, low + span, 12, whole=True) == tuple(range(low, low + span + 2))
