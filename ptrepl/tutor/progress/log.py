"""The log of what a learner did: one JSON line an event, appended and synced at once, never rewritten."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ptrepl.texts.messages import gettext
from ptrepl.tutor.progress.records import LessonRecord, read_events, records
from ptrepl.tutor.progress.review import Plan, plans

_LARGEST = 8 * 2**20
"""Bytes of the log that are read, from its end; years of lessons are a few hundred thousand."""
_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A named pipe of the log's name must not keep anybody waiting."""


class Progress:
    """Reads and appends the log in ``folder``; with None it keeps everything in memory, for a pipe.

    What cannot be written is kept in memory and tried again with the next event; ``notice`` says so in one line.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "progress.jsonl"
        self._unwritten: list[dict[str, Any]] = []
        self.notice: str | None = None
        self.skipped = 0
        """Lines of the log that are torn or foreign, as of the last reading."""

    @property
    def path(self) -> Path | None:
        """The log, which need not exist yet; None where nothing is kept."""
        return self._path

    def save(self, lesson: str, step: str, event: str, version: int = 1) -> None:
        """Append an event. Never raises: a learner whose disk is full goes on learning."""
        entry = {
            "v": 1,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "lesson": lesson,
            "version": version,
            "step": step,
            "event": event,
        }
        self._unwritten.append(entry)
        if self._path is None:
            return
        try:
            _append(self._path, self._unwritten)
            self._unwritten = []
        except OSError as error:
            self.notice = gettext(
                "Progress is not kept: {path} cannot be written ({reason}).",
                path=self._path,
                reason=error.strerror or error,
            )

    def reset(self, lesson: str, step: str = "") -> None:
        """Forget a lesson, or one step of it. The log keeps what was; an event says that it no longer counts."""
        self.save(lesson, step, "reset")

    def lessons(self) -> dict[str, LessonRecord]:
        """Lesson id → its record, read from disk each time: another session may have written too."""
        return records(self.events())

    def lesson(self, lesson: str) -> LessonRecord:
        """The record of one lesson, empty where nothing is known."""
        return self.lessons().get(lesson) or LessonRecord()

    def events(self) -> list[dict[str, Any]]:
        """All events that can be read, the oldest first."""
        found = list(read_events(self._read()))
        self.skipped = found.count(None)
        return [*(event for event in found if event is not None), *self._unwritten]

    def export(self) -> str:
        """The events and what follows from them, as JSON for a teacher."""
        events = self.events()
        ahead = plans(events, datetime.now(UTC))
        lessons = {
            name: {
                "finished": record.finished,
                "here": record.here,
                "steps": {
                    step: {
                        "status": each.status,
                        "attempts": each.attempts,
                        "hints": each.hints,
                        "solutions": each.solutions,
                        "first": each.first,
                        "last": each.last,
                        "review": _planned(ahead.get(name, {}).get(step)),
                    }
                    for step, each in record.steps.items()
                },
            }
            for name, record in records(events).items()
        }
        return json.dumps({"v": 1, "lessons": lessons, "events": events}, indent=2)

    def _read(self) -> str:
        if self._path is None:
            return ""
        try:
            return _read_end(self._path).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            reason = error.strerror or error
            self.notice = self.notice or gettext(
                "Progress cannot be read: {path} ({reason}).", path=self._path, reason=reason
            )
            return ""


def _planned(plan: Plan | None) -> dict[str, Any] | None:
    """When the step is due, and how often in a row it was right; None for one that was never missed."""
    if plan is None:
        return None
    return {"due": None if plan.due is None else plan.due.isoformat(timespec="seconds"), "right": plan.right}


def _open(path: Path, flags: int) -> int:
    """A descriptor of the log. Raises OSError, also for what is there under its name and is no file."""
    descriptor = os.open(path, flags | _PLAIN, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, gettext("Not a regular file"))
    return descriptor


def _read_end(path: Path) -> bytes:
    with os.fdopen(_open(path, os.O_RDONLY), "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _LARGEST))
        return file.read(_LARGEST)


def _append(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """One write of whole lines, so that the lines of two sessions never mix; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)
    descriptor = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                lines = b"\n" + lines  # the line before was torn by a crash; this one must not be lost with it
        if os.write(descriptor, lines) < len(lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
