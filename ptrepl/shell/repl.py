"""The loop: read, run, show. One for a terminal, one for a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from ptrepl.engine.outcome import Status
from ptrepl.errors import PtreplError
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import wrap
from ptrepl.shell.commands.dispatch import dispatch, is_command, parse_command
from ptrepl.shell.context import Leave, LessonAtPrompt, ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.readers.pieces import split_paste
from ptrepl.shell.readers.reader import Reader
from ptrepl.shell.show import exit_status, show_outcome
from ptrepl.texts.messages import gettext

_LEAVE = ("exit", "quit")
_CALL_HOOK = """\
(lambda sys: sys.excepthook(sys.last_type, sys.last_value, sys.last_traceback))(__import__('sys'))
"""


class Repl:
    """Runs what a reader gives, in the session of ``context``, and shows what it did."""

    def __init__(self, context: ShellContext, failure: Callable[[], PtreplError | None]) -> None:
        self.context = context
        self._failure = failure
        self._failure_told = False
        self._key_told = False
        self._typed = True
        context.run_source = self.run_source

    def run_source(self, source: str, filename: str | None = None) -> bool:
        """Run and show ``source``; whether all of it succeeded. Raises Leave where the code leaves.

        ``filename``: the file that it was read from; expressions inside its blocks show no values then.
        """
        context = self.context
        context.outcomes = outcomes = []
        with interruptible():
            context.session.ready()
        self.tell_failure()
        shown = filename is None
        running = context.session.run(source, filename, nested_values=shown, pasted=shown and self._typed)
        for outcome in context.recording.outcomes(source, filename, running, context.settings.xray):
            outcomes.append(outcome)
            if outcome.error is not None:
                context.failed = outcome
            show_outcome(outcome, context.printer, context.settings.xray, self._told_by_hook)
            if outcome.status is Status.EXIT:
                raise Leave(exit_status(outcome))
            why = outcome.explanation
            context.fixes = () if why is None else tuple(fix.code for fix in why.fixes)
        self._tell_of_key()
        return all(outcome.status is Status.OK for outcome in outcomes)

    def _told_by_hook(self) -> bool:
        if sys.excepthook is sys.__excepthook__:
            return False
        # the learner's code, so it runs as all of theirs does
        problem = self.context.session.run_quietly(_CALL_HOOK, "<sys.excepthook>")
        if problem is None:
            return True
        from ptrepl.screen.tracebacks import error_lines

        printer = self.context.printer
        printer.error([text_line(gettext("Your sys.excepthook failed:"), "bad"), *error_lines(problem)])
        printer.error([text_line(gettext("The error that it was called for:"), "bad")])
        return False

    def _tell_of_key(self) -> None:
        """Once, which key takes a fix."""
        context = self.context
        if context.fix_key and context.fixes and not self._key_told:
            self._key_told = True
            said = gettext(
                "{key} puts it into the prompt, where you can change it before you run it.", key=context.fix_key
            )
            context.printer.error(wrap([(("dim", said),)], context.printer.error_width, hang=0))

    def run_code(self, source: str) -> None:
        """Run the code of ``-c``, which means what it says, as a file does; its expressions show their values."""
        self._typed = False
        self.run_source(source)

    @property
    def status(self) -> int:
        """The exit status that the last input would end a program with."""
        return exit_status(self.context.outcomes[-1]) if self.context.outcomes else 0

    def converse(self, reader: Reader) -> int:
        """Prompt until the learner leaves; the exit status. No Ctrl-C, wherever it falls, ends the session."""
        self._typed = True
        while True:
            try:
                self.context.printer.fresh_line()
                self._turn(reader)
            except KeyboardInterrupt:
                # printing may be interrupted again; the handler of our own code lets no third one through
                with suppress(KeyboardInterrupt):
                    self.context.printer.error([text_line("KeyboardInterrupt")])
                    if self.context.lesson is not None:
                        self.context.lesson.put_away()
            except EOFError:
                self.context.printer.lines([()])
                return 0
            except Leave as leave:
                return leave.status

    def _turn(self, reader: Reader) -> None:
        lesson = self.context.lesson
        asked = lesson is not None and lesson.mode == "answer"
        with interruptible():
            if lesson is None or not asked:
                prefill, self.context.prefill = self.context.prefill, ""
                text = reader.read(prefill=prefill or (lesson.prefill if lesson is not None else ""))
            else:
                text = reader.read_line(gettext("answer>") + " ")
        if lesson is None:
            self.handle(text)
        elif text.strip():
            self._lesson_line(lesson, text, asked=asked)
        elif lesson.mode == "continue":
            lesson.advance()

    def _lesson_line(self, lesson: LessonAtPrompt, text: str, *, asked: bool) -> None:
        if is_command(text):
            self.handle(text)
        elif not (asked and lesson.answer(text)):
            self.handle(text)
            lesson.ran(self.context.outcomes)

    def feed(self, reader: Reader) -> int:
        """Run what comes through a pipe, until it ends or a statement raises; the exit status."""
        self._typed = False
        while True:
            try:
                text = reader.read()
            except EOFError:
                return 0
            try:
                if not self.handle(text):
                    return self.status or 1
            except Leave as leave:
                return leave.status

    def feed_lesson(self, reader: Reader, lesson: LessonAtPrompt) -> int:
        """Take a lesson's answers from a pipe; 0 if all of its steps were done, else 1.

        A statement that raises is an attempt, and the next one follows.
        """
        self._typed = False
        try:
            while not lesson.finished:
                if lesson.mode == "continue":
                    lesson.advance()
                    continue
                asked = lesson.mode == "answer"
                text = reader.read_line() if asked else reader.read()
                if text.strip():
                    self._lesson_line(lesson, text, asked=asked)
        except EOFError:
            pass
        except Leave as leave:
            return leave.status or 1
        return 0 if lesson.completed else 1

    def handle(self, text: str) -> bool:
        """Run what was typed or pasted, up to the first input in it that fails; whether all of it succeeded."""
        self.context.outcomes = []
        return all(self._handle_one(piece) for piece in split_paste(text, self.context.session.check))

    def _handle_one(self, text: str) -> bool:
        """Run one input, code or command; whether it succeeded."""
        if not text.strip():
            return True
        if text.strip() in _LEAVE and text.strip() not in self.context.session.namespace:
            raise Leave
        invocation = parse_command(text)
        with self.context.recording.input(text):
            if invocation is None:
                return self.run_source(text)
            try:
                return dispatch(self.context, invocation)
            except PtreplError as error:
                self.context.printer.error(told(str(error), self.context.printer.width, "bad"))
                return False

    def tell_failure(self) -> None:
        """Say once why torch could not be imported, if it could not."""
        failure = self._failure()
        if failure is not None and not self._failure_told:
            self._failure_told = True
            self.context.printer.error(told(str(failure), self.context.printer.error_width, "bad"))
