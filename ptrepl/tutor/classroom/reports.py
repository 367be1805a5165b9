"""A file of one learner's progress → what became of each step. Pure.

Two kinds are read: what ``%progress --json`` prints, and the log itself, ``progress.jsonl``. Answers are not kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ptrepl.tutor.progress.records import read_events, records
from ptrepl.tutor.progress.review import read_moment

_PAUSE = timedelta(minutes=10)
"""Between two events; what is longer was a break, and counts as this long."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one learner did at one step. ``seconds``: the time spent at it, as far as its events show it."""

    learner: str
    lesson: str
    step: str
    status: str
    attempts: int
    hints: int
    solutions: int
    seconds: int
    first: str
    last: str
    version: int = 1
    content: str = ""
    mistakes: Mapping[str, int] = field(default_factory=dict)
    """What the lesson said of known mistakes → how often."""


def step_reports(learner: str, text: str) -> list[StepReport]:
    """A report for each step that was entered, in that order. Raises ValueError for a text of neither kind."""
    events = _events(text)
    known = records(events)
    spent = _seconds(events)
    mistakes: dict[tuple[str, str], Counter[str]] = {}
    for event in events:
        if said := event.get("mistake"):
            mistakes.setdefault((event["lesson"], event["step"]), Counter())[said] += 1
    found = []
    for lesson, record in known.items():
        for step, each in record.steps.items():
            found.append(
                StepReport(
                    learner,
                    lesson,
                    step,
                    each.status,
                    each.attempts,
                    each.hints,
                    each.solutions,
                    round(spent.get((lesson, step), 0)),
                    each.first,
                    each.last,
                    record.version,
                    record.content,
                    dict(mistakes.get((lesson, step), {})),
                )
            )
    return found


def _events(text: str) -> list[dict[str, Any]]:
    """Raises ValueError."""
    if '"events"' in text:  # no line of a log has it
        told = json.loads(text)
        if not isinstance(told, dict) or not isinstance(told.get("events"), list):
            raise ValueError("no events")
        text = "\n".join(json.dumps(event) for event in told["events"])
    events = [event for event in read_events(text) if event is not None]
    if text.strip() and not events:
        raise ValueError("no events")
    return events


def _seconds(events: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """(lesson, step) → the time from each of its events to the one before, of whatever step."""
    spent: dict[tuple[str, str], float] = {}
    before: datetime | None = None
    for event in events:
        at = read_moment(event["at"])
        if at is None:
            continue
        if before is not None and event["event"] != "entered" and at > before:
            key = event["lesson"], event["step"]
            spent[key] = spent.get(key, 0.0) + min(at - before, _PAUSE).total_seconds()
        before = at
    return spent
