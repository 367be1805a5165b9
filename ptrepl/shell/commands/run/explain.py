"""``%explain``: the last error, or the last word of a trap, again and at length."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from ptrepl.engine.outcome import Outcome
from ptrepl.errors import UsageError
from ptrepl.screen.explanation import fix_lines, marked_line, trap_lines
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.tracebacks import final_lines
from ptrepl.screen.wrap import wrap
from ptrepl.shell.context import ShellContext
from ptrepl.shell.pager import show_in_pages
from ptrepl.texts.language import languages
from ptrepl.texts.library import section
from ptrepl.texts.messages import gettext


def explain_again(context: ShellContext, arguments: str) -> None:
    """``%explain``. Raises UsageError where nothing has failed, or where no rule explains why it did."""
    if arguments:
        raise UsageError(gettext("%explain takes no argument: it explains the last error."))
    reads = languages(context.settings.language, os.environ)
    if context.advised is not None:
        show_in_pages(context, list(long_advice(context.advised, context.printer.width, reads)))
        return
    failed = context.failed
    if failed is None:
        raise UsageError(gettext("There is no error to explain: nothing has failed yet."))
    if failed.explanation is None:
        raise UsageError(
            gettext("ptrepl knows no more about the last error than its message says. %tb shows the traceback.")
        )
    lesson = context.lesson.id if context.lesson is not None else ""
    show_in_pages(context, list(long_lines(failed, context.printer.width, lesson, reads)))


def long_lines(failed: Outcome, width: int | None, lesson: str = "", reads: tuple[str, ...] = ()) -> Iterator[Line]:
    """Message, place, paragraph, the tensors that took part, the family of the error, fixes, and where to learn it.

    ``lesson``: the id of the lesson that is open; ``reads``: the languages of the learner, the best first.
    """
    why, error = failed.explanation, failed.error
    if why is None or error is None:
        return
    yield from final_lines(error, width)
    for marked in why.marked:
        yield from marked_line(marked, width)
    yield ()
    yield from told(why.text, width)
    if why.operands:
        yield ()
        for source, facts in why.operands:
            yield from wrap([(("name", source),), *((("value", fact),) for fact in facts.split("  "))], width)
    if why.more:
        yield ()
        yield from told(long_text(why.more, reads), width)
    if why.fixes:
        yield ()
        yield from fix_lines(why.fixes, width)
    if why.lesson:
        yield ()
        yield from told(_pointer(why.lesson, lesson), width, "dim")


def long_advice(advised: Outcome, width: int | None, reads: tuple[str, ...] = ()) -> Iterator[Line]:
    """What traps said of a statement, and below each the kind of slip at length."""
    for advice in advised.advice:
        yield from trap_lines(replace(advised, advice=(advice,)), width)
        yield ()
        yield from told(long_text(advice.more, reads), width)


def long_text(place: str, reads: tuple[str, ...] = ()) -> str:
    """A family of errors at length, on one line. ``place``: ``shapes/permute``, as a row of the rules says it."""
    file, _, heading = place.partition("/")
    return " ".join(section(f"errors/{file}", heading, reads).split())


def _pointer(step: str, lesson: str) -> str:
    name, _, rest = step.partition("/")
    if name == lesson and rest:
        return gettext("The step that teaches this is in this lesson: %goto {step}", step=rest)
    return gettext("The step that teaches this: ptrepl --lesson {step}", step=step)
