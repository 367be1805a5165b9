"""Round numbers for an axis: steps of 1, 2 or 5 times a power of ten."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MOST_DIGITS = 6
"""Beyond that, a number is written with an exponent."""


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


def axis_of(low: float, high: float, most: int) -> Axis:
    """An axis for finite values from ``low`` to ``high``, with about ``most`` ticks or less; at least two.

    >>> axis_of(0.013, 4.2, 5).labels
    ('0', '1', '2', '3', '4')
    >>> axis_of(3, 3, 4).ticks
    (2.0, 3.0, 4.0)
    """
    if low == high:
        reach = abs(low) / 2 if abs(low) >= 1e-300 and abs(low) != 0 else 1.0
        reach = 1.0 if 1 <= abs(low) < 1e6 else reach
        low, high = low - reach, high + reach
    step = _step(low, high, max(2, most))
    # a tick outside is worth the room that it takes if it is near
    first, last = math.ceil(low / step - 0.1), math.floor(high / step + 0.1)
    if last - first < 1:
        first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(number * step for number in range(first, last + 1))
    if not all(map(math.isfinite, ticks)):
        ticks = (low, high)
    return Axis(min(low, ticks[0]), max(high, ticks[-1]), ticks, _labels(ticks, step))


def _step(low: float, high: float, most: int) -> float:
    raw = (high / 2 - low / 2) / (most - 1) * 2
    if raw < 1e-300:
        return raw if raw > 0 else 5e-324
    if not math.isfinite(raw):
        return 5e307
    power = math.floor(math.log10(raw))
    base = 10.0**power
    part = raw / base
    for factor in (1, 2, 5):
        if part <= factor * 1.0000001:
            return factor * base
    return 10.0 ** (power + 1)


def _labels(ticks: tuple[float, ...], step: float) -> tuple[str, ...]:
    biggest = max(map(abs, ticks))
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if biggest >= 10**_MOST_DIGITS or digits > _MOST_DIGITS - 1:
        significant = max(0, math.ceil(math.log10(biggest / step) - 1e-9)) if step > 0 and biggest > 0 else 3
        return tuple(_exponent(tick, min(significant, 15)) for tick in ticks)
    return tuple("0" if abs(tick) < step / 2 else f"{tick:.{digits}f}" for tick in ticks)


def _exponent(tick: float, digits: int) -> str:
    if tick == 0:
        return "0"
    mantissa, _, power = f"{tick:.{digits}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(power)}"
