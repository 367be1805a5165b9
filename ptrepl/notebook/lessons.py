"""A lesson in a notebook: the cells are the learner's answers, and what is asked next stands below them."""

from __future__ import annotations

import builtins
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.engine.run.session import Session
from ptrepl.errors import LessonNotFound, PtreplError, UsageError
from ptrepl.folders import state_folder
from ptrepl.shell.lessons.lesson import require
from ptrepl.shell.lessons.trust import trust
from ptrepl.shell.torch_import import import_torch
from ptrepl.shell.transcript.recording import CapturedOutput, capturing
from ptrepl.texts.language import languages
from ptrepl.texts.messages import gettext
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.installed import missing
from ptrepl.tutor.library.order import lesson_after, lesson_left, to_take
from ptrepl.tutor.library.shelf import whole_shelf
from ptrepl.tutor.play.progress_report import nothing_due
from ptrepl.tutor.play.run import LessonRun
from ptrepl.tutor.play.say import CodeBlock, Feedback, Heading, Instruction, Learned, RunDemo, Say
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import begun_lessons, finished_lessons, records
from ptrepl.tutor.progress.review import next_due, plans, waiting

_AT = re.compile(r"\s*%at[ \t]+(\S+)[ \t]*(?:\n|\Z)")
_OPTION = re.compile(r"(?<!\S)--\S+")
_ASKED_FOR = ("hint", "solution", "progress", "review")
"""Commands that are answered in full, also where the text of the lesson stands in the notebook."""
_ANEW = ("back", "goto", "redo", "restart")
"""Commands that begin a step again."""


class Lessons:
    """The lesson that is open in a notebook, if one is.

    ``show`` gets what is said; ``run_cell`` runs code as a cell does; ``next_cell`` makes it the next cell;
    ``command`` gives a command of ours, as ``%pt`` does; ``progress`` is ``%progress`` of the whole course.
    """

    def __init__(
        self,
        session: Session,
        *,
        show: Callable[[Sequence[Say]], None],
        run_cell: Callable[[str], None],
        next_cell: Callable[[str], None],
        command: Callable[[str], None],
        progress: Callable[[str], None],
        language: str | None = None,
    ) -> None:
        self._session = session
        self._show = show
        self._run_cell = run_cell
        self._next_cell = next_cell
        self._command = command
        self._progress = progress
        self._language = language
        self._run: LessonRun | None = None
        self._offered = ""
        self._put: dict[str, Any] = {}
        """The names that a lesson was given."""
        self._quiet = False
        self._in_full = False
        self._given = ("", "")
        """The step, and what was made the next cell in it: once is enough."""
        self._passed: set[str] = set()
        """``LESSON/STEP`` of those passed in lessons that were open before this one."""
        self._graded = False
        """Whether the cell that runs has asked what was passed."""
        self._draws = False
        """Whether the cell that runs holds commands for pictures and nothing else."""
        self._held: list[Say] = []
        """What is to be said of the demo that runs, once it has run."""
        self._capture = ExitStack()
        self._printed: CapturedOutput | None = None

    @property
    def open(self) -> bool:
        """Whether a lesson is open and not over."""
        return self._run is not None and not self._run.finished

    def lesson(self, arguments: str) -> None:
        """``%lesson NAME[/STEP] [--trust] [--cells]``. Raises PtreplError where there is none, or it may not run.

        ``--cells``: the text of the lesson stands in the notebook, and only what is said of the answers is shown.
        """
        words = arguments.split()
        trusted, self._quiet = "--trust" in words, "--cells" in words
        name = _OPTION.sub("", arguments).strip()
        if not name or (len(name.split()) > 1 and not os.path.exists(name)):
            keys = ", ".join(each.key for each in whole_shelf().lessons)
            raise UsageError(gettext("Say which lesson: %lesson NAME. There are: {lessons}.", lessons=keys))
        import_torch()
        found = open_lesson(name, languages=languages(self._language, os.environ))
        trust(found, given=trusted, ask=None)
        self._put_names()
        require(found, str(self._session.namespace["device"]))
        self._leave()
        absent = missing(found.lesson.all_packages)
        lesson = found.lesson.without(absent)
        left_out = tuple(step for step in found.lesson.steps if step not in lesson.steps)
        self._run = LessonRun(
            lesson,
            self._session,
            Progress(state_folder()),
            file=found.file,
            digest=found.digest,
            left_out=left_out,
            notebook=True,
        )
        theirs = "lesson_file" in self._session.namespace
        self._tell(self._run.begin(found.step))
        if not theirs and "lesson_file" in self._session.namespace:
            self._put["lesson_file"] = self._session.namespace["lesson_file"]

    def next(self, _: str) -> None:
        """``%next``: the lesson after this one; else the one to go on with. Raises UsageError where none is left."""
        lessons = whole_shelf().lessons
        known = records(Progress(state_folder()).events())
        begun, finished = begun_lessons(known), finished_lessons(lessons, known)
        if self._run is None:
            found = to_take(lessons, begun, finished)
        else:
            last = self._run.lesson.key
            found = lesson_after(lessons, last, finished) or lesson_left(lessons, last, begun, finished)
        if found is None:
            raise UsageError(gettext("There is no lesson after this one. %lesson NAME opens any other."))
        self.lesson(found.key)

    def command(self, name: str, arguments: str) -> None:
        """``%hint`` and its kin. Raises UsageError where no lesson is open, LessonNotFound for a wrong step.

        ``%progress`` of the whole course needs no lesson; ``%review`` without one tells what is due in which.
        """
        if name == "review" and (self._run is None or self._run.finished):
            self._show(_all_that_is_due())
            return
        if name == "progress" and (self._run is None or arguments.strip()):
            self._progress(arguments)
            return
        if self._run is None:
            raise UsageError(gettext("No lesson is open: %lesson NAME opens one, such as %lesson start."))
        if name in _ANEW:
            self._given = ("", "")
        self._in_full = name in _ASKED_FOR
        try:
            self._tell(self._run.command(name, arguments))
        except KeyError as error:
            raise LessonNotFound(str(error.args[0])) from None
        finally:
            self._in_full = False

    def at(self, step: str) -> None:
        """``%at STEP``: the cell belongs to that step, and begins it unless it is the one that is open.

        Raises UsageError where no lesson is open, LessonNotFound for a wrong step.
        """
        step = step.strip()
        if self._run is None:
            raise UsageError(gettext("No lesson is open here: run the first cell, which opens it."))
        if self._draws and self._run.passed(step):
            return  # begun anew, the step would lack what its demo made
        if self._run.finished or self._run.step != step or self._run.passed(step):
            self.command("goto", step)

    def answer(self, text: str) -> None:
        """``%answer TEXT``. Raises UsageError where no question is open, or it is no answer."""
        run = self._run
        if run is None or run.mode != "answer":
            raise UsageError(gettext("No question is open here."))
        said = run.answer(text.strip()) if text.strip() else None
        if said is None:
            raise UsageError(
                gettext("That is not an answer yet: %answer wants a value, a shape, an error or a letter.")
            )
        self._tell(said)

    def passed(self, step: str) -> bool:
        """Whether ``LESSON/STEP`` was passed in this session. The cell that asks is no attempt at the open step.

        Raises LessonNotFound for a step that the open lesson does not have.
        """
        self._graded = True
        key, _, name = step.rpartition("/")
        run = self._run
        if run is not None and run.lesson.key == key:
            if run.lesson.index(name) is None:
                raise LessonNotFound(gettext("Lesson '{lesson}' has no step '{step}'.", lesson=key, step=name))
            if run.passed(name):
                return True
        return step in self._passed

    def unbound(self, name: str) -> str:
        """A sentence about a name that is not defined, if the lesson has it; else ""."""
        return self._run.unbound(name) if self._run is not None else ""

    def fails(self, code: str) -> bool:
        """Whether ``code``, offered for a line that failed, is known to fail the open step."""
        return self._run is not None and self._run.known_to_fail(code)

    def begins(self, source: str) -> None:
        """A cell begins. Where it is the demo that is shown, the lesson's own variables and random numbers stand."""
        if self._printed is not None:
            return  # a cell inside a cell
        if belongs := _AT.match(source):
            lines = [line for line in source[belongs.end() :].split("\n") if line.strip()]
            self._draws = bool(lines) and all(line.startswith("%pt ") for line in lines)
            if self._run is not None and self._run.lesson.index(belongs[1]) is not None:  # else %at itself says it
                self.at(belongs[1])
            source = source[belongs.end() :]
        run = self._run
        if run is None or run.finished:
            return
        if run.shown and _same(source, run.shown):
            self._held = [each for each in run.advance() if not isinstance(each, RunDemo)]
        self._printed = self._capture.enter_context(capturing())

    def ran(self, outcomes: list[Outcome]) -> tuple[Say, ...]:
        """The cell has ended: what is to be said of it."""
        printed = self._printed.text if self._printed is not None else ""
        self._capture.close()
        self._printed = None
        graded, self._graded = self._graded, False
        if self._run is None or self._run.finished or not outcomes or graded:
            return ()
        held, self._held = self._held, []
        with _value_as_at_the_prompt(self._session.namespace):
            return (*held, *self._run.ran(outcomes, printed))

    def tell(self, said: Sequence[Say]) -> None:
        """Show what ``ran`` gave, and what comes with it."""
        self._tell(said)

    def close(self) -> None:
        """The extension is unloaded: what the learner has set for the whole session holds again."""
        self._capture.close()
        self._leave()
        self._run = None
        namespace = self._session.namespace
        for name, value in self._put.items():
            if namespace.get(name) is value:
                del namespace[name]
        self._put = {}

    def _leave(self) -> None:
        """The lesson is closed, and what was passed in it remembered."""
        if (run := self._run) is not None:
            self._passed |= {f"{run.lesson.key}/{step.id}" for step in run.lesson.steps if run.passed(step.id)}
            run.close()

    def _tell(self, said: Iterable[Say]) -> None:
        run = self._run
        told = list(said)
        if shown := _about_answers(told) if self._quiet and not self._in_full else told:
            self._show(shown)
        if run is None:
            return
        if told and isinstance(told[-1], RunDemo):
            if commands := told[-1].commands:
                self._draw(commands)
            else:
                self._run_cell(told[-1].source)  # what is said of it follows, as of any cell
            return
        text = "" if self._quiet else run.shown or run.prefill
        if text and (run.label, text) != self._given:
            self._next_cell(text)
        self._given = (run.label, text)

    def _draw(self, commands: Sequence[str]) -> None:
        """Give the commands of a picture, and go on; where the text stands in the notebook, so do they."""
        run = self._run
        assert run is not None
        for command in () if self._quiet else commands:
            with suppress(PtreplError):  # what there is to draw may be the learner's by now
                self._command(command.removeprefix("%"))
        self._tell(run.ran([]))

    def _put_names(self) -> None:
        """``torch``, ``nn``, ``F`` and ``device``, which lessons use, where the learner has no such names."""
        torch = own().torch
        accelerator = torch.accelerator.current_accelerator() if hasattr(torch, "accelerator") else None
        given = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "device": accelerator or torch.device("cpu")}
        for name, value in given.items():
            if name not in self._session.namespace:
                self._session.namespace[name] = self._put[name] = value


def _all_that_is_due() -> Sequence[Say]:
    """What ``%review`` would ask in which lesson."""
    now, lessons = datetime.now(UTC), whole_shelf().lessons
    known = plans(Progress(state_folder()).events(), now)
    if due := waiting(lessons, known, now):
        told = []
        for key, steps in due.items():
            said = gettext("due for review: {steps}", steps=", ".join(steps))
            told.append(Instruction(f"{key}: {said}"))
        first = next(iter(due))
        asks = gettext("%lesson {lesson} opens the first one; then %review asks what is due in it.", lesson=first)
        return (*told, Instruction(asks))
    ahead = (at for each in lessons if (at := next_due(known.get(each.key, {}), each.asked)) is not None)
    return (Instruction(nothing_due(min(ahead, default=None))),)


@contextmanager
def _value_as_at_the_prompt(namespace: Mapping[str, Any]) -> Iterator[None]:
    """Inside, ``_`` is where Python's prompt keeps it; IPython has it among the learner's names."""
    kept = vars(builtins)
    before = dict(kept)
    kept["_"] = namespace.get("_")
    try:
        yield
    finally:
        if "_" in before:
            kept["_"] = before["_"]
        else:
            kept.pop("_", None)


def _about_answers(said: Iterable[Say]) -> list[Say]:
    """What is said of the learner's doing, up to the next step; a solution of another kind with it."""
    found: list[Say] = []
    for each in said:
        if isinstance(each, Heading):
            break
        beside = isinstance(each, CodeBlock) and bool(found) and isinstance(found[-1], Feedback)
        if isinstance(each, (Feedback, Learned, RunDemo)) or beside:
            found.append(each)
    return found


def tells_of_the_mistake(said: Iterable[Say]) -> bool:
    """Whether the lesson has told of the very mistake that the cell ended with."""
    return any(isinstance(each, Feedback) and each.stands_alone for each in said)


def _same(source: str, shown: str) -> bool:
    return [line.rstrip() for line in source.strip().split("\n")] == [
        line.rstrip() for line in shown.strip().split("\n")
    ]
