"""``--list`` and ``--reset``: the lessons and what was done of them. Neither loads torch."""

from __future__ import annotations

from ptrepl.errors import LessonNotFound, ProgressError
from ptrepl.folders import state_folder
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.printer import Printer
from ptrepl.tutor.catalog import Listed, shelf
from ptrepl.tutor.nearest import nearest
from ptrepl.tutor.progress import Progress
from ptrepl.tutor.records import LessonRecord

__all__ = ["list_lines", "reset_progress", "show_list"]

_BAR = 10


def show_list(*, plain: bool = False) -> int:
    """Print the lessons; the exit status."""
    printer = Printer(plain=plain)
    progress = Progress(state_folder())
    printer.lines(list_lines(shelf(), progress.lessons(), drawn=printer.is_terminal and not plain))
    if progress.notice:
        printer.error([text_line(progress.notice, "warn")])
    return 0


def list_lines(listed: tuple[Listed, ...], records: dict[str, LessonRecord], *, drawn: bool) -> list[Line]:
    """One line a lesson: its id, a bar of the steps done, its title. ``drawn`` False leaves the bar out."""
    widest = max((len(each.id) for each in listed), default=0)
    lines: list[Line] = []
    for each in listed:
        record = records.get(each.id)
        done = sum(step in record.done for step in each.steps) if record is not None else 0
        total = len(each.steps)
        filled = _BAR * done // total if total else 0
        bar = ("█" * filled + "░" * (_BAR - filled) + "  ") if drawn else ""
        lines.append(
            (
                ("key", f"{each.id:<{widest}}"),
                ("good" if done == total else "dim", f"  {bar}{done:>2} of {total} steps"),
                ("", f"  {each.title}"),
                ("dim", f"  (about {each.minutes} minutes)" if each.minutes else ""),
            )
        )
        if each.needs:
            lines.append(text_line(f"{'':<{widest}}  after: {', '.join(each.needs)}", "dim"))
    if not lines:
        return [text_line("No lessons are installed.")]
    return [*lines, (), text_line(f"Take one with: ptrepl --lesson {listed[0].id}")]


def reset_progress(name: str) -> int:
    """Forget the progress in one lesson, or in one step of it (``NAME/STEP``); the exit status.

    Raises LessonNotFound for a lesson that is neither installed nor in the log.
    """
    lesson, _, step = name.partition("/")
    progress = Progress(state_folder())
    known = {each.id: each.steps for each in shelf()}
    if lesson not in known and lesson not in progress.lessons():
        close = nearest(lesson, list(known))
        advice = f"Did you mean '{close}'?" if close else "ptrepl --list shows the lessons."
        raise LessonNotFound(f"There is no lesson '{lesson}' to forget. {advice}")
    if step and step not in known.get(lesson, (step,)):
        close = nearest(step, list(known[lesson]))
        advice = f" Did you mean '{lesson}/{close}'?" if close else ""
        raise LessonNotFound(f"Lesson '{lesson}' has no step '{step}'.{advice}")
    progress.reset(lesson, step)
    if progress.notice:
        raise ProgressError(progress.notice)
    Printer().lines([text_line(f"Forgotten: {name}.")])
    return 0
