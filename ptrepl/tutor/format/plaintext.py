"""What may stand in a lesson's text: no character that a terminal would obey instead of show."""

from __future__ import annotations

import re

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import Faults

LONGEST = 100_000
"""Characters. A long lesson has 85,000, most of it known mistakes that are told by their cause."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""C0 and C1 but for tab and newline; line separators; the marks that turn the direction of text (CVE-2021-42574)."""
_MOST_BRACKETS = 1000


def first_control(text: str) -> str | None:
    """The first control character as ``U+001B``, or None."""
    found = _CONTROL.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def plain_text(text: str, faults: Faults) -> str:
    """``text`` with line ends as ``\\n`` and no byte order mark. Raises LessonError for control characters."""
    if len(text) > LONGEST:
        message = gettext(
            "a lesson may have {most} characters; this file has {count}",
            most=format(LONGEST, ","),
            count=format(len(text), ","),
        )
        faults.add(1, message)
        faults.stop_if_any()
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if control := first_control(line):
            message = gettext("control character {code}; a lesson is plain text, so please remove it", code=control)
            faults.add(number, message)
    faults.stop_if_any()
    return text


def refuse_brackets(body: str, first_line: int, faults: Faults) -> None:
    """Raises LessonError for a paragraph that is all brackets: to find which of them belong together takes seconds."""
    line = first_line
    refused = False
    for paragraph in body.split("\n\n"):
        if paragraph.count("[") > _MOST_BRACKETS:
            message = gettext(
                "more than {most} brackets [ in one paragraph; this is no text for a lesson", most=_MOST_BRACKETS
            )
            faults.add(line, message)
            refused = True
        line += paragraph.count("\n") + 2
    if refused:
        faults.stop_if_any()
