"""The statistics of a tensor as they stand on the screen."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.statistics import Statistics, read_statistics
from ptrepl.screen.figures.bars import horizontal_bar
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.figures.statistics import statistics_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import line_width


def shown(tensor: Any, width: int | None = 80, *, drawn: bool = True) -> list[str]:
    found = read_statistics(tensor)
    assert isinstance(found, Statistics)
    return [plain(line) for line in statistics_lines("x", found, width, drawn=drawn)]


def test_a_float_tensor() -> None:
    assert shown(torch.tensor([0.0, 1, 1, 2, 2, 2, 3, 3, 4, 9.5]) / 10, 60) == [
        "│ x  shape=(10,)  dtype=float32",
        "│   10 elements  nan 0  inf 0  zero 1",
        "│   min 0  max 0.95  mean 0.275  std 0.2638",
        "│   quantiles  5 % 0.045  25 % 0.125  50 % 0.2  75 % 0.3",
        "│   95 % 0.7025",
        "│     0 to 0.1  █████████████▍ 1",
        "│   0.1 to 0.2  ██████████████████████████▋ 2",
        "│   0.2 to 0.3  ████████████████████████████████████████ 3",
        "│   0.3 to 0.4  ██████████████████████████▋ 2",
        "│   0.4 to 0.5  █████████████▍ 1",
        "│   0.5 to 0.6   0",
        "│   0.6 to 0.7   0",
        "│   0.7 to 0.8   0",
        "│   0.8 to 0.9   0",
        "│   0.9 to   1  █████████████▍ 1",
    ]


def test_bools_are_counted() -> None:
    assert shown(torch.tensor([True, True, False])) == [
        "│ x  shape=(3,)  dtype=bool",
        "│   3 elements",
        "│   False  ████████████████████ 1",
        "│    True  ████████████████████████████████████████ 2",
    ]
    assert shown(torch.tensor([True]))[-2:] == [
        "│   False   0",
        "│    True  ████████████████████████████████████████ 1",
    ]


def test_few_values_have_no_histogram() -> None:
    assert shown(torch.tensor([1.0, float("nan"), 2.0])) == [
        "│ x  shape=(3,)  dtype=float32",
        "│   3 elements  nan 1  inf 0  zero 0",
        "│   The rest is about the finite values.",
        "│   min 1  max 2  mean 1.5  std 0.7071",
    ]
    assert shown(torch.tensor(3)) == ["│ x  shape=()  dtype=int64", "│   1 element  zero 0", "│   min 3  max 3  mean 3"]
    assert shown(torch.tensor([float("inf")]))[-1] == "│   No value is finite, so there is no range and no mean."


def test_a_screen_reader_gets_words() -> None:
    lines = shown(torch.arange(10).clamp(max=4), drawn=False)
    assert lines[-1] == "│   histogram  0: 1  1: 1  2: 1  3: 1  4: 6"
    assert shown(torch.tensor([True, False]), drawn=False)[-1] == "│   histogram  False: 1  True: 1"
    assert not any("█" in line for line in lines)


@given(st.lists(st.floats(-1e9, 1e9), min_size=10, max_size=60), st.integers(40, 120))
def test_no_line_is_wider_than_the_terminal(values: list[float], width: int) -> None:
    found = read_statistics(torch.tensor(values, dtype=torch.float64))
    assert isinstance(found, Statistics)
    assert all(line_width(line) <= width for line in statistics_lines("x", found, width))


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000, "1,000"), (0.012345, "0.01235"), (3.2e38, "3.2e+38"), (2**63, "9,223,372,036,854,775,808"), (-0.5, "-0.5")],
)
def test_numbers(value: float, text: str) -> None:
    assert short_number(value) == text


@given(st.floats(0, 1), st.integers(1, 50))
def test_a_bar_is_as_long_as_its_share(share: float, columns: int) -> None:
    assert abs(len(horizontal_bar(share, columns)) - share * columns) <= 1
    assert bool(horizontal_bar(share, columns)) == (share > 0)
