"""Run the checks of a step on a namespace → Verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.verdict import CheckFault, Last, Miss, Verdict
from ptrepl.tutor.check.vocabulary import vocabulary
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step
from ptrepl.tutor.isolation.error_text import error_line
from ptrepl.tutor.isolation.guard import guarded
from ptrepl.tutor.isolation.time_limit import Interrupted, TookTooLong, is_foreign, time_limit

CHECK_SECONDS = 10.0
"""Seconds that the checks of one statement may take."""


def compile_fence(lesson: Lesson, code: CodeFence, source: str | None = None) -> Any:
    """The fence as code whose tracebacks point at the lesson's file and line."""
    text = "\n" * code.line + (code.source if source is None else source)
    return compile(text, lesson.path, "exec", dont_inherit=True)


def grade(
    lesson: Lesson,
    step: Step,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    limit: float = CHECK_SECONDS,
) -> Verdict:
    """Whether ``namespace`` holds what every check of ``step`` wants; the first thing that is not so ends it.

    The check's code sees the learner's names, over them ``given`` (torch, device …), over them the vocabulary. A check
    that raises anything but a Miss is a fault of the lesson, unless it was raised in the learner's own code. Raises
    KeyboardInterrupt where Ctrl-C was pressed meanwhile.
    """
    look = Look(namespace, last)
    for code in step.codes(Role.CHECK):
        scope = {**namespace, **given, **vocabulary(look)}
        try:
            with guarded(), time_limit(limit, interruptible=True):
                exec(compile_fence(lesson, code), scope)
        except Miss as miss:
            return Verdict(
                False,
                str(miss),
                about=miss.about,
                unfinished=miss.unfinished,
                typed_in=miss.typed_in,
                longer=miss.longer,
                seen=tuple(look.seen),
            )
        except TookTooLong:
            late = gettext("the check took more than {seconds} seconds", seconds=format(limit, "g"))
            return Verdict(False, fault=CheckFault(lesson.path, code.line, late))
        except Interrupted:
            raise KeyboardInterrupt from None
        except BaseException as error:
            return _raised(lesson, code, error, look)
    return Verdict(True, seen=tuple(look.seen))


def _raised(lesson: Lesson, code: CodeFence, error: BaseException, look: Look) -> Verdict:
    line, last = code.line, None
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file == lesson.path:
            line, last = trace.tb_lineno, None
        elif file.startswith(f"<{lesson.id}, line "):
            last = None  # what a setup of the lesson has defined
        elif not is_foreign(file):
            last = trace.tb_frame.f_code.co_name
        trace = trace.tb_next
    if last is None:
        return Verdict(False, fault=CheckFault(lesson.path, line, error_line(error)))
    message = gettext(
        "The check of this step called your `{function}`, which raises {error}", function=last, error=error_line(error)
    )
    return Verdict(False, message, about=last if last in look.names else look.about, seen=tuple(look.seen))
