"""Collects every fault of a lesson file, so that its author sees all of them at once."""

from __future__ import annotations

from collections.abc import Iterable

from ptrepl.errors import LessonError
from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext, ngettext

_MOST = 100
"""A damaged file can have a fault on every line; nobody reads more than these."""


def printable(text: str, limit: int = 40) -> str:
    """``text`` safe to put in a message: control characters shown as escapes, long text cut."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: limit + 1])
    return shown if len(shown) <= limit else shown[:limit] + "…"


class Faults:
    """(line, message) pairs of one file, in the order they were found."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, line: int, message: str) -> None:
        """Note a fault at a 1-based line."""
        self._found.append((line, message))

    def unknown(self, line: int, message: str, word: str, known: Iterable[str]) -> None:
        """Note ``message``, which says that ``word`` is none of ``known``, and name the nearest of them or all."""
        names = list(known)
        if close := nearest(word, names):
            self.add(line, gettext("{fault}; did you mean '{close}'?", fault=message, close=close))
        else:
            self.add(line, gettext("{fault}; known: {names}", fault=message, names=", ".join(names)))

    def stop_if_any(self) -> None:
        """Raise LessonError with all that was found."""
        if not self._found:
            return
        found = sorted(self._found)
        if len(found) > _MOST:
            more = ngettext(
                "… and {count} more fault after this line",
                "… and {count} more faults after this line",
                len(found) - _MOST,
            )
            found = [*found[:_MOST], (found[_MOST][0], more)]
        raise LessonError(self._path, found)
