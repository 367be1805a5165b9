"""``%review``: asks the steps again that are due, in the lesson that is open or in those that wait."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from ptrepl.folders import state_folder
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.lessons.lesson import OpenLesson, require
from ptrepl.shell.lessons.trust import trust
from ptrepl.texts.language import languages
from ptrepl.texts.messages import gettext
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.shelf import whole_shelf
from ptrepl.tutor.play.progress_report import nothing_due
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.review import next_due, plans, waiting


def review(context: ShellContext, _: str) -> None:
    """``%review``. Raises PtreplError where the lesson that waits cannot be opened."""
    progress = Progress(state_folder())
    lessons = whole_shelf().lessons
    now = datetime.now(UTC)
    known = plans(progress.events(), now)
    due = waiting(lessons, known, now)
    lesson = context.lesson
    if lesson is not None and not lesson.finished:
        others = [key for key in due if key != lesson.id]
        if others and context.read_line is not None:
            said = gettext(
                "Due in other lessons: {lessons}. Once you have left this one, %review asks them.",
                lessons=", ".join(others),
            )
            _tell(context, said)
        lesson.command("review", "")
    elif not due:
        ahead = (at for each in lessons if (at := next_due(known.get(each.key, {}), each.asked)) is not None)
        _tell(context, nothing_due(min(ahead, default=None)))
    else:
        for key, steps in due.items():
            said = gettext("due for review: {steps}", steps=", ".join(steps))
            context.printer.lines(told(f"{key}  {said}", context.printer.width))
        if context.read_line is None:
            _tell(context, gettext("There is no prompt here to ask at; type %review at the prompt."))
        else:
            _open(context, tuple(due), progress)


def _open(context: ShellContext, keys: tuple[str, ...], progress: Progress) -> None:
    """The first lesson of ``keys``."""
    found = open_lesson(keys[0], languages=languages(context.settings.language, os.environ))
    trust(found, given=False, ask=context.read_line)
    require(found, context.settings.device)
    lesson = OpenLesson(found, context, progress, context.read_line)
    context.lesson = lesson
    lesson.review(keys[1:])


def _tell(context: ShellContext, text: str) -> None:
    context.printer.lines(told(text, context.printer.width, "dim"))
