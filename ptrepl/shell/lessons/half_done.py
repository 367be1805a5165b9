"""The lesson that was left in the middle, told when the program starts: from the end of the log, without a parser."""

from __future__ import annotations

import os
from pathlib import Path

from ptrepl.folders import PACKAGE
from ptrepl.texts.messages import gettext

_LARGEST = 256 * 1024
"""Bytes of the log that are read, from its end: more than a lesson takes."""
_BEGINS = ("passed", "missed", "attempt", "skipped", "unfinished")


def half_done(folder: Path) -> str:
    """A sentence on the lesson that was worked at last, where it was begun and is not finished; "" for none.

    ``folder``: that of the state. A lesson from elsewhere, which its name alone does not open, is left out.
    """
    try:
        with open(folder / "progress.jsonl", "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LARGEST))
            lines = file.read().split(b"\n")
    except OSError:
        return ""
    if lesson := _last_begun(lines):
        return gettext("The lesson '{lesson}' is half done: %lesson {lesson} goes on with it.", lesson=lesson)
    return ""


def _last_begun(lines: list[bytes]) -> str:
    import json

    begun: dict[str, bool] = {}
    finished: set[str] = set()
    for line in lines:
        try:
            event = json.loads(line)
            lesson, kind = event["lesson"], event["event"]
        except (ValueError, LookupError, TypeError, RecursionError):
            continue  # torn, or foreign
        if not isinstance(lesson, str) or not isinstance(kind, str):
            continue
        if kind == "reset":
            finished.discard(lesson)
            if not event.get("step"):
                begun.pop(lesson, None)
        elif kind == "finished":
            finished.add(lesson)
        elif kind == "entered" or kind in _BEGINS:
            begun[lesson] = begun.pop(lesson, False) or kind in _BEGINS  # the last one stands last
    last = next(reversed(begun), "")
    return last if begun.get(last) and last not in finished and _is_shipped(last) else ""


def _is_shipped(lesson: str) -> bool:
    package = Path(os.path.realpath(PACKAGE))
    return lesson.isidentifier() and any(
        (folder / "lessons" / f"{lesson}.md").is_file() for folder in (package, package.parent)
    )
