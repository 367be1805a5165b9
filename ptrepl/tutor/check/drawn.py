"""Were these numbers drawn at random from a list? What of that can be told by looking at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.wording import numbers_text
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, method

_MOST = 10_000
"""Values that are looked at: enough to tell, and no learner waits for more."""
_FEW = 20
"""So few numbers may come in order by chance alone."""


def other_draw(label: str, value: Any, allowed: Sequence[float]) -> str | None:
    """The sentence where a value is none of ``allowed``, one of those never comes, or a rule is behind the order.

    A rule: they are sorted, or they repeat themselves. Below 20 values neither is looked for.
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
