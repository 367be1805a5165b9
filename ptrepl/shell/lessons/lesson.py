"""A lesson at the prompt: hands the learner's lines to the tutor and shows what the tutor says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.errors import LessonNotFound, UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.screen.prose import show
from ptrepl.shell.context import Advise, ShellContext
from ptrepl.shell.pager import wants_more
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.answers import is_begun_row
from ptrepl.tutor.isolation.time_limit import time_limit
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.library.catalog import FoundLesson
from ptrepl.tutor.library.installed import missing as missing_packages
from ptrepl.tutor.play.run import LESSON_COMMANDS, LessonRun, Mode
from ptrepl.tutor.play.say import Feedback, RunDemo, Say
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.replay.given_names import GIVEN_NAMES
from ptrepl.tutor.replay.replay import reached_names

DEMO_LIMIT = 60.0
"""Seconds that one fence of a demo may take. At a terminal, Ctrl-C ends it before."""


def require(found: FoundLesson, device: str) -> None:
    """Raises UsageError where the lesson cannot be taken here: on meta, or without a package that all of it needs, or
    the step that was asked for.
    """
    if device == "meta":
        raise UsageError(gettext("A lesson needs values, and tensors on meta have none; choose another --device."))
    lesson = found.lesson
    missing = missing_packages(lesson.all_packages)
    whole = [package for package in missing if package in lesson.packages]
    if missing and (whole or not lesson.without(missing).steps):
        raise UsageError(
            gettext(
                "The lesson '{id}' needs {package}; install it with: pip install {package}",
                id=lesson.id,
                package=(whole or missing)[0],
            )
        )
    if found.step is not None and lesson.without(missing).index(found.step) is None:
        raise UsageError(
            gettext(
                "The step '{lesson}/{step}' needs {package}; install it with: pip install {package}",
                lesson=lesson.id,
                step=found.step,
                package=missing[0],
            )
        )


class OpenLesson:
    """One lesson in one shell. ``read_line`` waits for Enter after each full screen; None for a pipe.

    ``alone``: the step that it begins at, and no other.
    """

    def __init__(
        self,
        found: FoundLesson,
        context: ShellContext,
        progress: Progress,
        read_line: Callable[[str], str] | None,
        *,
        alone: bool = False,
    ) -> None:
        self._context = context
        self._read_line = read_line
        self._found = found
        self._put_away = ""
        self._aside: dict[str, Any] = {}
        self._others: tuple[str, ...] = ()
        piped = read_line is None
        self._missing = missing_packages(found.lesson.all_packages)
        lesson = found.lesson.without(self._missing)
        left_out = tuple(step for step in found.lesson.steps if step not in lesson.steps)
        self._left_out = len(left_out)
        self.run = LessonRun(
            lesson,
            context.session,
            progress,
            file=found.file,
            digest=found.digest,
            left_out=left_out,
            piped=piped,
            by_line=not (piped or context.fix_key),
            alone=alone,
        )

    @property
    def label(self) -> str:
        """As ``context.Lesson`` says, here and below."""
        return self.run.label

    @property
    def id(self) -> str:
        return "" if self.run.finished else self.run.lesson.key

    @property
    def key(self) -> str:
        return self.run.lesson.key

    @property
    def mode(self) -> Mode:
        return self.run.mode

    @property
    def prefill(self) -> str:
        return "" if self._put_away == self.run.label else self.run.prefill

    @property
    def kept(self) -> str:
        return self.run.kept

    @property
    def finished(self) -> bool:
        return self.run.finished

    @property
    def completed(self) -> bool:
        return self.run.completed

    @property
    def names_first(self) -> tuple[frozenset[str], ...]:
        return self.run.names_first

    @property
    def way_back(self) -> str:
        if self.finished:
            return ""
        if self.completed:
            return gettext("You have finished this lesson. ptrepl --lesson {lesson} opens it again.", lesson=self.key)
        return gettext("The lesson goes on from here with: ptrepl --lesson {lesson}", lesson=self.key)

    def ask(self, read_line: Callable[[str, str], str], prefill: str) -> str:
        prompt = gettext("answer>") + " "
        text = read_line(prompt, prefill)
        while is_begun_row(text) and (more := read_line("... ".rjust(len(prompt)), "")).strip():
            text = more if more.lstrip()[0] in "%?!" else f"{text}\n{more}"
        return text

    def unbound(self, name: str) -> str:
        return self.run.unbound(name)

    def begin(self) -> None:
        """Open the lesson at the step that was asked for, or where the learner left off."""
        self._context.printer.fresh_line()  # keys pressed while torch loaded stand there, such as ^C
        self._tell_what_is_left_out()
        self._tell_of_dtype()
        self._tell(self.run.begin(self._found.step))

    def _tell_what_is_left_out(self) -> None:
        if not self._left_out:
            return
        fields = {"packages": " ".join(self._missing), "lesson": self.run.lesson.key}
        if self._read_line is None:  # nobody is there to type the commands
            text = ngettext(
                "{count} step of this lesson needs {packages}, which is not installed, and is left out. "
                "It comes with: pip install {packages}",
                "{count} steps of this lesson need {packages}, which is not installed, and are left out. "
                "They come with: pip install {packages}",
                self._left_out,
                **fields,
            )
        else:
            text = ngettext(
                "{count} step of this lesson needs {packages}, which is not installed, and is left out. "
                "To take it too, type %pip install {packages} and then %lesson {lesson}.",
                "{count} steps of this lesson need {packages}, which is not installed, and are left out. "
                "To take them too, type %pip install {packages} and then %lesson {lesson}.",
                self._left_out,
                **fields,
            )
        self._note(text)

    def _tell_of_dtype(self) -> None:
        name = str(own().torch.get_default_dtype()).removeprefix("torch.")
        if name != "float32":
            text = gettext(
                "Lessons use float32, the default dtype that PyTorch begins with. Yours, {dtype}, is back after the "
                "lesson.",
                dtype=name,
            )
            self._note(text)

    def close(self) -> None:
        self.run.close()

    def review(self, others: tuple[str, ...]) -> None:
        """Ask what is due, in the middle of a session: what the lesson binds is the learner's again afterwards.

        ``others``: lessons in which something is due too.
        """
        self._others = others
        namespace = self._context.session.namespace
        lesson = self.run.lesson
        names = reached_names(lesson, len(lesson.steps) - 1) | {*GIVEN_NAMES}
        self._aside = {name: namespace[name] for name in names if name in namespace}
        self._tell(self.run.review())

    def _put_back(self) -> None:
        session, aside = self._context.session, self._aside
        self._aside = {}
        changed = sorted(name for name, value in aside.items() if session.namespace.get(name) is not value)
        session.namespace.update(aside)
        session.rebase()
        if changed:
            names = ", ".join(changed)
            self._note(gettext("Your own variables are back as they were before the review: {names}.", names=names))
        if self._others:
            lessons = ", ".join(self._others)
            self._note(gettext("More is due in: {lessons}. %review asks it.", lessons=lessons))

    def _note(self, text: str) -> None:
        self._context.printer.lines(told(text, self._context.printer.width, "dim"))

    def command(self, name: str, arguments: str) -> None:
        """``%hint`` and its kin. Raises UsageError for one that lessons lack, LessonNotFound for a wrong step."""
        if name not in LESSON_COMMANDS:
            raise UsageError(gettext("A lesson has no command %{command}. Try %help.", command=name))
        self._put_away = ""
        try:
            self._tell(self.run.command(name, arguments))
        except KeyError as error:
            raise LessonNotFound(str(error.args[0])) from None

    def put_away(self) -> None:
        if self.prefill:
            self._put_away = self.run.label
            put_away = gettext("The starter is put away, so that you can try things; Up or %redo brings it back.")
            by_line = gettext("The starter is put away, so that you can try things; %redo brings it back.")
            self._note(put_away if self._context.fix_key else by_line)

    def advance(self) -> None:
        """An empty line where the lesson waits for Enter."""
        self._tell(self.run.advance())

    @property
    def offered(self) -> str:
        return self.run.offered

    def decline(self) -> None:
        self.run.offered, self.run.declined = "", bool(self.run.offered) or self.run.declined

    def doubts(self, text: str) -> bool:
        """Whether ``text`` is an answer with a ``?`` behind it, and no call for help."""
        return self.run.doubts(text)

    def answer(self, text: str) -> bool:
        """A line at the question; False if it is no answer but code to run."""
        said = self.run.answer(text)
        if said is None:
            return False
        self._tell(said)
        return True

    def ran(self, outcomes: list[Outcome], advise: Advise) -> None:
        """The learner's own input has run."""
        said = self.run.ran(outcomes, self._context.recording.printed_by(outcomes))
        answered = any(isinstance(each, Feedback) and each.stands_alone for each in said)
        advise(answered=answered, fails=self.run.known_to_fail)
        self._tell(said)

    def _run_demo(self, demo: RunDemo) -> int:
        """Run it; how many rows it has printed."""
        began, rows = time.monotonic(), self._context.printer.rows
        with time_limit(DEMO_LIMIT, raises=KeyboardInterrupt):  # as if the learner had stopped it
            if demo.commands:
                self._context.outcomes = []
                for command in demo.commands:
                    self._context.run_command(command)
            else:
                self._context.run_source(demo.source, None)
        if time.monotonic() - began >= DEMO_LIMIT:
            text = gettext("This took more than {seconds:g} seconds and was stopped.", seconds=DEMO_LIMIT)
            self._context.printer.error(told(text, self._context.printer.width, "bad"))
        printed = self._context.recording.printed_by(self._context.outcomes)
        return self._context.printer.rows - rows + printed.count("\n")

    def _tell(self, says: Iterable[Say]) -> None:
        said, below = list(says), 0
        while said:
            self._show(said, below)
            demo = said[-1]
            if not isinstance(demo, RunDemo):
                if self._aside and self.run.finished:
                    self._put_back()
                return
            below = self._run_demo(demo)
            said = list(self.run.ran(self._context.outcomes))

    def _show(self, said: list[Say], below: int) -> None:
        read_line, context = self._read_line, self._context
        types = False

        def more() -> bool:
            nonlocal types
            assert read_line is not None
            if not types and not wants_more(read_line, context):
                types = bool(context.prefill)  # who begins to type has the rest at once, and types below it
                return types
            return True

        if not show(said, context.printer, None if read_line is None else more, below=below):
            self._note(gettext("%redo shows this step from its beginning."))
