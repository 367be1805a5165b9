"""An axis: where its round ticks stand, and what is written at them."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from ptrepl.engine.round_numbers import round_steps

_MOST_DIGITS = 6
"""Beyond that, a number is written with an exponent."""
_TINY, _HUGE = 1e-290, 1e300
_GREATEST = sys.float_info.max


@dataclass(frozen=True, slots=True)
class Axis:
    """``low`` to ``high``, the values that stand at its ends, and the ``ticks`` between them with their ``labels``."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def place(self, value: float, size: int) -> int:
        """Which of ``size`` places from ``low`` to ``high`` is nearest to ``value``; outside, one that is none of them.

        >>> axis_of(0, 10, 5).place(5, 11)
        5
        """
        # halved, so that a range of all of float64 is no infinity
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return round(max(-1e6, min(1e6, share * (size - 1))))


def axis_of(low: float, high: float, most: int, *, whole: bool = False) -> Axis:
    """An axis for finite values from ``low`` to ``high``, with about ``most`` ticks or less; at least two.

    ``whole``: ticks are whole numbers alone, as counts are.

    >>> axis_of(0.013, 4.2, 5).labels
    ('0', '1', '2', '3', '4')
    >>> axis_of(3, 3, 4).ticks
    (2.0, 3.0, 4.0)
    """
    if low / 2 == high / 2:
        reach = 1.0 if 1 <= abs(low) < 1e6 or abs(low) < _TINY else abs(low) / 2
        low, high = max(low - reach, -_GREATEST), min(high + reach, _GREATEST)
    if not _TINY < high / 2 - low / 2 < _HUGE or max(abs(low), abs(high)) > _HUGE or _is_one_to_floats(low, high):
        # where powers of ten and their multiples are no numbers any more, the ends are the ticks
        digits = 15 if _is_one_to_floats(low, high) else 3
        return Axis(low, high, (low, high), (_exponent(low, digits), _exponent(high, digits)))
    step = _step(low, high, max(2, most))
    if whole:
        step = max(1.0, step)
    first, last = _ends(low, high, step)
    if last - first < 1:
        first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(min(low, ticks[0]), max(high, ticks[-1]), ticks, _labels(ticks, step))


def _is_one_to_floats(low: float, high: float) -> bool:
    """Whether so few numbers lie between them that ticks would be the same."""
    return high / 2 - low / 2 < max(abs(low), abs(high)) * 1e-12


def _ends(low: float, high: float, step: float) -> tuple[int, int]:
    # a tick outside is worth the room that it takes if it is near
    return math.ceil(low / step - 0.1), math.floor(high / step + 0.1)


def _step(low: float, high: float, most: int) -> float:
    """The least of the round steps that make no more than ``most`` ticks."""
    for step in round_steps((high - low) / most / 10):
        first, last = _ends(low, high, step)
        if last - first < most:
            return step
    raise ValueError(f"no ticks between {low} and {high}")


def _labels(ticks: tuple[float, ...], step: float) -> tuple[str, ...]:
    biggest = max(map(abs, ticks))
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if biggest >= 10**_MOST_DIGITS or digits >= _MOST_DIGITS:
        significant = max(0, math.ceil(math.log10(biggest / step) - 1e-9))
        return tuple(_exponent(tick if abs(tick) >= step / 2 else 0.0, min(significant, 15)) for tick in ticks)
    return tuple("0" if abs(tick) < step / 2 else f"{tick:.{digits}f}" for tick in ticks)


def _exponent(tick: float, digits: int) -> str:
    if tick == 0:
        return "0"
    mantissa, _, power = f"{tick:.{digits}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(power)}"
