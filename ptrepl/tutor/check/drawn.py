"""Were these numbers drawn at random from a list? What of that can be told by looking at them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.wording import numbers_text
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, method

_MOST = 10_000
"""Values that are looked at: enough to tell, and no learner waits for more."""
_FEW = 20
"""So few numbers may come in order by chance alone."""
_EACH = 20
"""How often each is to be expected, for the counts to tell anything."""
_DEVIATIONS = 5.2
"""Standard deviations beyond which one normal number in ten million lies."""
_RARE = 1e-6
"""The chance of what is taken for a rule."""


def other_draw(label: str, value: Any, allowed: Sequence[float]) -> str | None:
    """The sentence where a value is none of ``allowed``, one of those never comes, or a rule is behind the numbers.

    A rule: they are sorted, or they repeat themselves, or some come far more often than others, or all equally often.
    Below 20 values none of that is looked for.
    """
    try:
        drawn = method("tolist", method("reshape", copy_of(value), (-1,))[:_MOST])
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


def _counts(label: str, counts: Sequence[int], allowed: Sequence[float]) -> str | None:
    """The sentence where numbers that are drawn evenly come as often as this once in ten million times.

    Far apart by Pearson's chi-squared, with its quantile as Wilson and Hilferty approximate it; too even where each
    comes just as often as the others and that is as rare, by the multinomial distribution.
    """
    total, kinds = sum(counts), len(counts)
    if kinds < 2 or total < _EACH * kinds:
        return None
    expected = total / kinds
    squares = sum((count - expected) ** 2 for count in counts) / expected
    part = 2 / (9 * (kinds - 1))
    if squares > (kinds - 1) * (1 - part + _DEVIATIONS * part**0.5) ** 3:
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
    if squares == 0 and chance < math.log(_RARE):
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
