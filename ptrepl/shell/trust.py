"""A lesson from elsewhere runs code as the learner: it is asked for once, by the hash of its content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ptrepl.errors import UsageError
from ptrepl.folders import state_folder
from ptrepl.texts.messages import gettext
from ptrepl.tutor.library.catalog import FoundLesson

_LARGEST = 2**20
"""Characters; a line is 65."""


def trust(found: FoundLesson, *, given: bool, ask: Callable[[str], str] | None) -> None:
    """Return if the lesson may run its code. Raises UsageError if it may not, or if there is no one to ask.

    Shipped lessons may. ``given``: ``--trust`` was said, which holds for this run. A yes is remembered for the content
    that was read: once the file changes, it is asked for again.
    """
    if found.shipped or given:
        return
    if found.digest in _read(_remembered()):
        return
    if ask is None:
        raise UsageError(
            gettext(
                "{file} did not come with ptrepl and runs code on this machine. Read it, then add --trust.",
                file=found.file,
            )
        )
    question = gettext("{file} did not come with ptrepl. It will run code as you. Trust it?", file=found.file)
    answer = ask(f"{question} [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        raise UsageError(gettext("{file} was not trusted; none of its code has run.", file=found.file))
    trust_content(found)


def trust_content(found: FoundLesson) -> None:
    """From now on the lesson may run its code, as long as its content stays what it is."""
    path = _remembered()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = _open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, f"{found.digest}\n".encode())
        finally:
            os.close(descriptor)
    except OSError:
        return  # then it is asked for again next time


def _remembered() -> Path:
    return state_folder() / "trusted"


def _read(path: Path) -> set[str]:
    try:
        with os.fdopen(_open(path, os.O_RDONLY), encoding="ascii", errors="replace") as file:
            return set(file.read(_LARGEST).split())
    except OSError:
        return set()


def _open(path: Path, flags: int) -> int:
    # a named pipe of that name must not keep anybody waiting
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
