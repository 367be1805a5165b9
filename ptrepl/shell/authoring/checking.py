"""``--check`` and ``--new``: lessons are verified in parallel, each in a process of its own; a new one is written."""

from __future__ import annotations

import bisect
import itertools
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ptrepl.errors import LessonError, LessonNotFound, UsageError
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer, is_terminal
from ptrepl.shell.lessons.trust import trust, trust_content
from ptrepl.shell.torch_import import import_torch
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.library.catalog import FoundLesson, open_lesson
from ptrepl.tutor.library.shelf import lesson_files, shelf, whole_shelf
from ptrepl.tutor.library.translations import translations_of
from ptrepl.tutor.verify.report import Fault, LessonReport
from ptrepl.tutor.verify.template import lesson_id, template
from ptrepl.tutor.verify.verify import verify_translation

_MOST_SURVIVORS = 6
"""Of one step: a check that is fixed for these is most often fixed for the others."""


def check_lessons(names: Sequence[str], *, trusted: bool) -> int:
    """Check these lessons, files or folders of files, or else all that came with ptrepl; the exit status.

    Raises LessonNotFound for one that does not exist, UsageError for a foreign one that may not run its code.
    """
    found: list[FoundLesson] = []
    unread: list[LessonReport] = []
    for name in _named(names):
        try:
            found.append(open_lesson(name))
        except LessonError as error:
            unread.append(LessonReport(error.path, faults=tuple(Fault(*fault) for fault in error.faults)))
    for each in found:
        if not each.translation:  # of a translation no code is run
            trust(each, given=trusted, ask=input if is_terminal(sys.stdin) else None)
    if not all(each.translation for each in found):
        import_torch()
    printer = Printer()
    passed = not unread
    lessons = [each for each in found if not each.translation]
    verified = _with_twins(
        lessons,
        _verified(
            lessons, lambda step, of: printer.passing(gettext("checking step {step} of {count}", step=step, count=of))
        ),
    )
    try:
        for report in itertools.chain(unread, verified, _translations(found)):
            printer.passing("")
            printer.lines(report_lines(report))
            passed = passed and report.passed
    finally:
        printer.passing("")
    return 0 if passed else 1


def report_lines(report: LessonReport) -> list[Line]:
    """What was tried in one line, then each equivalent mutant and each fault as ``path:line: message``."""
    if report.unchecked:
        why = gettext("not checked: {reason}", reason=report.unchecked)
        return [text_line(f"{report.path}: {why}", "warn")]
    if report.translated is not None:
        summary = gettext(
            "steps {steps}, translated {translated}; faults {faults}",
            steps=report.steps,
            translated=report.translated,
            faults=len(report.faults),
        )
        lines = [text_line(f"{report.path}: {summary}", "good" if report.passed else "bad")]
        lines += [text_line(f"{report.path}:{each.line}: {each.message}", "warn") for each in report.warnings]
        return [*lines, *(text_line(f"{report.path}:{fault.line}: {fault.message}") for fault in report.faults)]
    tally = report.mutants
    summary = gettext(
        "steps {steps}, checks {checks}, mutants tried {tried}: killed {killed}, harmless {harmless}, equivalent "
        "{equivalent}, surviving {surviving}; faults {faults}",
        steps=report.steps,
        checks=report.checks,
        tried=tally.tried,
        killed=tally.killed,
        harmless=tally.harmless,
        equivalent=len(tally.equivalent),
        surviving=len(tally.surviving),
        faults=len(report.faults),
    )
    lines = [text_line(f"{report.path}: {summary}", "good" if report.passed else "bad")] if report.steps else []
    for mark in tally.equivalent:
        said = gettext("equivalent: `{change}`: {reason}", change=mark.change, reason=mark.reason)
        lines.append(text_line(f"{report.path}:{mark.line}: {said}", "dim"))
    faults = sorted((*report.faults, *_not_too_many(report)), key=lambda each: each.line)
    return [*lines, *(text_line(f"{report.path}:{fault.line}: {fault.message}") for fault in faults)]


def _not_too_many(report: LessonReport) -> Iterator[Fault]:
    """The surviving mutants, some of each line of a step: a check that compares too little accepts dozens."""
    survivors = sorted(report.mutants.surviving)
    for _, group in itertools.groupby(survivors, key=lambda each: bisect.bisect_right(report.starts, each.line)):
        lines = [[*each] for _, each in itertools.groupby(group, key=lambda each: each.line)]
        by_turns = [each for turn in itertools.zip_longest(*lines) for each in turn if each is not None]
        told, more = sorted(by_turns[:_MOST_SURVIVORS]), len(by_turns) - _MOST_SURVIVORS
        yield from told
        if more > 0:
            message = ngettext(
                "the check accepts {count} more mistake in this step",
                "the check accepts {count} more mistakes in this step",
                more,
            )
            yield Fault(told[-1].line, message)


def write_new(name: str) -> int:
    """Write a lesson to begin with; the exit status. Raises UsageError where there is no place for it."""
    path = Path(name)
    if path.suffix != ".md":
        raise UsageError(
            gettext(
                "A lesson is a Markdown file: give it a name that ends in .md, such as {name}.md.",
                name=path.stem or "mine",
            )
        )
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(lesson_id(path.stem)))
    except FileExistsError:
        raise UsageError(
            gettext("{name} exists already, and nothing is written over it; choose another name.", name=name)
        ) from None
    except FileNotFoundError:
        raise UsageError(
            gettext(
                "{path} cannot be written: there is no folder {folder}; make it first.", path=name, folder=path.parent
            )
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=name, reason=reason)) from None
    trust_content(open_lesson(str(path)))  # its text is our own
    typed = shlex.quote(name)
    printer = Printer()
    for said in (
        gettext("Written: {name}, a lesson of four steps.", name=name),
        gettext("Take it with: ptrepl --lesson {lesson}", lesson=typed),
        gettext("Check it with: ptrepl --check {lesson}", lesson=typed),
    ):
        printer.lines(told(said, printer.width))
    return 0


def _named(names: Sequence[str]) -> Iterator[str]:
    """What to open for each of ``names``: a pack and a folder are all of their lessons."""
    for name in names or [listed.id for listed in shelf()]:
        listed, _ = whole_shelf().named(name)
        if listed:
            yield from (each.key for each in listed) if len(listed) > 1 else [name]
        elif Path(name).is_dir():
            if not (files := lesson_files(Path(name))):
                raise LessonNotFound(gettext("{name}: there is no lesson in this folder", name=name))
            yield from map(str, files)
        else:
            yield name


def _with_twins(found: Sequence[FoundLesson], reports: Iterator[LessonReport]) -> Iterator[LessonReport]:
    """Each report, with a fault where an earlier lesson has the same id in the same pack."""
    first: dict[str, str] = {}
    for each, report in zip(found, reports, strict=True):
        lesson = each.lesson
        if lesson.key in first:
            message = gettext("the lesson id '{id}' is taken by {path}", id=lesson.id, path=first[lesson.key])
            twin = Fault(lesson.lines.get("id", 1), message)
            report = replace(report, faults=tuple(sorted((*report.faults, twin))))
        first.setdefault(lesson.key, lesson.path)
        yield report


def _translations(found: Sequence[FoundLesson]) -> Iterator[LessonReport]:
    """Of every translation of the lessons, or of the one that was named."""
    done: set[Path] = set()
    for each in found:
        for code, file in translations_of(each.file):
            if each.translation in ("", code) and file not in done:
                done.add(file)
                yield verify_translation(each.lesson, file, code)


def _verified(found: Sequence[FoundLesson], tell: Callable[[int, int], None]) -> Iterator[LessonReport]:
    """In the order given, each as soon as it is known; ``tell``: how many steps of how many were begun."""
    if not found:
        return iter(())
    # on the CPU alone: what a lesson says holds on every device, and a process that has used a GPU cannot fork
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    from ptrepl.shell.authoring.workers import in_parallel

    shipped = {listed.id: open_lesson(listed.id).lesson for listed in shelf()}
    asked = {each.lesson.id: each.lesson for each in found if not each.lesson.pack}
    packs = {each.lesson.pack: _of_pack(each.lesson.pack) for each in found if each.lesson.pack}
    jobs = [(each.lesson, each.file, {**shipped, **packs.get(each.lesson.pack, asked)}) for each in found]
    return in_parallel(jobs, tell)


def _of_pack(pack: str) -> dict[str, Lesson]:
    """The lessons of a pack by their own id: those that its lessons may need."""
    found: dict[str, Lesson] = {}
    for listed in whole_shelf().lessons:
        if listed.pack == pack:
            with suppress(LessonError):  # where it is checked too, its own report has the faults
                found[listed.id] = open_lesson(listed.key).lesson
    return found
