"""What %plot reads of tensors, arrays and lists, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch

from ptrepl.engine.plotting.numbers import MOST_VALUES, NoNumbers, PlottedNumbers, read_numbers
from ptrepl.engine.watch.readable import Unread


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor([1.0, 2.0, 3.0], requires_grad=True),
        torch.nn.Parameter(torch.tensor([1.0, 2.0, 3.0])),
        torch.tensor([1, 2, 3], dtype=torch.uint8),
        torch.tensor([1.0, 2.0, 3.0], dtype=torch.float8_e4m3fn),
        torch.tensor([1.0, 2.0, 3.0]).to_sparse(),
        torch.tensor([[1.0, 9.0], [2.0, 9.0], [3.0, 9.0]])[:, 0],
        numpy.array([1, 2, 3]),
        [1, 2.0, 3],
        (1, 2, 3),
        range(1, 4),
        [torch.tensor(1.0), torch.tensor([2.0]), numpy.float32(3)],
    ],
    ids=repr,
)
def test_a_series(value: Any) -> None:
    assert read_numbers(value) == PlottedNumbers(((1.0, 2.0, 3.0),), (3,), (1,))


@pytest.mark.parametrize("value", [torch.eye(2), numpy.eye(2), [[1, 0], [0, 1]], [(1.0, 0), (0, 1)]], ids=repr)
def test_a_grid(value: Any) -> None:
    assert read_numbers(value) == PlottedNumbers(((1.0, 0.0), (0.0, 1.0)), (2, 2), (1, 1))


class Loud:
    def __float__(self) -> float:
        raise AssertionError("it was called")

    __len__ = __iter__ = __float__  # type: ignore[assignment]


class LoudList(list):  # type: ignore[type-arg]
    def __getitem__(self, key: Any) -> Any:
        raise AssertionError("it was called")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([], Unread.EMPTY),
        ([[]], Unread.EMPTY),
        (torch.ones(0, 3), Unread.EMPTY),
        (torch.ones(2, dtype=torch.complex64), NoNumbers.COMPLEX),
        (numpy.ones(2, dtype=complex), NoNumbers.COMPLEX),
        (torch.ones(2, device="meta"), Unread.ON_META),
        (torch.ones(2, 2, 2), NoNumbers.DIMS),
        ([[1], [1, 2]], NoNumbers.UNEVEN),
        (["a"], NoNumbers.NOT_NUMBERS),
        pytest.param([1, Loud()], NoNumbers.NOT_NUMBERS, id="an object in a list"),
        pytest.param(Loud(), NoNumbers.NOT_NUMBERS, id="an object"),
        (LoudList([1]), NoNumbers.NOT_NUMBERS),
        (numpy.array(["a"]), NoNumbers.NOT_NUMBERS),
        pytest.param(torch, NoNumbers.NOT_NUMBERS, id="a module"),
        (None, NoNumbers.NOT_NUMBERS),
    ],
    ids=repr,
)
def test_what_cannot_be_plotted_has_a_reason(value: Any, why: NoNumbers) -> None:
    assert read_numbers(value) is why


def test_a_long_series_is_read_at_even_distances_with_its_last_value() -> None:
    length = 3 * MOST_VALUES + 7
    for value in (torch.arange(length), numpy.arange(length), range(length), list(range(length))):
        found = read_numbers(value)
        assert isinstance(found, PlottedNumbers)
        (row,) = found.rows
        assert (found.steps, found.shape) == ((4,), (length,))
        assert row[:3] == (0.0, 4.0, 8.0)
        assert row[-1] == length - 1
        assert len(row) <= MOST_VALUES + 1


@pytest.mark.parametrize(
    "value", [torch.ones(700, 1), numpy.ones((1, 700)), [[1.0]] * 700], ids=["(n, 1)", "(1, n)", "list"]
)
def test_a_column_or_a_row_is_a_series(value: Any) -> None:
    assert read_numbers(value) == PlottedNumbers(((1.0,) * 700,), (700,), (1,))


@pytest.mark.parametrize(
    ("shape", "steps"),
    [
        ((1000, 2), (1, 1)),
        ((512, 512), (1, 1)),
        ((1024, 1024), (2, 2)),
        ((100_000, 10), (4, 1)),
        ((2, 500_000), (1, 4)),
    ],
)
def test_of_a_large_grid_each_row_and_column_is_read_that_can_be(
    shape: tuple[int, int], steps: tuple[int, int]
) -> None:
    found = read_numbers(torch.zeros(shape, dtype=torch.uint8))
    assert isinstance(found, PlottedNumbers)
    assert (found.shape, found.steps) == (shape, steps)
    assert (len(found.rows), len(found.rows[0])) == tuple(
        -(-size // step) for size, step in zip(shape, steps, strict=True)
    )


def test_a_mode_of_the_learners_is_not_called() -> None:
    from torch.utils._python_dispatch import TorchDispatchMode

    class Mode(TorchDispatchMode):
        def __torch_dispatch__(self, *arguments: Any) -> Any:
            raise AssertionError("it was called")

    x = torch.ones(3)
    with Mode():
        assert read_numbers(x) is Unread.DISPATCH_MODE
