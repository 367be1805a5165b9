"""Code that a lesson puts into the prompt, with ``___`` where the learner fills something in. Pure."""

from __future__ import annotations

import re

from prompt_toolkit.document import Document

from ptrepl.shell.prompt.editing import Check

_TARGET = re.compile(r"([^\W\d]\w*)\s*(?:[-+*/@]?=(?!=)|[.\[(])")
"""The name that a line gives a value to, or works on."""
_BLANK = re.compile(r"(?<!\w)___(?!\w)")


def prefilled(text: str, check: Check) -> str:
    """``text`` with the empty line that a block at its end needs, so that one Enter runs it."""
    if not text:
        return text
    from ptrepl.engine.run.source import Complete  # behind the first prompt, as preload.py says

    ended = text.rstrip() + "\n"
    return ended if not isinstance(check(text), Complete) and isinstance(check(ended), Complete) else text


def next_blank(text: str, cursor: int) -> range | None:
    """Where the first blank at or after ``cursor`` stands."""
    match = _BLANK.search(text, cursor)
    return range(match.start(), match.end()) if match else None


def other_blank(text: str, cursor: int) -> range | None:
    """The next blank after ``cursor``, else the first that was left out; none where it is the one at the cursor."""
    found = next_blank(text, cursor) or next_blank(text, 0)
    return None if found is None or found.stop == cursor else found


def sends_all(document: Document, prefill: str) -> bool:
    """Whether Enter means "I am done" and not "a line more": in the middle of a line, or where blanks were filled in.

    A line that opens a block, or goes on, asks for another one.
    """
    if document.current_line_after_cursor.strip():
        return True
    line = document.current_line_before_cursor.rstrip()
    return next_blank(prefill, 0) is not None and bool(line.strip()) and not line.endswith((":", ",", "\\", *"([{"))


def whole_line(document: Document, prefill: str) -> Document | None:
    """The text without the rest of the starter's line, where the whole line was typed into its first blank.

    ``m = torch.tensor(m = torch.ones(2), ___)`` → ``m = torch.ones(2)``. None where no such line was typed.
    """
    row = document.cursor_position_row
    lines, given = document.lines, prefill.split("\n")
    if row >= len(given) or len(lines) != len(given):
        return None
    blank = next_blank(given[row], 0)
    if blank is None:
        return None
    before, after = given[row][: blank.start], given[row][blank.stop :]
    line = lines[row]
    if not (line.startswith(before) and line.endswith(after) and len(line) >= len(before) + len(after)):
        return None
    typed = line[len(before) : len(line) - len(after)].strip()
    begins = _target(before)
    if not begins or not typed.startswith(begins) or _target(typed) != begins:
        return None
    margin = before[: len(before) - len(before.lstrip())]
    made = [*lines[:row], margin + typed, *lines[row + 1 :]]
    return Document("\n".join(made), len("\n".join(made[: row + 1])))


def _target(line: str) -> str:
    """What a line begins with and what tells it from others: ``m`` of ``m = …``, ``y.`` of ``y.___()``."""
    match = _TARGET.match(line.strip())
    return match[1] if match else ""
