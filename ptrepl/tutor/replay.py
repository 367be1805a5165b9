"""What has to run before a step so that it begins as its author meant. Pure: which code, not the running of it."""

from __future__ import annotations

from dataclasses import dataclass

from ptrepl.tutor.lesson import Code, Lesson, Role
from ptrepl.tutor.names import asked_names, bound_names, used_names

__all__ = ["Part", "lesson_names", "parts_before", "solved_names"]


@dataclass(frozen=True, slots=True)
class Part:
    """The code of one step that runs silently; the lesson's seed is sown before it."""

    step: int
    codes: tuple[Code, ...]


def parts_before(lesson: Lesson, index: int) -> tuple[Part, ...]:
    """The setups, demos, predictions and first solutions of the steps before ``index``, then its own setup."""
    parts = []
    for number, step in enumerate(lesson.steps[: index + 1]):
        roles = (Role.SETUP,) if number == index else (Role.SETUP, Role.DEMO, Role.PREDICT)
        codes = step.codes(*roles) + (step.codes(Role.SOLUTION)[:1] if number < index else ())
        parts.append(Part(number, codes))
    return tuple(parts)


def lesson_names(lesson: Lesson) -> frozenset[str]:
    """Every name that code of the lesson binds or reads: what has to go before a replay, and come back by it."""
    found: set[str] = set()
    for step in lesson.steps:
        for code in step.codes(Role.SETUP, Role.DEMO, Role.PREDICT, Role.SOLUTION):
            found |= bound_names(code.source) | used_names(code.source)
        for code in step.codes(Role.CHECK):
            found |= asked_names(code.source)
    return frozenset(found)


def solved_names(lesson: Lesson, index: int) -> frozenset[str]:
    """The names that a learner must touch to pass the step: those of its solutions and checks."""
    step = lesson.steps[index]
    found: set[str] = set()
    for code in step.codes(Role.SOLUTION):
        found |= used_names(code.source) | bound_names(code.source)
    for code in step.codes(Role.CHECK):
        found |= asked_names(code.source)
    return frozenset(found)
