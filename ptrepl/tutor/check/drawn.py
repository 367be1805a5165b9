"""Were these numbers drawn at random, from a list or around a mean? What of that can be told by looking at them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.wording import numbers_text
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method

_MOST = 10_000
"""Values that are looked at: enough to tell, and no learner waits for more."""
_FEW = 20
"""So few numbers may come in order by chance alone."""
_EACH = 20
"""How often each is to be expected, for the counts to tell anything."""
_DEVIATIONS = 5.2
"""Standard deviations beyond which one normal number in ten million lies."""
_NORMAL_KURTOSIS = 3.0
_RARE = 1e-6
"""The chance of what is taken for a rule."""


def other_draw(label: str, value: Any, allowed: Sequence[float]) -> str | None:
    """The sentence where a value is none of ``allowed``, one of those never comes, or a rule is behind the numbers.

    A rule: they are sorted, or they repeat themselves, or some come far more often than others, or all equally often.
    Below 20 values none of that is looked for.
    """
    try:
        drawn = _read(value)
    except (NoCopy, RuntimeError):
        return gettext("The values of {name} cannot be read; this step wants numbers drawn at random.", name=label)
    wanted = ", ".join(map(numbers_text, allowed))
    for each in drawn:
        if each not in allowed:
            return gettext(
                "{name} holds {value}; this step wants nothing but {wanted}.",
                name=label,
                value=numbers_text(each),
                wanted=wanted,
            )
    for each in allowed:
        if each not in drawn:
            return gettext(
                "{name} never holds {value}; this step wants all of {wanted}.",
                name=label,
                value=numbers_text(each),
                wanted=wanted,
            )
    if len(drawn) < _FEW:
        return None
    if drawn in (sorted(drawn), sorted(drawn, reverse=True)):
        return gettext("{name} is sorted; this step wants numbers drawn at random.", name=label)
    if (length := _period(drawn)) <= len(drawn) // 2:
        return ngettext(
            "{name} repeats itself after {count} number; this step wants numbers drawn at random.",
            "{name} repeats itself after {count} numbers; this step wants numbers drawn at random.",
            length,
            name=label,
        )
    return _counts(label, [drawn.count(each) for each in allowed], allowed)


def uneven_in_all(label: str, values: Iterable[Any], allowed: Sequence[float]) -> str | None:
    """The sentence where, in several draws by the same lines, some of ``allowed`` come far more often than others.

    One draw of a few hundred may hide what is told by several with certainty. Two draws that are the same, by a seed
    among the lines, tell no more than one.
    """
    try:
        draws = [_read(value) for value in values if is_tensor_value(value)]
    except (NoCopy, RuntimeError):
        return None
    drawn = [each for draw in draws for each in draw]
    counts = [drawn.count(each) for each in allowed]
    if len({tuple(draw) for draw in draws}) < len(draws) or sum(counts) < _EACH * len(allowed) or len(allowed) < 2:
        return None
    if not _far_apart(counts):
        return None
    most, least = max(counts), min(counts)
    return ngettext(
        "Your lines were run once more to see: {often} came {most} times, {seldom} only {least}. In {name}, this step "
        "wants each equally likely.",
        "Your lines were run {count} more times to see: {often} came {most} times, {seldom} only {least}. In {name}, "
        "this step wants each equally likely.",
        len(draws),
        name=label,
        often=numbers_text(allowed[counts.index(most)]),
        most=most,
        seldom=numbers_text(allowed[counts.index(least)]),
        least=least,
    )


def other_mean(label: str, value: Any, mean: float | None, spread: float | None) -> str | None:
    """The sentence where numbers drawn with this mean and standard deviation come out like that once in millions.

    Or where they are sorted, and chance had many orders to choose from. Below 20 values nothing is looked for.
    """
    if mean is None and spread is None:
        return None
    try:
        drawn = [float(each) for each in _read(value)]
    except (NoCopy, RuntimeError, TypeError):
        return gettext("The values of {name} cannot be read; this step wants numbers drawn at random.", name=label)
    if (count := len(drawn)) < _FEW:
        return None
    middle = sum(drawn) / count
    variance = sum((each - middle) ** 2 for each in drawn) / count
    width = math.sqrt(max(variance, (spread or 0.0) ** 2))
    if mean is not None and not abs(middle - mean) <= _DEVIATIONS * width / math.sqrt(count):
        return gettext(
            "The mean of {name} is {value}; this step wants numbers drawn around a mean of {wanted}.",
            name=label,
            value=f"{middle:.4g}",
            wanted=numbers_text(mean),
        )
    if spread is not None and not abs(variance - spread**2) <= _strays(drawn, middle, variance, spread):
        return gettext(
            "The spread of {name}, its standard deviation, is {value}; this step wants about {wanted}.",
            name=label,
            value=f"{math.sqrt(variance):.4g}",
            wanted=f"{spread:.4g}",
        )
    if drawn in (sorted(drawn), sorted(drawn, reverse=True)) and _orders(drawn) > -math.log(_RARE):
        return gettext("{name} is sorted; this step wants numbers drawn at random.", name=label)
    return None


def too_flat(label: str, value: Any) -> str | None:
    """The sentence where numbers do not lie around their mean as normal ones do, but evenly or in two heaps.

    By the kurtosis: 3 for normal numbers, 1.8 for those of ``rand``, 1 for a fair coin. Of a hundred numbers or fewer
    it strays too far to tell.
    """
    try:
        drawn = [float(each) for each in _read(value)]
    except (NoCopy, RuntimeError, TypeError):
        return gettext("The values of {name} cannot be read; this step wants numbers drawn at random.", name=label)
    count = len(drawn)
    middle = sum(drawn) / max(count, 1)
    squares = [(each - middle) ** 2 for each in drawn]
    variance = sum(squares) / max(count, 1)
    if not variance:
        return None
    kurtosis = sum(each**2 for each in squares) / count / variance**2
    if kurtosis >= _NORMAL_KURTOSIS - _DEVIATIONS * math.sqrt(24 / count):
        return None
    return gettext(
        "{name} holds about as many numbers far from its mean as near it; this step wants a normal distribution, with "
        "most of them near it.",
        name=label,
    )


def _orders(drawn: Sequence[float]) -> float:
    """The logarithm of how many different orders these numbers can come in: few, where most of them are equal."""
    return math.lgamma(len(drawn) + 1) - sum(math.lgamma(count + 1) for count in Counter(drawn).values())


def _strays(drawn: Sequence[float], middle: float, variance: float, spread: float) -> float:
    """How far a variance strays by chance: by its fourth moment, and by the mean being that of the draw itself."""
    count = len(drawn)
    fourth = sum((each - middle) ** 4 for each in drawn) / count
    by_chance = _DEVIATIONS * math.sqrt(max(fourth - variance**2, 0.0) / count)
    return by_chance + spread**2 * _DEVIATIONS**2 / count


def _read(value: Any) -> list[float]:
    found: list[float] = method("tolist", method("reshape", copy_of(value), (-1,))[:_MOST])
    return found


def _far_apart(counts: Sequence[int]) -> bool:
    """Whether numbers that are drawn evenly come this unevenly once in ten million times.

    By Pearson's chi-squared, with its quantile as Wilson and Hilferty approximate it.
    """
    expected, kinds = sum(counts) / len(counts), len(counts)
    squares = sum((count - expected) ** 2 for count in counts) / expected
    part = 2 / (9 * (kinds - 1))
    return squares > (kinds - 1) * (1 - part + _DEVIATIONS * math.sqrt(part)) ** 3


def _counts(label: str, counts: Sequence[int], allowed: Sequence[float]) -> str | None:
    """The sentence where numbers that are drawn evenly come as often as this once in ten million times.

    Too even where each comes just as often as the others and that is as rare, by the multinomial distribution.
    """
    total, kinds = sum(counts), len(counts)
    if kinds < 2 or total < _EACH * kinds:
        return None
    if _far_apart(counts):
        most, least = max(counts), min(counts)
        return gettext(
            "In {name}, {often} comes {most} times and {seldom} only {least}; this step wants each equally likely.",
            name=label,
            often=numbers_text(allowed[counts.index(most)]),
            most=most,
            seldom=numbers_text(allowed[counts.index(least)]),
            least=least,
        )
    chance = math.lgamma(total + 1) - sum(math.lgamma(count + 1) for count in counts) - total * math.log(kinds)
    if len(set(counts)) == 1 and chance < math.log(_RARE):
        return gettext(
            "{name} holds each number exactly {count} times; drawn at random, they hardly ever come out that even.",
            name=label,
            count=counts[0],
        )
    return None


def _period(values: Sequence[float]) -> int:
    """The smallest shift by which ``values`` fall on themselves; their number where there is none.

    By the borders of each beginning (Knuth, Morris and Pratt), since trying each shift takes the square of the time.
    """
    borders = [0] * len(values)
    border = 0
    for place in range(1, len(values)):
        while border and values[place] != values[border]:
            border = borders[border - 1]
        border += values[place] == values[border]
        borders[place] = border
    return len(values) - borders[-1]
