"""A tensor, an array or a list → the plain numbers to plot. Nothing of the learner's runs, and nothing is kept."""

from __future__ import annotations

import enum
import itertools
import math
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import Unreadable, attempt, torch_functions_off
from ptrepl.engine.watch.readable import Unread, readable

MOST_VALUES = 1 << 16
"""Of a longer series so many are read, at even distances: a screen shows less."""
MOST_OF_GRID = 1 << 18
"""Elements that are read of a larger grid, likewise."""


class NoNumbers(enum.Enum):
    """Why there is nothing to plot."""

    NOT_NUMBERS = enum.auto()
    COMPLEX = enum.auto()
    DIMS = enum.auto()
    """Three dims or more."""
    UNEVEN = enum.auto()
    """Rows of different lengths."""


@dataclass(frozen=True, slots=True)
class PlottedNumbers:
    """``shape``: of the whole; (n, 1) and (1, n) are a series of n. ``rows``: of a series, one; of a grid, its rows.

    ``steps``: for each dim every how many-th value was read; of a series the last one too.
    """

    rows: tuple[tuple[float, ...], ...]
    shape: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def is_grid(self) -> bool:
        """Whether there are two dims."""
        return len(self.shape) == 2


def read_numbers(value: Any) -> PlottedNumbers | NoNumbers | Unread | Unreadable:
    """The numbers of ``value``; a number alone is a series of one. Never raises."""
    found: PlottedNumbers | NoNumbers | Unread | Unreadable = attempt(lambda: _numbers(value))
    return found


def _numbers(value: Any) -> PlottedNumbers | NoNumbers | Unread:
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return _of_tensor(value)
    if numpy is not None and isinstance(value, numpy.ndarray):
        array = numpy.asarray(value)
        if array.dtype.kind not in "biufc":
            return NoNumbers.NOT_NUMBERS
        return _of_array(array)
    if type(value) in (int, float, bool):
        return PlottedNumbers(((float(value),),), (1,), (1,))
    if type(value) in (list, tuple, range):
        return _of_sequence(value)
    return NoNumbers.NOT_NUMBERS


def _of_tensor(tensor: Any) -> PlottedNumbers | NoNumbers | Unread:
    torch = sys.modules["torch"]
    with torch_functions_off(), torch.no_grad():
        body = readable(tensor)
        if isinstance(body, Unread):
            return body
        if body.dtype.is_complex:
            return NoNumbers.COMPLEX
        if body.layout is not torch.strided:
            body = body.to_dense()
        shape = _shape(tuple(body.shape))
        if len(shape) > 2:
            return NoNumbers.DIMS
        body, steps = _thinned(body.reshape(shape), shape)
        rows = body.cpu().to(torch.float64).tolist()
    return PlottedNumbers(_as_rows(rows, len(shape)), shape, steps)


def _of_array(array: Any) -> PlottedNumbers | NoNumbers | Unread:
    if array.size == 0:
        return Unread.EMPTY
    if array.dtype.kind == "c":
        return NoNumbers.COMPLEX
    shape = _shape(array.shape)
    if len(shape) > 2:
        return NoNumbers.DIMS
    thin, steps = _thinned(array.reshape(shape), shape)
    return PlottedNumbers(_as_rows(thin.astype("float64").tolist(), len(shape)), shape, steps)


def _shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A column or a row is a series, and so is a number alone."""
    return (math.prod(shape),) if len(shape) < 2 or (len(shape) == 2 and 1 in shape) else shape


def _thinned(body: Any, shape: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
    if len(shape) == 2:
        rows, columns = shape
        # the longer side first, until both are alike
        most_columns = min(columns, max(math.isqrt(MOST_OF_GRID), MOST_OF_GRID // rows))
        steps = -(-rows // max(1, MOST_OF_GRID // most_columns)), -(-columns // most_columns)
        return body[:: steps[0], :: steps[1]], steps
    step = -(-shape[0] // MOST_VALUES)
    if step == 1:
        return body, (1,)
    places = [*range(0, shape[0] - 1, step), shape[0] - 1]  # the last one is asked for most
    return body[places], (step,)


def _as_rows(values: Any, dims: int) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, values)) if dims == 2 else (tuple(values),)


def _of_sequence(values: Any) -> PlottedNumbers | NoNumbers | Unread:
    if not len(values):
        return Unread.EMPTY
    if all(type(each) in (list, tuple) for each in itertools.islice(values, 1)):
        rows = [_one_row(each) for each in values]
        if any(row is None for row in rows):
            return NoNumbers.NOT_NUMBERS
        lengths = {len(row) for row in rows if row is not None}
        if len(lengths) > 1:
            return NoNumbers.UNEVEN
        if lengths == {0}:
            return Unread.EMPTY
        grid = tuple(row for row in rows if row is not None)
        shape = _shape((len(grid), len(grid[0])))
        return PlottedNumbers(grid if len(shape) == 2 else (tuple(itertools.chain(*grid)),), shape, (1,) * len(shape))
    step = -(-len(values) // MOST_VALUES)
    row = _one_row(values if step == 1 else [*values[:-1:step], values[-1]])
    return NoNumbers.NOT_NUMBERS if row is None else PlottedNumbers((row,), (len(values),), (step,))


def _one_row(values: Any) -> tuple[float, ...] | None:
    if type(values) not in (list, tuple, range):
        return None
    row = [_number(each) for each in values]
    return None if any(each is None for each in row) else tuple(each for each in row if each is not None)


def _number(value: Any) -> float | None:
    if type(value) in (float, int, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    found = _numbers(value) if type(value) not in (list, tuple, range) else NoNumbers.NOT_NUMBERS
    if isinstance(found, PlottedNumbers) and found.shape == (1,):  # the losses of a loop that forgot item()
        return found.rows[0][0]
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.number) and not isinstance(value, numpy.complexfloating):
        return float(value)
    return None
