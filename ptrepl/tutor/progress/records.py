"""Events of progress → where the learner stands. Pure; the file itself is read and written in ``log``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

VERSION = 1
_WORDS = ("lesson", "step", "event", "at")
_TEXTS = ("source", "typed", "mistake", "content")
LONGEST_TEXT = 20_000
"""Characters of one of the texts of an event."""
_RANK = {"entered": 0, "attempt": 0, "hint": 0, "solution": 0, "skipped": 1, "missed": 2, "passed": 3}
_STATUS = {0: "started", 1: "skipped", 2: "missed", 3: "passed"}


@dataclass
class StepRecord:
    """What happened to one step so far. ``status``: started, skipped, missed or passed, the best that was reached."""

    rank: int = 0
    attempts: int = 0
    hints: int = 0
    solutions: int = 0
    first: str = ""
    last: str = ""

    @property
    def status(self) -> str:
        return _STATUS[self.rank]

    @property
    def done(self) -> bool:
        """Whether the step needs no more doing; one that was skipped does."""
        return self.rank >= _RANK["missed"]


@dataclass
class LessonRecord:
    """What happened in one lesson so far; steps that the lesson no longer has are kept."""

    steps: dict[str, StepRecord] = field(default_factory=dict)
    here: str = ""
    """The step that was entered last."""
    open: bool = False
    """Whether nothing has become of it since."""
    finished: bool = False
    accepted: dict[str, str] = field(default_factory=dict)
    """Step → the functions of the learner's that passed it, as they were typed."""
    passing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The same, with those of earlier passes: the oldest first."""
    latest: int = 0
    """The place in the log of the last event about one of its steps, from 0."""
    version: int = 1
    content: str = ""
    """Of the lesson that this event was about; "" in logs of versions that did not keep it."""

    @property
    def done(self) -> frozenset[str]:
        return frozenset(name for name, step in self.steps.items() if step.done)

    @property
    def begun(self) -> bool:
        """Whether something was done in it: to open it is not enough."""
        return any(step.rank or step.attempts for step in self.steps.values())


def read_events(text: str) -> Iterator[dict[str, Any] | None]:
    """Each line of a log as an event; None for one that is torn or foreign, nothing for an empty one."""
    for line in text.split("\n"):
        if line.strip():
            yield _event(line)


def _event(line: str) -> dict[str, Any] | None:
    if '"event"' not in line:
        return None  # megabytes of something else are not parsed
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or event.get("v") != VERSION:
        return None
    found: dict[str, Any] = {key: event.get(key) for key in ("v", *_WORDS)}
    if not all(isinstance(found[key], str) for key in _WORDS):
        return None
    if type(event.get("version")) is int:
        found["version"] = event["version"]
    texts = {name: event.get(name) for name in _TEXTS}
    return found | {name: text for name, text in texts.items() if isinstance(text, str) and len(text) <= LONGEST_TEXT}


def records(events: Iterable[Mapping[str, Any]]) -> dict[str, LessonRecord]:
    """Lesson id → its record. Events of kinds that a later version may know are passed over."""
    found: dict[str, LessonRecord] = {}
    for place, event in enumerate(events):
        lesson, step, kind = event["lesson"], event["step"], event["event"]
        if kind == "reset":
            _reset(found, lesson, step)
        elif kind == "finished":
            record = found.setdefault(lesson, LessonRecord())
            record.finished, record.open = True, False
        elif kind == "accepted":
            record, source = found.setdefault(lesson, LessonRecord()), event.get("source", "")
            record.accepted[step] = source
            record.passing[step] = (*record.passing.get(step, ()), source)
        elif kind in _RANK:
            record = found.setdefault(lesson, LessonRecord())
            record.latest, record.version = place, event.get("version", record.version)
            record.content = event.get("content", record.content)
            _add(record.steps.setdefault(step, StepRecord(first=event["at"])), kind, event["at"])
            if kind == "entered":
                record.here, record.open = step, True
            elif step == record.here and kind in ("passed", "missed", "skipped"):
                record.open = False
        elif kind in ("recalled", "lapsed") and lesson in found:
            found[lesson].open = False
    return found


def _reset(found: dict[str, LessonRecord], lesson: str, step: str) -> None:
    if not step:
        found.pop(lesson, None)
    elif lesson in found:
        found[lesson].steps.pop(step, None)
        found[lesson].accepted.pop(step, None)
        found[lesson].passing.pop(step, None)
        found[lesson].finished = False


def _add(record: StepRecord, kind: str, at: str) -> None:
    record.rank = max(record.rank, _RANK[kind])
    record.attempts += kind == "attempt"
    record.hints += kind == "hint"
    record.solutions += kind == "solution"
    record.last = at


class Steps(Protocol):
    """A lesson, as far as its progress is concerned."""

    @property
    def key(self) -> str:
        """What its progress is kept under."""
        ...

    @property
    def taken(self) -> tuple[str, ...]:
        """The ids of its steps that can be taken here."""
        ...


def finished_lessons(lessons: Iterable[Steps], known: Mapping[str, LessonRecord]) -> frozenset[str]:
    """The keys of those of which every step is done that can be taken here."""
    return frozenset(each.key for each in lessons if each.key in known and known[each.key].done.issuperset(each.taken))


def begun_lessons(known: Mapping[str, LessonRecord]) -> dict[str, int]:
    """The key of each lesson in which something was done → the place in the log of the last event about it."""
    return {key: record.latest for key, record in known.items() if record.begun}


def resume_index(record: LessonRecord | None, steps: Sequence[str]) -> int:
    """Where to take up a lesson of these step ids: the step that was left, or the next one that is not done.

    A step that was done before and entered again is the one that was left, unless something became of it. A lesson that
    is done, or of which nothing is known, begins at 0. Steps that the lesson no longer has do not count.
    """
    if record is None:
        return 0
    done = record.done - ({record.here} if record.open else set())
    start = steps.index(record.here) if record.here in steps else 0
    order = [*range(start, len(steps)), *range(start)]
    return next((index for index in order if steps[index] not in done), 0)
