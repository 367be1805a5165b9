"""``--list`` and ``--reset``: the lessons and what was done of them. Neither loads torch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from ptrepl.errors import LessonNotFound, ProgressError
from ptrepl.folders import state_folder
from ptrepl.nearest import nearest
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer
from ptrepl.screen.wrap import columns
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.library.order import to_take
from ptrepl.tutor.library.shelf import Listed, whole_shelf
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LessonRecord, begun_lessons, finished_lessons, records
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
    for each in (*notices, *shelf.problems):
        printer.error(told(each, printer.error_width, "warn"))
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
    finished = finished_lessons(listed, known)
    wide = width is None or width >= _WIDE
    indent = " " * (widest + 2 if wide else 2)
    apart = "  " if wide else " "
    steps = {each.key: _steps(_done(each, known), len(each.steps)) for each in listed}
    longest = max(map(columns, steps.values()), default=0)
    # beside the longest name there may be no room for what was done
    aligned = width is None or widest + _BAR + longest + 2 * len(apart) <= width
    lines: list[Line] = []
    for each in listed:
        done = _done(each, known)
        total = len(each.steps)
        filled = _BAR * done // total if total else 0
        full, empty = "█░" if drawn else "#."
        bar = full * filled + empty * (_BAR - filled)
        gap = " " * (longest - columns(steps[each.key]))
        head = (
            ("key", f"{each.key:<{widest}}" if aligned else each.key),
            ("good" if each.key in finished else "dim", f"{apart}{bar}{apart}{steps[each.key]}{gap}"),
        )
        rest = [("", each.title)]
        if each.minutes:
            rest.append(("dim", ngettext("(about {count} minute)", "(about {count} minutes)", each.minutes)))
        lines += _laid(head, rest, indent, width)
        if each.needs:
            needs = (gettext("{lesson} (done)", lesson=name) if name in finished else name for name in each.needs)
            lines += told(gettext("after: {lessons}", lessons=", ".join(needs)), width, "dim", indent)
        if each.left_out:
            lacks = ngettext(
                "{count} step needs {packages}: pip install {packages}",
                "{count} steps need {packages}: pip install {packages}",
                len(each.left_out),
                packages=" ".join(each.lacking),
            )
            lines += told(lacks, width, "dim", indent)
        if each.key in due:
            lines += told(gettext("due for review: {steps}", steps=", ".join(due[each.key])), width, "note", indent)
    if not lines:
        return told(gettext("No lessons are installed."), width)
    lines += [(), *told(_advice(listed, known, finished), width)]
    if due:
        lines += told(gettext("At the prompt, %review asks what is due."), width)
    return lines


def _advice(listed: Sequence[Listed], known: Mapping[str, LessonRecord], finished: Collection[str]) -> str:
    """What to take next."""
    begun = begun_lessons(known)
    found = to_take(listed, begun, finished)
    if found is None:
        return gettext(
            "You have finished all of them. Take one again with: ptrepl --lesson {lesson}", lesson=listed[0].key
        )
    if found.key in begun:
        return gettext("Go on with: ptrepl --lesson {lesson}", lesson=found.key)
    if finished:
        return gettext("Next: ptrepl --lesson {lesson}", lesson=found.key)
    return gettext("Begin with: ptrepl --lesson {lesson}", lesson=found.key)


def _steps(done: int, total: int) -> str:
    return ngettext("{done:>2} of {count} step", "{done:>2} of {count} steps", total, done=done)


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
    forgotten = "/".join(filter(None, (lesson, step)))
    printer = Printer()
    printer.lines(told(gettext("Forgotten: {name}.", name=forgotten), printer.width))
    return 0


def _known(name: str, progress: Progress) -> tuple[str, str]:
    """The lesson and the step, or "", that ``name`` means. Raises LessonNotFound."""
    shelf = whole_shelf()
    found, step = shelf.named(name)
    if len(found) > 1:
        keys = ", ".join(each.key for each in found)
        raise LessonNotFound(gettext("'{name}' may be several lessons: {lessons}.", name=name, lessons=keys))
    if found and step and step not in found[0].steps:
        key, close = found[0].key, nearest(step, found[0].steps)
        said = gettext("Lesson '{lesson}' has no step '{step}'.", lesson=key, step=step)
        advice = gettext("Did you mean '{lesson}/{step}'?", lesson=key, step=close) if close else ""
        raise LessonNotFound(f"{said} {advice}".rstrip())
    if found:
        return found[0].key, step
    kept = progress.lessons()  # of a lesson that is not installed, or not any more
    for lesson in sorted(kept, key=len, reverse=True):
        if name == lesson or name.startswith(f"{lesson}/"):
            return lesson, name[len(lesson) + 1 :]
    lesson = name.partition("/")[0]
    close = nearest(lesson, [each.key for each in shelf.lessons])
    said = gettext("There is no lesson '{name}' to forget.", name=lesson)
    advice = gettext("Did you mean '{name}'?", name=close) if close else gettext("ptrepl --list shows the lessons.")
    raise LessonNotFound(f"{said} {advice}")
