"""The log of what a learner did: one JSON line an event, appended and synced at once, never rewritten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ptrepl.state_files import Read, append_lines, read_lines
from ptrepl.texts.messages import gettext
from ptrepl.tutor.progress.records import LONGEST_TEXT, LessonRecord, read_events, records
from ptrepl.tutor.progress.review import Plan, plans

_LARGEST = 8 * 2**20
"""Bytes of the log that are read, from its end; years of lessons are a few hundred thousand."""


class Progress:
    """Reads and appends the log in ``folder``; with None it keeps everything in memory, for a pipe.

    What cannot be written is kept in memory and tried again with the next event; ``notice`` says so in one line.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "progress.jsonl"
        self._unwritten: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._read: Read | None = None
        self._torn = 0
        self.notice: str | None = None
        self.skipped = 0
        """Lines of the log that are torn or foreign, as of the last reading."""

    @property
    def path(self) -> Path | None:
        """The log, which need not exist yet; None where nothing is kept."""
        return self._path

    def save(
        self,
        lesson: str,
        step: str,
        event: str,
        version: int = 1,
        *,
        source: str = "",
        typed: str = "",
        mistake: str = "",
        content: str = "",
    ) -> None:
        """Append an event. Never raises: a learner whose disk is full goes on learning.

        ``source``: the code that was accepted, of the event ``accepted``. ``typed``: the answer that the event is
        about; ``mistake``: what the lesson says of it, where it is one that the lesson knows. ``content``: digits by
        which the lesson's file is known. A text that is longer than anybody types is left out.
        """
        entry: dict[str, Any] = {
            "v": 1,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "lesson": lesson,
            "version": version,
            "step": step,
            "event": event,
        }
        texts = {"source": source, "typed": typed, "mistake": mistake, "content": content}
        entry |= {name: text for name, text in texts.items() if text and len(text) <= LONGEST_TEXT}
        self._unwritten.append(entry)
        if self._path is None:
            return
        try:
            append_lines(self._path, [json.dumps(each).encode() for each in self._unwritten], sync=True)
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
        """Lesson id → its record, with what another session has written since."""
        return records(self.events())

    def lesson(self, lesson: str) -> LessonRecord:
        """The record of one lesson, empty where nothing is known."""
        return self.lessons().get(lesson) or LessonRecord()

    def events(self) -> list[dict[str, Any]]:
        """All events that can be read, the oldest first."""
        rest = self._read_on()
        self.skipped = self._torn + rest.count(None)
        return [*self._events, *(event for event in rest if event is not None), *self._unwritten]

    def export(self) -> str:
        """The events and what follows from them, as JSON for a teacher; what the learner wrote is left out."""
        events = [_without(event, "typed") for event in self.events() if event["event"] != "accepted"]
        ahead = plans(events, datetime.now(UTC))
        lessons = {
            name: {
                "finished": record.finished,
                "here": record.here,
                "version": record.version,
                "content": record.content,
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

    def _read_on(self) -> list[dict[str, Any] | None]:
        """Read what was appended since the last reading; the events in a last line that has no newline yet."""
        if self._path is None:
            return []
        try:
            found = read_lines(self._path, _LARGEST, self._read)
        except OSError as error:
            self._events, self._read, self._torn = [], None, 0
            if not isinstance(error, FileNotFoundError):
                reason = error.strerror or error
                self.notice = self.notice or gettext(
                    "Progress cannot be read: {path} ({reason}).", path=self._path, reason=reason
                )
            return []
        if found.anew:
            self._events, self._torn = [], 0
        events = _events(found.lines)
        self._events += (event for event in events if event is not None)
        self._torn += events.count(None)
        self._read = found.read
        return _events([found.rest])


def _events(lines: list[bytes]) -> list[dict[str, Any] | None]:
    return list(read_events(b"\n".join(lines).decode("utf-8", "replace")))


def _without(event: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != name}


def _planned(plan: Plan | None) -> dict[str, Any] | None:
    """When the step is due, and how often in a row it was right; None for one that was never missed."""
    if plan is None:
        return None
    return {"due": None if plan.due is None else plan.due.isoformat(timespec="seconds"), "right": plan.right}
