"""Where the learner was in the course, told when the program starts: from the end of the log, without a parser."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from ptrepl.folders import PACKAGE
from ptrepl.texts.messages import gettext

_LARGEST = 256 * 1024
"""Bytes of the log that are read, from its end: more than a lesson takes."""
_HEAD = 2_000
"""Bytes at the beginning of a lesson, in which its place stands."""
_BEGINS = ("passed", "missed", "attempt", "skipped", "unfinished")


def where_left(folder: Path) -> str:
    """A sentence on the lesson that was worked at last: that it is half done, or what comes after it; "" for none.

    ``folder``: that of the state. A lesson from elsewhere, which its name alone does not open, is left out.
    """
    try:
        with open(folder / "progress.jsonl", "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LARGEST))
            lines = file.read().split(b"\n")
    except OSError:
        return ""
    begun, finished = _read(lines)
    last = next(reversed(begun), "")
    if begun.get(last) and last not in finished:
        if _is_shipped(last):
            return gettext("The lesson '{lesson}' is half done: %lesson {lesson} goes on with it.", lesson=last)
        return ""
    done = next((lesson for lesson in reversed(begun) if begun[lesson]), "")
    if done in finished and (after := _after(done, finished)):
        return gettext(
            "You have finished the lesson '{lesson}'. Next comes '{after}': %lesson {after} opens it.",
            lesson=done,
            after=after,
        )
    return ""


def _read(lines: list[bytes]) -> tuple[dict[str, bool], set[str]]:
    """(each lesson that was opened, the last one last, and whether something was done; those that are finished)."""
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
    return begun, finished


def _after(lesson: str, finished: Container[str]) -> str:
    """The first lesson behind ``lesson`` in the course that is not ``finished``; "" for none.

    The places stand in the files' first lines, which are all that is read: no list of lessons has been loaded yet.
    """
    places = sorted((place, path.stem) for path in _shipped() if (place := _place(path)))
    names = [name for _, name in places]
    later = names[names.index(lesson) + 1 :] if lesson in names else []
    return next((name for name in later if name not in finished), "")


def _place(path: Path) -> int:
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return 0
    begins = b"\nplace: "
    number = head.partition(begins)[2].partition(b"\n")[0].strip()
    return int(number) if number.isdigit() else 0


def _shipped() -> list[Path]:
    package = Path(os.path.realpath(PACKAGE))
    inside = package / "lessons"
    return [*(inside if inside.is_dir() else package.parent / "lessons").glob("*.md")]


def _is_shipped(lesson: str) -> bool:
    return lesson in {path.stem for path in _shipped()}
