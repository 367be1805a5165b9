"""What a comment of a lesson says: that a step begins, or that a change of its solution is no mistake."""

from __future__ import annotations

import re

from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.lesson import Equivalent

_WORDS = ("step", "equivalent")
_EQUIVALENT = re.compile(r"(?s)`(?P<change>[^`]+)`\s*:\s*(?P<reason>\S.*)")


def read_comment(comment: str, line: int, faults: Faults) -> tuple[str, str]:
    """Its word, ``step`` or ``equivalent``, and what follows the colon; any other word means nothing to a lesson.

    One that is nearly one of them is a fault, and taken for it.
    """
    word, colon, rest = comment.partition(":")
    word = word.strip().casefold()
    if colon and word not in _WORDS and (close := nearest(word, _WORDS, cutoff=0.75)):
        message = gettext(
            "this comment begins with '{word}:'; did you mean '{close}:'?", word=printable(word), close=close
        )
        faults.add(line, message)
        word = close
    return word, rest.strip()


def read_equivalent(text: str, line: int, faults: Faults) -> Equivalent | None:
    """A change as ``--check`` prints it, and a reason; None, with a fault noted, where one of them is missing."""
    match = _EQUIVALENT.fullmatch(text)
    if match is None:
        shown = "<!-- equivalent: `y = x + 1`: nothing asks for y -->"  # not a sentence: an example of the syntax
        faults.add(line, gettext("this comment holds a change and a reason: {example}", example=shown))
        return None
    return Equivalent(match["change"].strip(), " ".join(match["reason"].split()), line)
