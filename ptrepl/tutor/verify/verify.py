"""Plays a lesson through as its author meant it, and tries everything that is written for each step on the way."""

from __future__ import annotations

import builtins
import gc
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ptrepl.errors import LessonError
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.answers import Error
from ptrepl.tutor.check.truth import truth_of
from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step
from ptrepl.tutor.isolation.guard import guarded, random_state, seeded_state, set_random_state
from ptrepl.tutor.isolation.time_limit import TookTooLong, time_limit
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.library.catalog import lesson_file, read_translation
from ptrepl.tutor.library.installed import missing
from ptrepl.tutor.replay.dry_run import run
from ptrepl.tutor.verify.checked_steps import CheckedSteps
from ptrepl.tutor.verify.huge_pages import use_huge_pages
from ptrepl.tutor.verify.question import question_faults
from ptrepl.tutor.verify.report import Fault, LessonReport, Tally
from ptrepl.tutor.verify.task import task_faults, task_mutants
from ptrepl.tutor.verify.text import text_faults
from ptrepl.tutor.verify.trial import TRIAL_SECONDS, Bench


def verify_translation(lesson: Lesson, file: Path, code: str) -> LessonReport:
    """What is wrong with the translation ``file`` into the language ``code``, and which steps it leaves in English."""
    try:
        found = read_translation(lesson, file, code)
    except LessonError as error:
        return LessonReport(
            error.path, len(lesson.steps), faults=tuple(Fault(*each) for each in error.faults), translated=0
        )
    warnings = tuple(Fault(*each) for each in found.warnings)
    shown = str(Path(lesson.path).parent / code / file.name)
    return LessonReport(shown, len(lesson.steps), warnings=warnings, translated=found.steps)


def verify(
    lesson: Lesson,
    file: Path,
    library: Mapping[str, Lesson],
    begun: Callable[[int], None] | None = None,
    folder: Path | None = None,
) -> LessonReport:
    """Everything that can be wrong with a lesson that parses. Runs its code.

    ``library``: the lessons that it may need, by id. ``begun`` is called with the number of each step, from 1.
    ``folder``: where it is kept which steps have no fault, so that those that are as they were are not tried again.
    Sets torch to one thread, without which a process cannot fork.
    """
    if lacking := missing(lesson.all_packages):
        why = gettext("it needs {package}; install it with: pip install {package}", package=lacking[0])
        return LessonReport(lesson.path, unchecked=why)
    own().torch.set_num_threads(1)
    kept = CheckedSteps(folder, lesson, file) if folder is not None else None
    return _Play(lesson, file).report(library, begun, kept)


class _Play:
    """One play-through. The names in the namespace are those that a learner would have, on the CPU."""

    def __init__(self, lesson: Lesson, file: Path) -> None:
        torch = own().torch
        self._lesson = lesson
        self._given: dict[str, Any] = {
            "torch": torch,
            "nn": torch.nn,
            "F": torch.nn.functional,
            "device": torch.device("cpu"),
            "lesson_file": lambda name: lesson_file(file, name),
        }
        self._namespace = {"__name__": "__main__", "__builtins__": builtins, **self._given}
        self._faults: list[Fault] = []
        self._mutants = Tally()

    def report(
        self, library: Mapping[str, Lesson], begun: Callable[[int], None] | None, kept: CheckedSteps | None
    ) -> LessonReport:
        self._faults += text_faults(self._lesson, library)
        known = [None if kept is None else kept.of(index) for index in range(len(self._lesson.steps))]
        last = max((index for index, tally in enumerate(known) if tally is None), default=-1)
        for index, tally in enumerate(known):
            if begun is not None:
                begun(index + 1)
            faults, mutants = self._faults, self._mutants
            self._faults, self._mutants = [], Tally()
            if index <= last:
                gc.freeze()  # a collection in a fork would write to every object there is, and so copy them all
                use_huge_pages()
                with guarded() as printed:
                    self._step(index, printed, tried=tally is not None)
            if tally is not None:
                self._faults, self._mutants = [], tally
            elif kept is not None and not self._faults and not self._mutants.surviving:
                kept.note(index, self._mutants)
            self._faults, self._mutants = faults + self._faults, mutants + self._mutants
        if kept is not None:
            kept.write()
        return LessonReport(
            self._lesson.path,
            steps=len(self._lesson.steps),
            checks=sum(len(step.codes(Role.CHECK)) for step in self._lesson.steps),
            mutants=self._mutants,
            faults=tuple(sorted(set(self._faults))),
            starts=tuple(step.line for step in self._lesson.steps),
        )

    def _step(self, index: int, printed: io.StringIO, *, tried: bool) -> None:
        """Play one step. ``tried``: its task was tried before, and only what it makes is wanted."""
        step = self._lesson.steps[index]
        set_random_state(seeded_state(self._lesson.seed))
        for code in step.codes(Role.SETUP):
            last = self._run(code)
            if last.error:
                message = gettext("this setup raises {error}: {message}", error=last.error, message=_first_line(last))
                self._note(code, message, last.line)
        lost: set[int] = set()
        for code in step.codes(Role.DEMO):
            self._look_at_shown(step, code, self._run(code), printed)
        if step.kind.asks_for_code and not tried:
            bench = Bench(self._lesson, index, self._given, self._namespace, random_state())
            self._faults += task_faults(bench)
            tally, faults = task_mutants(bench)
            self._mutants += tally
            self._faults += faults
            lost = bench.lost
        for code in step.codes(Role.PREDICT):
            printed.truncate(0)
            printed.seek(0)
            self._look_at_shown(step, code, self._run(code), printed)
        for code in step.codes(Role.SOLUTION)[:1]:
            if code.line not in lost:
                self._run(code)

    def _look_at_shown(self, step: Step, code: CodeFence, last: Last, printed: io.StringIO) -> None:
        if code.raises and not last.error:
            message = gettext(
                "this {role} says raises={error}, but it runs without an error", role=code.role, error=code.raises
            )
            self._note(code, message)
        elif last.error and last.error != code.raises and (code.raises or code.role is Role.DEMO):
            self._note(code, _raised(code, last), last.line)
        elif code.role is Role.PREDICT:
            truth = Error(last.error) if last.error else truth_of(last.value, printed.getvalue())
            if truth is None:
                message = gettext("nobody could type the result of this; end it with a number, a tensor or a shape")
                self._note(code, message)
            else:
                self._faults += question_faults(step, truth)

    def _run(self, code: CodeFence) -> Last:
        try:
            with time_limit(TRIAL_SECONDS):
                return run(self._lesson, code, self._namespace)
        except TookTooLong:
            seconds = f"{TRIAL_SECONDS:g}"
            self._note(code, gettext("this {role} takes more than {seconds} seconds", role=code.role, seconds=seconds))
            return Last()

    def _note(self, code: CodeFence, message: str, line: int = 0) -> None:
        self._faults.append(Fault(line or code.line, message))


def _raised(code: CodeFence, last: Last) -> str:
    fields = {"role": code.role, "error": last.error, "message": _first_line(last)}
    if code.raises:
        return gettext("this {role} raises {error}: {message}", **fields)
    return gettext("this {role} raises {error}: {message}; if that is the point, write raises={error}", **fields)


def _first_line(last: Last) -> str:
    return last.message.split("\n")[0]
