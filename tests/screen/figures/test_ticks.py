"""Axes: round ticks, in order, that cover the values; labels that are told apart."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.ticks import axis_of

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0, 30, 7, ("0", "5", "10", "15", "20", "25", "30")),
        (0.013, 4.2, 5, ("0", "1", "2", "3", "4")),
        (-1, 1, 5, ("-1.0", "-0.5", "0", "0.5", "1.0")),
        (1e-8, 5e-8, 5, ("1e-8", "2e-8", "3e-8", "4e-8", "5e-8")),
        (0, 4e9, 5, ("0", "1e9", "2e9", "3e9", "4e9")),
        (7, 7, 3, ("6", "7", "8")),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, labels: tuple[str, ...]) -> None:
    assert axis_of(low, high, most).labels == labels


def test_of_what_is_counted_only_whole_numbers_are_ticks() -> None:
    assert axis_of(0, 2, 6).labels[1] == "0.5"
    assert axis_of(0, 2, 6, whole=True).labels == ("0", "1", "2")
    assert axis_of(0, 1, 6, whole=True).labels == ("0", "1")
    assert axis_of(0, 600, 6, whole=True).labels == axis_of(0, 600, 6).labels


@given(finite, finite, st.integers(2, 12))
def test_any_two_numbers_have_an_axis(one: float, other: float, most: int) -> None:
    low, high = sorted((one, other))
    axis = axis_of(low, high, most)
    assert axis.low <= low <= high <= axis.high
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= most + 3
    assert list(axis.ticks) == sorted(axis.ticks)
    assert len(axis.labels) == len(axis.ticks)
    assert all(map(math.isfinite, axis.ticks))
    assert axis.place(axis.low, 100) == 0
    assert axis.place(axis.high, 100) == 99


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_labels_say_what_the_ticks_are(low: float, size: float) -> None:
    axis = axis_of(low, low + size, 6)
    step = axis.ticks[1] - axis.ticks[0]
    assert len(set(axis.labels)) == len(axis.labels)
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        assert abs(float(label) - tick) <= step / 10 + abs(tick) * 1e-12
