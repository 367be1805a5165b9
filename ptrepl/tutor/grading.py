"""Run the checks of a step on a namespace → Verdict."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from ptrepl.tutor.checks import vocabulary
from ptrepl.tutor.guard import TookTooLong, time_limit, undisturbed
from ptrepl.tutor.lesson import Code, Lesson, Role, Step
from ptrepl.tutor.look import Look
from ptrepl.tutor.verdict import Last, Miss, Verdict

__all__ = ["LIMIT", "compile_fence", "grade"]

LIMIT = 10.0
"""Seconds that the checks of one statement may take."""


def compile_fence(lesson: Lesson, code: Code, source: str | None = None) -> Any:
    """The fence as code whose tracebacks point at the lesson's file and line."""
    text = "\n" * code.line + (code.source if source is None else source)
    return compile(text, lesson.path, "exec", dont_inherit=True)


def grade(
    lesson: Lesson, step: Step, namespace: Mapping[str, Any], last: Last, given: Mapping[str, Any], limit: float = LIMIT
) -> Verdict:
    """Whether ``namespace`` holds what every check of ``step`` wants; the first thing that is not so ends it.

    The check's code sees the learner's names, over them ``given`` (torch, device …), over them the vocabulary. A check
    that raises anything but a Miss is a fault of the lesson.
    """
    look = Look(namespace, last)
    for code in step.codes(Role.CHECK):
        scope = {**namespace, **given, **vocabulary(look)}
        try:
            with undisturbed(), time_limit(limit):
                exec(compile_fence(lesson, code), scope)
        except Miss as miss:
            return Verdict(False, str(miss), about=miss.about, unfinished=miss.unfinished, seen=tuple(look.seen))
        except TookTooLong:
            return Verdict(False, fault=f"{lesson.path}:{code.line}: the check took more than {limit:g} seconds")
        except Exception as error:
            return Verdict(False, fault=_fault(lesson, code, error))
    return Verdict(True, seen=tuple(look.seen))


def _fault(lesson: Lesson, code: Code, error: Exception) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == lesson.path]
    first = str(error).split("\n")[0]
    return f"{lesson.path}:{(lines or [code.line])[-1]}: {type(error).__name__}: {first}"
