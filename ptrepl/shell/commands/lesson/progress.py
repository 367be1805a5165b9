"""``%progress``: which steps were done, of the lesson that is open; else the whole course, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ptrepl.errors import UsageError
from ptrepl.folders import state_folder
from ptrepl.screen.figures.course import course_lines
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.lessons.listing import list_lines
from ptrepl.shell.pager import show_in_pages
from ptrepl.texts.messages import gettext
from ptrepl.tutor.library.order import to_take
from ptrepl.tutor.library.shelf import Listed, whole_shelf
from ptrepl.tutor.progress.course import course
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LessonRecord, begun_lessons, finished_lessons, records
from ptrepl.tutor.progress.review import plans, waiting

_NARROW = 60
"""Columns, below which the course is listed and not drawn."""
_ROWS_KEPT = 4
"""Rows of the screen for the line that was typed, the prompt and the bar below it."""


def show_progress(context: ShellContext, arguments: str) -> None:
    """``%progress [course|--json]``. The JSON is of all lessons, and never shown in pages: a program reads it."""
    option = arguments.strip()
    if option not in ("", "course", "--json"):
        raise UsageError(gettext("%progress takes course or --json, or no argument; not '{option}'.", option=option))
    printer = context.printer
    progress = Progress(state_folder())
    if option == "--json":
        printer.lines([text_line(line) for line in progress.export().split("\n")])
    elif context.lesson is not None and option != "course":
        context.lesson.command("progress", "")
    else:
        size = (None, None) if printer.plain else (printer.width, printer.height)
        show_in_pages(context, _course(progress, whole_shelf().lessons, *size))
    if progress.notice:
        printer.error(told(progress.notice, printer.error_width, "warn"))


def _course(progress: Progress, lessons: Sequence[Listed], width: int | None, height: int | None) -> list[Line]:
    """Drawn where a terminal has ``width`` columns for it, else in words."""
    events, now = progress.events(), datetime.now(UTC)
    known = records(events)
    due = waiting(lessons, plans(events, now), now)
    if width is None or width < _NARROW:
        return list_lines(lessons, known, due, drawn=width is not None, width=width)
    finished = finished_lessons(lessons, known)
    here = to_take(lessons, begun_lessons(known), finished)
    stops = course(lessons, known, due, finished, here.key if here is not None else "")
    asks = told(gettext("%review asks what is due."), width) if due else []
    below = [*told(_next(here, known), width), *asks]
    rows = None if height is None else max(1, height - len(below) - _ROWS_KEPT)
    return [*course_lines(stops, width, rows), *below]


def _next(here: Listed | None, known: Mapping[str, LessonRecord]) -> str:
    if here is None:
        return gettext("%lesson NAME takes one of them again.")
    if here.key in begun_lessons(known):
        return gettext("%lesson {lesson} goes on where you left off.", lesson=here.key)
    return gettext("Next comes: %lesson {lesson}", lesson=here.key)
