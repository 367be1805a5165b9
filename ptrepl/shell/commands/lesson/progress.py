"""``%progress``: which steps were done, of the lesson that is open or, without one, of all lessons."""

from __future__ import annotations

from datetime import UTC, datetime

from ptrepl.errors import UsageError
from ptrepl.folders import state_folder
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.lessons.listing import list_lines
from ptrepl.texts.messages import gettext
from ptrepl.tutor.library.shelf import whole_shelf
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import records
from ptrepl.tutor.progress.review import plans, waiting


def show_progress(context: ShellContext, arguments: str) -> None:
    """``%progress [--json]``. The JSON is of all lessons, and never shown in pages: a program reads it."""
    option = arguments.strip()
    if option not in ("", "--json"):
        raise UsageError(gettext("%progress takes --json, or no argument; not '{option}'.", option=option))
    printer = context.printer
    progress = Progress(state_folder())
    if option:
        printer.lines([text_line(line) for line in progress.export().split("\n")])
    elif context.lesson is not None:
        context.lesson.command("progress", "")
    else:
        events = progress.events()
        now = datetime.now(UTC)
        lessons = whole_shelf().lessons
        due = waiting(lessons, plans(events, now), now)
        printer.lines(list_lines(lessons, records(events), due, drawn=not printer.plain, width=printer.width))
    if progress.notice:
        printer.error(told(progress.notice, printer.error_width, "warn"))
