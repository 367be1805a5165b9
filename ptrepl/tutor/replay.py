"""What has to run before a step so that it begins as its author meant. Pure: which code, not the running of it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptrepl.tutor.lesson import Code, Lesson, Role, Step
from ptrepl.tutor.names import asked_names, bound_names, used_names
from ptrepl.tutor.stepping import first_pieces

__all__ = ["Part", "made_by", "parts_before", "reached_names", "setup_names", "solved_names"]

_SHOWN = (Role.DEMO, Role.PREDICT)


@dataclass(frozen=True, slots=True)
class Part:
    """The code of one step that runs silently; the lesson's seed is sown before it."""

    step: int
    codes: tuple[Code, ...]


def parts_before(lesson: Lesson, index: int, block: int = 0, ran: int = 0) -> tuple[Part, ...]:
    """The setups, demos, predictions and first solutions of the steps before ``index``.

    Then, of that step, the setup and what was shown and run before ``block``, with the first ``ran`` statements of it.
    """
    parts = []
    for number, step in enumerate(lesson.steps[:index]):
        codes = step.codes(Role.SETUP, *_SHOWN) + step.codes(Role.SOLUTION)[:1]
        parts.append(Part(number, codes))
    step = lesson.steps[index]
    shown = tuple(code for code in step.blocks[:block] if isinstance(code, Code) and code.role in _SHOWN)
    here = step.blocks[block] if ran else None
    begun = (replace(here, source=first_pieces(here.source, ran)),) if isinstance(here, Code) else ()
    return (*parts, Part(index, step.codes(Role.SETUP) + shown + begun))


def made_by(parts: Iterable[Part]) -> frozenset[str]:
    """The names that these parts bind."""
    return frozenset[str]().union(*(bound_names(code.source) for part in parts for code in part.codes))


def reached_names(lesson: Lesson, index: int) -> frozenset[str]:
    """The names that the lesson's code binds up to a step, that step included, and the builtins that it reads.

    Names that only later steps use are the learner's own until then.
    """
    found: set[str] = set()
    for step in lesson.steps[: index + 1]:
        for code in step.codes(Role.SETUP, *_SHOWN, Role.SOLUTION):
            found |= bound_names(code.source) | {name for name in used_names(code.source) if hasattr(builtins, name)}
    return frozenset(found)


def setup_names(step: Step) -> frozenset[str]:
    """The names that stand ready when a step begins, by its own setup."""
    return frozenset().union(*(bound_names(code.source) for code in step.codes(Role.SETUP)))


def solved_names(lesson: Lesson, index: int) -> frozenset[str]:
    """The names that a learner must touch to pass the step: those of its solutions and checks."""
    step = lesson.steps[index]
    found: set[str] = set()
    for code in step.codes(Role.SOLUTION):
        found |= used_names(code.source) | bound_names(code.source)
    for code in step.codes(Role.CHECK):
        found |= asked_names(code.source)
    return frozenset(found)
