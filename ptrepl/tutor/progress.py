"""The log of what a learner did: one JSON line an event, appended and synced at once, never rewritten."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ptrepl.tutor.records import LessonRecord, read_events, records

__all__ = ["Progress"]

_LARGEST = 64 * 2**20
"""Bytes of the log that are read, from its end; years of lessons are a few hundred thousand."""


class Progress:
    """Reads and appends the log in ``folder``; with None it keeps everything in memory, for a pipe.

    What cannot be written is kept in memory too, and ``notice`` says so in one line.
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
        if self._path is None or self.notice is not None:
            self._unwritten.append(entry)
            return
        try:
            _append(self._path, entry)
        except OSError as error:
            self._unwritten.append(entry)
            self.notice = f"Progress is not kept: {self._path} cannot be written ({error.strerror or error})."

    def reset(self, lesson: str, step: str = "") -> None:
        """Forget a lesson, or one step of it. The log keeps what was; an event says that it no longer counts."""
        self.save(lesson, step, "reset")

    def lessons(self) -> dict[str, LessonRecord]:
        """Lesson id → its record, read anew: another session may have written too."""
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
                    }
                    for step, each in record.steps.items()
                },
            }
            for name, record in records(events).items()
        }
        return json.dumps({"v": 1, "lessons": lessons, "events": events}, ensure_ascii=False, indent=2)

    def _read(self) -> str:
        if self._path is None:
            return ""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _LARGEST))
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            self.notice = self.notice or f"Progress cannot be read: {self._path} ({error.strerror or error})."
            return ""


def _append(path: Path, entry: dict[str, Any]) -> None:
    """One write of one whole line, so that two sessions never mix theirs; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                line = b"\n" + line  # the line before was torn by a crash; this one must not be lost with it
        if os.write(descriptor, line) < len(line):
            raise OSError(28, "the disk is full")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
