"""Code that a lesson puts into the prompt, with ``___`` where the learner fills something in. Pure."""

from __future__ import annotations

import re

from prompt_toolkit.document import Document

from ptrepl.shell.prompt.editing import Check

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


def sends_all(document: Document, prefill: str) -> bool:
    """Whether Enter means "I am done" and not "a line more": in the middle of a line, or after a blank in a line.

    A blank that has a line to itself may want several lines.
    """
    if document.current_line_after_cursor.strip():
        return True
    lines = prefill.split("\n")
    row = document.cursor_position_row
    return row < len(lines) and bool(_BLANK.search(lines[row])) and lines[row].strip() != "___"
