"""``--list`` and ``--reset``: the lessons and what was done of them. Neither loads torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ptrepl.errors import LessonNotFound, ProgressError
from ptrepl.folders import state_folder
from ptrepl.nearest import nearest
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.printer import Printer
from ptrepl.screen.wrap import columns
from ptrepl.tutor.library.shelf import Listed, whole_shelf
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LessonRecord, records
from ptrepl.tutor.progress.review import plans, waiting

_BAR = 10
_WIDE = 60
"""Columns from which on what stands below a lesson begins under its bar."""


def show_list(*, plain: bool = False) -> int:
    """Print the lessons; the exit status."""
    printer = Printer(plain=plain)
    progress = Progress(state_folder())
    shelf = whole_shelf()
    now = datetime.now(UTC)
    events = progress.events()
    due = waiting(shelf.lessons, plans(events, now), now)
    printer.lines(list_lines(shelf.lessons, records(events), due, drawn=not plain, width=printer.width))
    notices = (progress.notice,) if progress.notice else ()
    printer.error([text_line(each, "warn") for each in (*notices, *shelf.problems)])
    return 0


def list_lines(
    listed: Sequence[Listed],
    known: Mapping[str, LessonRecord],
    due: Mapping[str, tuple[str, ...]],
    *,
    drawn: bool,
    width: int | None = None,
) -> list[Line]:
    """One line a lesson: its id, a bar of the steps done, its title; below it what comes before it, and what is due.

    ``drawn`` False makes the bar of # and dots. What is too long for ``width`` columns goes to a line below.
    """
    widest = max((len(each.key) for each in listed), default=0)
    finished = {each.key for each in listed if _done(each, known) == len(each.steps)}
    indent = " " * (widest + 2 if width is None or width >= _WIDE else 2)
    lines: list[Line] = []
    for each in listed:
        done = _done(each, known)
        total = len(each.steps)
        filled = _BAR * done // total if total else 0
        full, empty = "█░" if drawn else "#."
        bar = full * filled + empty * (_BAR - filled)
        head = (
            ("key", f"{each.key:<{widest}}"),
            ("good" if done == total else "dim", f"  {bar}  {done:>2} of {total} steps"),
        )
        rest = [("", each.title), *([("dim", f"(about {each.minutes} minutes)")] if each.minutes else [])]
        lines += _laid(head, rest, indent, width)
        if each.needs:
            needs = (f"{name} (done)" if name in finished else name for name in each.needs)
            lines.append(text_line(f"{indent}after: {', '.join(needs)}", "dim"))
        if each.key in due:
            lines.append(text_line(f"{indent}due for review: {', '.join(due[each.key])}", "note"))
    if not lines:
        return [text_line("No lessons are installed.")]
    told = [text_line("At the prompt, %review asks what is due.")] if due else []
    return [*lines, (), text_line(f"Take one with: ptrepl --lesson {listed[0].key}"), *told]


def _laid(head: Line, rest: Sequence[tuple[str, str]], indent: str, width: int | None) -> list[Line]:
    """``head`` and the parts behind it, each on the line before it where that has room."""
    lines = [head]
    for style, text in rest:
        if width is None or columns("".join(part for _, part in lines[-1])) + 2 + columns(text) <= width:
            lines[-1] = (*lines[-1], (style, f"  {text}"))
        else:
            lines.append((("", indent), (style, text)))
    return lines


def _done(listed: Listed, known: Mapping[str, LessonRecord]) -> int:
    """How many of its steps were done."""
    record = known.get(listed.key)
    return sum(step in record.done for step in listed.steps) if record is not None else 0


def reset_progress(name: str) -> int:
    """Forget the progress in one lesson, or in one step of it (``NAME/STEP``); the exit status.

    Raises LessonNotFound for a lesson that is neither installed nor in the log.
    """
    progress = Progress(state_folder())
    lesson, step = _known(name, progress)
    progress.reset(lesson, step)
    if progress.notice:
        raise ProgressError(progress.notice)
    Printer().lines([text_line(f"Forgotten: {'/'.join(filter(None, (lesson, step)))}.")])
    return 0


def _known(name: str, progress: Progress) -> tuple[str, str]:
    """The lesson and the step, or "", that ``name`` means. Raises LessonNotFound."""
    shelf = whole_shelf()
    found, step = shelf.named(name)
    if len(found) > 1:
        raise LessonNotFound(f"'{name}' may be several lessons: {', '.join(each.key for each in found)}.")
    if found and step and step not in found[0].steps:
        close = nearest(step, found[0].steps)
        advice = f" Did you mean '{found[0].key}/{close}'?" if close else ""
        raise LessonNotFound(f"Lesson '{found[0].key}' has no step '{step}'.{advice}")
    if found:
        return found[0].key, step
    kept = progress.lessons()  # of a lesson that is not installed, or not any more
    for lesson in sorted(kept, key=len, reverse=True):
        if name == lesson or name.startswith(f"{lesson}/"):
            return lesson, name[len(lesson) + 1 :]
    close = nearest(name.partition("/")[0], [each.key for each in shelf.lessons])
    advice = f"Did you mean '{close}'?" if close else "ptrepl --list shows the lessons."
    raise LessonNotFound(f"There is no lesson '{name.partition('/')[0]}' to forget. {advice}")
