"""The check word ``prints``: what the lines of the step have written to stdout. Reads the numbers in it."""

from __future__ import annotations

import re

from ptrepl.texts.messages import N_, gettext, ngettext
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import numbers_text

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])|\b(?:nan|inf)\b")
_ECHOES_COUNTED = re.compile(r"(?:^|  )… \d+ \S+$")
"""How often a loop's value was left out, which the program says and not the learner: ``… 10 times``."""
_RELATIVE = 1e-2


def prints(
    look: Look, *, least: int = 1, falling: bool = False, last: float | None = None, plain: bool = False
) -> None:
    """At least so many lines with a number were printed in this step. ``falling``: some number in
    the last is smaller than it was in a line before, of as many numbers. ``last``: that number, to the digits that were
    printed, stands in the last of them. ``plain``: lines with a tensor in them do not count, such as those that a loop
    at the prompt shows of ``w.grad.zero_()``.
    """
    printed = [line for line in look.last.printed.splitlines() if not _ECHOES_COUNTED.search(line)]
    lines = [line for line in printed if _NUMBER.search(line)]
    rows = [_NUMBER.findall(line) for line in lines if not plain or "tensor(" not in line]
    look.see((len(rows) >= least, falling, last is not None, len(lines) > len(rows)))
    if not rows and lines:
        raise Miss(gettext("What was printed are tensors, and the step wants to see plain numbers."), look.about)
    if not rows:
        raise Miss(gettext("No number was printed in this step, and the step wants to see some."), look.about)
    if len(rows) < least:
        message = ngettext(
            "{count} line with a number was printed; this step wants {least} or more.",
            "{count} lines with numbers were printed; this step wants {least} or more.",
            len(rows),
            least=least,
        )
        raise Miss(message, look.about)
    if last is not None and not any(_is_near(text, last) for text in rows[-1]):
        template = N_("The last line that was printed holds {found}; this step wants {wanted} there.")
        message = gettext(template, found=", ".join(rows[-1]), wanted=numbers_text(last))
        raise Miss(message, look.about)
    if falling and not _falls(rows):
        raise Miss(_does_not_fall(rows), look.about)


def _does_not_fall(rows: list[list[str]]) -> str:
    if all(len(row) != len(rows[-1]) for row in rows[:-1]):
        return gettext(
            "The last line that was printed cannot be held against one before it: none has as many numbers in it."
        )
    return gettext("The numbers that were printed do not fall.")


def _falls(rows: list[list[str]]) -> bool:
    last = [float(text) for text in rows[-1]]
    before = [[float(text) for text in row] for row in rows[:-1] if len(row) == len(last)]
    return any(one > other for row in before for one, other in zip(row, last, strict=True))


def _is_near(text: str, wanted: float) -> bool:
    """Whether ``text`` may be ``wanted``, rounded to the digits that it has."""
    if text in ("nan", "inf"):
        return False
    mantissa, _, exponent = text.casefold().partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(text) - wanted) <= max(0.51 * unit, _RELATIVE * abs(wanted))
