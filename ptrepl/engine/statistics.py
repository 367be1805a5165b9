"""What the values of one tensor are like as a whole: their range, their spread, how many are nan, inf or zero.

Everything is computed in float64, as torch has no ``min`` of ``uint16`` and no ``sum`` of ``float8_e4m3fn``.
"""

from __future__ import annotations

import enum
import itertools
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.round_numbers import bin_edges
from ptrepl.engine.watch.facts import TensorFacts, Unreadable, attempt, read, torch_functions_off
from ptrepl.engine.watch.readable import Unread, readable

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Shares of the values that lie below what ``Spread.quantiles`` says."""
READ_WHOLE = 1 << 22
"""Elements up to which all are read."""
SAMPLE = 1 << 20
"""Elements that are read of a larger tensor."""
_CHUNK = 1 << 20
_MOST_BINS = 12
_SEED = 0


class Counted(enum.Enum):
    """Which numbers the statistics are about."""

    VALUES = enum.auto()
    MODULI = enum.auto()
    """Of complex numbers: they have no order, their absolute values have one."""
    STORED = enum.auto()
    """Of a sparse tensor: those that it stores; all others are zero."""
    BOOLS = enum.auto()
    """True is 1, False is 0."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of the finite values: ``std`` divides by n - 1, as ``torch.std``, and is nan for one value; ``quantiles`` are
    interpolated linearly, as ``torch.quantile`` does. Of whole numbers ``minimum`` and ``maximum`` are exact."""

    minimum: float | int
    maximum: float | int
    mean: float
    std: float
    quantiles: tuple[float, ...]
    edges: tuple[float, ...]
    """Of the bins of the histogram, ascending; the last bin holds its upper edge too."""
    counts: tuple[int, ...]
    """Values in each bin."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """``elements``: of the tensor; ``read``: how many of them were looked at, the rest of the numbers is about those.

    ``spread``: None where no value is finite.
    """

    facts: TensorFacts
    elements: int
    read: int
    counted: Counted
    nan: int
    infinite: int
    zero: int
    spread: Spread | None

    @property
    def is_sample(self) -> bool:
        """Whether the tensor is too large to be read whole."""
        return self.read < self.elements and self.counted is not Counted.STORED


def read_statistics(tensor: Any) -> Statistics | Unread | Unreadable:
    """The statistics of ``tensor``, of any shape and dtype; a reason where its values cannot be read. Never raises.

    Of more than ``READ_WHOLE`` elements ``SAMPLE`` are read, drawn with replacement by a generator of its own: torch's
    random state stays as it is.
    """
    torch = sys.modules["torch"]
    with torch_functions_off(), torch.no_grad():
        found: Statistics | Unread | Unreadable = attempt(lambda: _statistics(tensor))
        return found


def _statistics(tensor: Any) -> Statistics | Unread:
    torch = sys.modules["torch"]
    body = readable(tensor)
    if isinstance(body, Unread):
        return body
    elements = body.numel()
    counted, absent = Counted.VALUES, 0
    if body.layout is not torch.strided:
        body = body.coalesce().values() if body.layout is torch.sparse_coo else body.values()
        counted, absent = Counted.STORED, elements - body.numel()
    if body.dtype.is_complex:
        counted = Counted.MODULI
    elif body.dtype is torch.bool:
        counted = Counted.BOOLS
    return _of_values(body, read(tensor), elements, absent, counted)


def _of_values(body: Any, facts: TensorFacts, elements: int, absent: int, counted: Counted) -> Statistics:
    torch = sys.modules["torch"]
    if body.numel() > READ_WHOLE:
        body = _drawn(body)
    parts = [_numbers(chunk) for chunk in _chunks(body)]
    values = torch.cat(parts) if parts else torch.zeros(0, dtype=torch.float64)
    del parts
    nan, infinite = int(values.isnan().sum()), int(values.isinf().sum())
    finite = values[values.isfinite()] if nan or infinite else values
    whole = not body.dtype.is_floating_point and not body.dtype.is_complex
    extremes = _exact_extremes(body) if whole and finite.numel() else None
    return Statistics(
        facts,
        elements,
        values.numel(),
        counted,
        nan,
        infinite,
        zero=int((finite == 0).sum()) + absent,
        spread=_spread(finite, extremes) if finite.numel() else None,
    )


def _drawn(body: Any) -> Any:
    torch = sys.modules["torch"]
    generator = torch.Generator().manual_seed(_SEED)
    places = tuple(torch.randint(size, (SAMPLE,), generator=generator).to(body.device) for size in body.shape)
    return body[places]


def _chunks(body: Any) -> Iterator[Any]:
    """The elements of ``body`` in one-dimensional pieces: a transposed tensor is not to be copied whole."""
    if body.numel() <= _CHUNK or body.dim() == 0:
        yield body.reshape(-1)
        return
    dim = max(range(body.dim()), key=lambda each: body.shape[each])
    for piece in body.split(max(1, body.shape[dim] * _CHUNK // body.numel()), dim):
        yield from _chunks(piece)


def _numbers(chunk: Any) -> Any:
    torch = sys.modules["torch"]
    chunk = chunk.cpu()
    if chunk.dtype.is_complex:
        return chunk.to(torch.complex128).abs()
    return chunk.to(torch.float64)


def _exact_extremes(body: Any) -> tuple[int, int]:
    """The least and the greatest whole number, which float64 may round."""
    pieces = [chunk.cpu().numpy() for chunk in _chunks(body)]
    return min(int(piece.min()) for piece in pieces), max(int(piece.max()) for piece in pieces)


def _spread(finite: Any, extremes: tuple[int, int] | None) -> Spread:
    ordered = finite.sort().values
    low, high = float(ordered[0]), float(ordered[-1])
    edges = bin_edges(low, high, _MOST_BINS, whole=extremes is not None)
    counts = _counts(ordered, edges)
    # numbers near the greatest float64 have a sum that is none: halved, they have one
    scale = 2.0 ** max(0, math.frexp(max(abs(low), abs(high)))[1] - 400)
    mean = float((finite / scale).mean()) * scale
    std = float((finite / scale).std()) * scale if finite.numel() > 1 else math.nan
    minimum, maximum = extremes if extremes is not None else (low, high)
    quantiles = tuple(_quantile(ordered, share) for share in QUANTILES)
    return Spread(minimum, maximum, mean, std, quantiles, edges, counts)


def _quantile(ordered: Any, share: float) -> float:
    place = share * (ordered.numel() - 1)
    below, part = int(place), place - int(place)
    low = float(ordered[below])
    return low if part == 0 else low * (1 - part) + float(ordered[below + 1]) * part


def _counts(ordered: Any, edges: tuple[float, ...]) -> tuple[int, ...]:
    torch = sys.modules["torch"]
    inner = torch.tensor(edges[1:-1], dtype=torch.float64)
    cuts = [0, *torch.searchsorted(ordered, inner, right=False).tolist(), ordered.numel()]
    return tuple(after - before for before, after in itertools.pairwise(cuts))
