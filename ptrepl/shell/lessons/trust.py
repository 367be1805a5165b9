"""A lesson from elsewhere runs code as the learner: it is asked for once, by the hash of its content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ptrepl.errors import UsageError
from ptrepl.folders import state_folder
from ptrepl.screen.names import shown_name
from ptrepl.shell.context import is_yes
from ptrepl.state_files import append_lines, read_lines
from ptrepl.texts.messages import gettext
from ptrepl.tutor.library.catalog import FoundLesson

_LARGEST = 2**20
"""Bytes; a line is 65."""


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
    file = shown_name(str(found.file))
    question = gettext("{file} did not come with ptrepl. It will run code as you. Trust it?", file=file)
    if not is_yes(ask(f"{question} [y/N] ")):
        raise UsageError(gettext("{file} was not trusted; none of its code has run.", file=found.file))
    trust_content(found)


def trust_content(found: FoundLesson) -> None:
    """From now on the lesson may run its code, as long as its content stays what it is."""
    try:
        append_lines(_remembered(), [found.digest.encode()])
    except OSError:
        return  # then it is asked for again next time


def _remembered() -> Path:
    return state_folder() / "trusted"


def _read(path: Path) -> set[str]:
    try:
        lines, rest, *_ = read_lines(path, _LARGEST)
    except OSError:
        return set()
    return {line.decode("ascii", "replace").strip() for line in (*lines, rest)}
