"""``--collect``: the progress files of a class → one CSV and one page. Loads no torch, sends nothing."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from ptrepl.errors import UsageError
from ptrepl.screen.html.style import CLASS, STYLE
from ptrepl.screen.line import harmless
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.classroom.reports import StepReport, step_reports
from ptrepl.tutor.classroom.steps import StepOfClass, class_steps, stuck_most
from ptrepl.tutor.library.shelf import whole_shelf

_LARGEST = 64 * 2**20
_STUCK = 10
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a formula begins with, also behind spaces and tabs; the wide ones where the table's language has them."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""A shell of Windows' writes one at the head of what a program prints."""
_COLUMNS = (
    "learner",
    "lesson",
    "step",
    "status",
    "attempts",
    "hints",
    "solutions",
    "seconds",
    "first",
    "last",
    "version",
    "content",
    "mistakes",
)


def collect(names: Sequence[str], output: str | None) -> int:
    """Write ``OUTPUT.csv`` and ``OUTPUT.html`` (default ``class``), replacing them; the exit status.

    ``output`` may be the name of either.

    A learner is named by the file, or, where that is ``progress.jsonl``, by the folder that is theirs. Raises
    UsageError for a file that cannot be read or is none of progress: nothing is written then.
    """
    if not names:
        raise UsageError(gettext("--collect wants the progress files of a class: ptrepl --collect FILE…"))
    reports = [report for name, path in _learners(names) for report in _read(name, path)]
    order = {
        (lesson.key, step): place
        for place, (lesson, step) in enumerate((each, step) for each in whole_shelf().lessons for step in each.steps)
    }
    steps = class_steps(reports, order)
    base = re.sub(r"(?i)(?<=[^/\\])\.(?:csv|html?)$", "", output or "class")
    table, page = Path(f"{base}.csv"), Path(f"{base}.html")
    learners = len({report.learner for report in reports})
    try:
        table.write_text(csv_text(reports), encoding="utf-8", errors="backslashreplace", newline="")
        page.write_text(page_text(steps, learners), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=base, reason=reason)) from None
    said = ngettext(
        "The progress of {count} learner is in {table} and {page}.",
        "The progress of {count} learners is in {table} and {page}.",
        learners,
        table=table,
        page=page,
    )
    printer = Printer()
    printer.lines(told(said, printer.width))
    return 0


def csv_text(reports: Iterable[StepReport]) -> str:
    """One row a learner and step. What a table would take for a formula begins with an apostrophe (CWE-1236)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for report in reports:
        row = [getattr(report, name) for name in _COLUMNS[:-1]]
        said = " | ".join(f"{count}x {mistake}" for mistake, count in report.mistakes.items())
        writer.writerow([_harmless_cell(each) for each in (*row, said)])
    return text.getvalue()


def page_text(steps: Sequence[StepOfClass], learners: int) -> str:
    """The page: where the class is stuck, then each step."""
    title = gettext("Where the class is")
    count = ngettext("{count} learner", "{count} learners", learners)
    parts = [f"<h1>{escape(title)}</h1><p>{escape(count)}</p>"]
    where, each = gettext("Where it is stuck"), gettext("Each step")
    if stuck := stuck_most(steps, _STUCK):
        parts.append(f"<h2>{escape(where)}</h2>{_table(stuck)}")
    parts.append(f"<h2>{escape(each)}</h2>{_table(steps)}")
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>{STYLE}'
    return f'<!doctype html>{head}<body class="{CLASS}">{"".join(parts)}</body>\n'


def _table(steps: Iterable[StepOfClass]) -> str:
    heads = (
        gettext("step"),
        gettext("entered"),
        gettext("passed"),
        gettext("attempts (median)"),
        gettext("asked for help"),
        gettext("minutes (median)"),
        gettext("commonest known mistake"),
    )
    row = "".join(f"<th>{escape(head)}</th>" for head in heads)
    return f"<table><thead><tr>{row}</tr></thead><tbody>{''.join(map(_row, steps))}</tbody></table>"


def _row(step: StepOfClass) -> str:
    mistake = f"{step.made}x {step.mistake}" if step.mistake else ""
    cells = (
        f"{step.lesson}/{step.step}",
        step.entered,
        step.passed,
        f"{step.attempts:g}",
        step.hints,
        f"{step.seconds / 60:.1f}",
    )
    shown = "".join(f"<td>{escape(harmless(str(cell)))}</td>" for cell in cells)
    style = ' class="a"' if step.stuck else ""
    return f'<tr{style}>{shown}<td class="w">{escape(harmless(mistake))}</td></tr>'


def _harmless_cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = harmless(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _learners(names: Sequence[str]) -> list[tuple[str, Path]]:
    """(who, file); files of one name are told apart by the folder in which their paths differ, else by their paths."""
    paths = [*{os.path.realpath(name): Path(name) for name in names}.values()]  # one that is named twice counts once
    short = [_whose(path) for path in paths]
    for name in [name for name, count in Counter(short).items() if count > 1]:
        places = [place for place, each in enumerate(short) if each == name]
        alike = [paths[place] for place in places]
        if all(path.name != _OWN for path in alike):  # else the name is that of a folder, which another one has too
            for place, folder in zip(places, _where_they_differ(alike), strict=True):
                short[place] = folder
    return [(name if short.count(name) == 1 else str(path), path) for name, path in zip(short, paths, strict=True)]


_OWN = "progress.jsonl"
"""What ptrepl calls the file itself."""
_STATE = frozenset({"ptrepl", "state", "share", ".local", "application support", "library", "local", "appdata"})
"""Folders that lead to a file of progress on every machine, and are nobody's name."""


def _whose(path: Path) -> str:
    """``ann`` of ``ann.json``, ``/home/ann/.local/state/ptrepl/progress.jsonl`` and ``in/ann/progress.jsonl``."""
    folders = reversed(_folders(path)[:-1]) if path.name == _OWN else ()
    return next((each for each in folders if each.lower() not in _STATE and each != os.sep), path.stem)


def _where_they_differ(paths: Sequence[Path]) -> list[str]:
    """``ann`` and ``ben`` for ``/home/ann/.local`` and ``/home/ben/.local``; else whole paths."""
    for folders in zip(*map(_folders, paths), strict=False):
        if len({*folders}) == len(folders):
            return [*folders]
    return [str(path) for path in paths]


def _folders(path: Path) -> tuple[str, ...]:
    """Absolute, but no link followed: its name was chosen for people."""
    return Path(os.path.abspath(path)).parts


def _read(learner: str, path: Path) -> list[StepReport]:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(gettext("{path} cannot be read: {reason}.", path=path, reason=reason)) from None
    if len(text) > _LARGEST:
        raise UsageError(gettext("{path} is too large for a file of progress.", path=path))
    try:
        coding = next((coding for mark, coding in _MARKS.items() if text.startswith(mark)), "utf-8")
        return step_reports(learner, text.decode(coding, "replace"))
    except (ValueError, RecursionError):
        raise UsageError(
            gettext("{path} is no file of progress: %progress --json prints one, or take progress.jsonl.", path=path)
        ) from None
