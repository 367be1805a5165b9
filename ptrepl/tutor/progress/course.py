"""The course as a path: its lessons in their order, and what became of each step. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ptrepl.tutor.progress.records import LessonRecord, StepRecord, Steps

StepMark = Literal["right", "retried", "missed", "due", "new"]
"""What became of a step. ``right``: passed without a wrong answer, a hint or a solution, ``retried``: with one.
``missed``: skipped, or answered by the lesson. ``due``: asked again by a review.
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """One lesson on the path, with a mark for each step. ``here``: the lesson to go on with."""

    key: str
    marks: tuple[StepMark, ...]
    finished: bool = False
    here: bool = False

    @property
    def begun(self) -> bool:
        return any(mark != "new" for mark in self.marks)


def course(
    lessons: Iterable[Steps],
    known: Mapping[str, LessonRecord],
    due: Mapping[str, tuple[str, ...]],
    finished: Container[str],
    here: str,
) -> tuple[Stop, ...]:
    """A stop for each lesson. ``due``: key of a lesson → its steps that are due; ``here``: the key of one, or ""."""
    found = []
    for each in lessons:
        steps = known.get(each.key, LessonRecord()).steps
        asked = due.get(each.key, ())
        marks = tuple("due" if step in asked else mark_of(steps.get(step)) for step in each.taken)
        found.append(Stop(each.key, marks, each.key in finished, each.key == here))
    return tuple(found)


def mark_of(step: StepRecord | None) -> StepMark:
    """What became of a step; ``due`` aside."""
    if step is None or step.status == "started":
        return "new"
    if step.status != "passed":
        return "missed"
    return "retried" if step.attempts or step.hints or step.solutions else "right"
