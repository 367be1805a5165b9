"""Round numbers: the steps of an axis and of the bins of a histogram are 1, 2 or 5 times a power of ten."""

from __future__ import annotations

import math
from collections.abc import Iterator

_FACTORS = (1, 2, 5)


def round_steps(least: float) -> Iterator[float]:
    """The round steps from ``least`` on, ascending, as far as there are floats; none where it is no positive number.

    >>> next(round_steps(0.03)), next(round_steps(7)), next(round_steps(0.2))
    (0.05, 10.0, 0.2)
    """
    if not math.isfinite(least) or least <= 0:
        return
    power = math.floor(math.log10(least))
    while power <= 308:
        for factor in _FACTORS:
            # a negative power is a division: 3 * 1e-1 is not 0.3
            step = factor / 10.0**-power if -300 < power < 0 else factor * 10.0**power
            if least <= step < math.inf:
                yield step
        power += 1


def bin_edges(low: float, high: float, most: int, *, whole: bool) -> tuple[float, ...]:
    """Ascending edges of at most ``most`` bins (4 or more) around [low, high], at multiples of a round step.

    ``whole``: only whole numbers are counted; few of them have a bin each, from the number to the next one. Where
    floats are too coarse or too large for steps there is one bin, from ``low`` to ``high``.

    >>> bin_edges(0.13, 0.98, 12, whole=False)
    (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    >>> bin_edges(3, 5, 12, whole=True)
    (3, 4, 5, 6)
    """
    if whole and high - low < most:
        return tuple(low + each for each in range(int(high - low) + 2))
    if low == high:
        return (low, high)
    step = next(round_steps((high - low) / (most - 2)), math.inf)
    if not (math.isfinite(step) and low + step != low):
        return (low, high)
    first, last = math.floor(low / step), math.ceil(high / step)
    digits = max(0, -math.floor(math.log10(step)))
    edges = tuple(round(each * step, digits) for each in range(first, max(last, first + 1) + 1))
    return edges if math.isfinite(edges[0]) and math.isfinite(edges[-1]) else (low, high)
