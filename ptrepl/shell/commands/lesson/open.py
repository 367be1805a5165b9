"""``%lesson NAME`` and ``%next``: another lesson, without leaving the prompt."""

from __future__ import annotations

import os

from ptrepl.errors import UsageError
from ptrepl.folders import state_folder
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.lessons.lesson import OpenLesson, require
from ptrepl.shell.lessons.trust import trust
from ptrepl.texts.language import languages
from ptrepl.texts.messages import gettext
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.order import lesson_after, lesson_left, to_take
from ptrepl.tutor.library.shelf import whole_shelf
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import begun_lessons, finished_lessons, records


def open_named(context: ShellContext, name: str) -> None:
    """``%lesson NAME[/STEP]``. Raises PtreplError where there is none, or it may not run."""
    if not name.strip():
        keys = ", ".join(each.key for each in whole_shelf().lessons)
        raise UsageError(gettext("Say which lesson: %lesson NAME. There are: {lessons}.", lessons=keys))
    _open(context, name.strip())


def open_next(context: ShellContext, _: str) -> None:
    """``%next``: the lesson after the one that is open or was open last; else the one to go on with."""
    lessons = whole_shelf().lessons
    known = records(Progress(state_folder()).events())
    begun, finished = begun_lessons(known), finished_lessons(lessons, known)
    if context.lesson is None:
        found = to_take(lessons, begun, finished)
    else:
        last = context.lesson.key
        found = lesson_after(lessons, last, finished) or lesson_left(lessons, last, begun, finished)
    if found is None:
        said = gettext("There is no lesson after this one. %lesson NAME opens any other, %progress shows them.")
        context.printer.lines(told(said, context.printer.width, "dim"))
        return
    _open(context, found.key)


def _open(context: ShellContext, name: str) -> None:
    if context.read_line is None:
        raise UsageError(
            gettext("There is no prompt here for a lesson; open it with: ptrepl --lesson {name}", name=name)
        )
    found = open_lesson(name, languages=languages(context.settings.language, os.environ))
    trust(found, given=False, ask=context.read_line)
    require(found, context.settings.device)
    before = context.lesson
    if before is not None and not before.finished and before.key != found.lesson.key:
        said = gettext("You have left '{lesson}'; %lesson {lesson} goes on with it.", lesson=before.key)
        context.printer.lines(told(said, context.printer.width, "dim"))
    if before is not None:
        before.close()
    lesson = OpenLesson(found, context, Progress(state_folder()), context.read_line)
    context.lesson = lesson
    lesson.begin()
