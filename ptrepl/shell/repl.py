"""The loop: read, run, show. One for a terminal, one for a pipe."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from ptrepl.errors import OutputError, PtreplError
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import Leave
from ptrepl.shell.interrupts import forget_pressed, interruptible, stop_if_pressed
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from ptrepl.shell.context import LessonAtPrompt, ShellContext
    from ptrepl.shell.held_advice import HeldAdvice
    from ptrepl.shell.readers.reader import Reader

# modules that run and show an input are imported where they are used: preload.py loads them behind the first prompt

_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_LEAVE = ("exit", "quit")
_MOST_UNREAD = 3
"""Turns in a row that may fail before anything was read; after that, the same error is expected again."""
_LONGEST_QUESTION = 60


class Repl:
    """Runs what a reader gives, in the session of ``context``, and shows what it did."""

    def __init__(self, context: ShellContext) -> None:
        self.context = context
        self._failure_told = False
        self._key_told = False
        self._typed = True
        self._reading = False
        self._held: HeldAdvice | None = None
        """At a step of a lesson, which may answer the input alone."""
        context.run_source, context.run_command = self.run_source, self.run_command

    def run_source(self, source: str, filename: str | None = None) -> bool:
        """Run and show ``source``; whether all of it succeeded. Raises Leave where the code leaves.

        ``filename``: the file that it was read from; expressions inside its blocks show no values then.
        """
        from ptrepl.engine.outcome import Status
        from ptrepl.engine.run.source import is_indented
        from ptrepl.shell.resilience.excepthook import told_by_hook
        from ptrepl.shell.show import exit_status, show_outcome

        context = self.context
        context.outcomes = outcomes = []
        with interruptible():
            context.session.ready()
        stop_if_pressed()  # Enter and at once Ctrl-C: the modules that run the first input were being loaded
        self.tell_failure()
        if context.libraries is None:
            from ptrepl.shell.resilience.put_back import Libraries

            context.libraries = Libraries()
        shown = filename is None
        pasted = shown and self._typed and not is_indented(source)
        running = context.session.run(source, filename, nested_values=shown, pasted=pasted)
        if context.pins is not None:
            from ptrepl.shell.live.following import followed_statements

            running = followed_statements(context, running)
        by_hook = partial(told_by_hook, context.session, context.printer)
        context.reserve.hold()
        for outcome in context.recording.outcomes(source, filename, running, context.settings.xray):
            context.reserve.release()
            context.mend_streams()
            if context.figures is not None:
                context.figures.statement_ended()
            outcomes.append(outcome)
            if outcome.error is not None:
                context.failed, context.advised = outcome, outcome if outcome.advice else None
            elif outcome.advice:
                context.advised = outcome
            held = self._held
            show_outcome(outcome, context.printer, context.settings.xray, by_hook, advises=held is None)
            if held is not None:
                held.add(outcome)
            if outcome.status is Status.EXIT:
                raise Leave(exit_status(outcome))
            why = outcome.explanation
            context.fixes = () if why is None else tuple(fix.whole for fix in why.fixes)
        if self._held is None:
            self._tell_of_key()
        return all(outcome.status is Status.OK for outcome in outcomes)

    def show_figures(self, text: str = "") -> None:
        """Show the figures of matplotlib that ``text``, or what ran before, has drawn on and not shown."""
        if self.context.figures is not None:
            self.context.figures.show_left(text)

    def _tell_of_key(self) -> None:
        """Say once which key inserts a fix."""
        context = self.context
        if context.fix_key and context.fixes and not self._key_told:
            self._key_told = True
            from ptrepl.screen.explanation import fix_key_lines

            context.printer.error(fix_key_lines(context.fix_key, len(context.fixes), context.printer.error_width))

    def run_code(self, source: str) -> None:
        """Run the code of ``-c`` as it stands, without the clean-up of a paste; its expressions show their values."""
        self._typed = False
        self.run_source(source)

    @property
    def status(self) -> int:
        """The exit status that the last input would end a program with."""
        from ptrepl.shell.show import exit_status

        return exit_status(self.context.outcomes[-1]) if self.context.outcomes else 0

    def converse(self, reader: Reader, plainer: Callable[[], Reader] | None = None) -> int:
        """Prompt until the learner leaves; the exit status. No Ctrl-C, wherever it falls, ends the session.

        Neither does an error of ours: it is said in one line, and the prompt is there again. ``plainer`` makes the
        reader to go on with where ``reader`` fails again and again. Raises OutputError, and what fails without end.
        """
        self._typed = True
        unread = 0
        while True:
            self._reading = True
            try:
                self.context.mend()
                self.context.printer.fresh_line()
                self._turn(reader)
                unread = 0
            except KeyboardInterrupt:
                # printing may be interrupted once more; then SIGINT is held
                with suppress(KeyboardInterrupt):
                    self.context.printer.error([text_line("KeyboardInterrupt")])
                    if self.context.lesson is not None:
                        self.context.lesson.put_away()
            except EOFError:
                self.context.printer.lines([()])
                self._tell_of_lesson()
                return 0
            except Leave as leave:
                self._tell_of_lesson()
                return leave.status
            except SystemExit as leaving:  # a signal handler of the learner's
                return self._left_by(leaving)
            except Exception as error:
                if self._reading and self._raised_by_handler(error):
                    continue
                unread = unread + 1 if self._reading else 0
                self.survive(error, "reading a line" if self._reading else "dealing with the input")
                if unread < _MOST_UNREAD:
                    continue
                unread = 0
                if self.context.lesson is not None:
                    self.context.lesson = None
                    self.context.printer.error([text_line(gettext("The lesson is closed; your names stay."), "bad")])
                elif plainer is not None:
                    reader, plainer = plainer(), None
                else:
                    raise

    def _tell_of_lesson(self) -> None:
        """How to come back to the lesson that is left open."""
        lesson, printer = self.context.lesson, self.context.printer
        if lesson is not None and lesson.way_back:
            printer.lines(told(lesson.way_back, printer.width, "dim"))

    def _raised_by_handler(self, error: Exception) -> bool:
        """Whether a signal handler of the learner's raised it while the reader waited; it is shown then."""
        from ptrepl.shell.resilience.raised_while_waiting import tell_raised

        return tell_raised(error, self.context.printer)

    def _raised_by_theirs(self, error: Exception) -> bool:
        """Whether other code of the learner's raised it, which was called while ours ran; it is shown then."""
        from ptrepl.shell.resilience.raised_while_waiting import tell_called

        return tell_called(error, self.context.printer)

    def _left_by(self, leaving: SystemExit) -> int:
        """The exit status of ``leaving``, as Python makes it; a text is shown."""
        from ptrepl.engine.outcome import Outcome, Status
        from ptrepl.engine.run.failure import plain_code
        from ptrepl.shell.show import exit_status, show_outcome

        outcome = Outcome("", Status.EXIT, exit_code=plain_code(leaving))
        show_outcome(outcome, self.context.printer, "off")
        return exit_status(outcome)

    def survive(self, error: Exception, doing: str) -> None:
        """Say in one line what failed of ours, so that the session can go on.

        ``doing``: what ptrepl was doing, in a few words. The message of a PtreplError is the line as it is. Raises
        OutputError again, unless it is a file's that is full while a terminal still shows errors.
        """
        if isinstance(error, OutputError):
            if error.errno not in _FULL or not self.context.printer.shows_errors:
                raise error
            said = str(error)
        elif self.context.tell_replaced():
            return
        elif isinstance(error, PtreplError):
            said = str(error)
        elif self._raised_by_theirs(error):
            return
        else:
            try:
                from ptrepl.error_log import own_error

                said = own_error(error, doing)
            except ImportError:
                name = type.__dict__["__name__"].__get__(type(error))
                said = gettext("ptrepl itself failed ({error}). PTREPL_DEBUG=1 shows more.", error=name)
        printer = self.context.printer
        try:
            printer.error(told(said, printer.error_width, "bad"))
        except OutputError:
            raise
        except Exception:  # the error comes from printing itself
            sys.stderr.write(said + "\n")

    def _turn(self, reader: Reader) -> None:
        lesson = self.context.lesson
        asked = lesson is not None and lesson.mode == "answer"
        with interruptible():
            prefill, self.context.prefill = self.context.prefill, ""
            if lesson is None or not asked:
                starter, kept = ("", "") if lesson is None else (lesson.prefill, lesson.kept)
                text = reader.read(prefill=prefill or starter, kept=kept)
            else:
                text = lesson.ask(reader.read_line, prefill)
        forget_pressed()
        self._reading = False
        if self.context.figures is not None:
            self.context.figures.input_begins(text)
        if lesson is None:
            if not self._answered_in_words(text):
                self.handle(text)
        elif text.strip():
            lesson.decline()
            self._lesson_line(lesson, text, asked=asked)
        elif lesson.offered:
            self.handle(f"%lesson {lesson.offered}")
        else:
            lesson.advance()
        self.show_figures(text)

    def _lesson_line(self, lesson: LessonAtPrompt, text: str, *, asked: bool) -> None:
        from ptrepl.shell.commands.dispatch import is_command

        if asked and lesson.doubts(text) and lesson.answer(text):
            return
        if self._answered_in_words(text, prose=not asked or text.rstrip().endswith("?")):
            return
        label = lesson.label
        if is_command(text):
            self.handle(text)
        elif asked and lesson.answer(text):
            return
        elif (stray := self._stray_command(lesson, text)) is not None:
            asks, code = stray
            _ = self._answered_in_words(asks) or self.handle(asks)
            if self.context.lesson is lesson and lesson.label == label:
                self.context.prefill = code
        else:
            from ptrepl.shell.held_advice import HeldAdvice

            held = self._held = HeldAdvice(self.context, self._tell_of_key)
            try:
                self.handle(text)
                self._held = None
                if self.context.lesson is lesson and lesson.label == label:  # a command in it may have gone elsewhere
                    lesson.ran(self.context.outcomes, held.tell)
            finally:
                self._held = None
                held.tell()

    def _stray_command(self, lesson: LessonAtPrompt, text: str) -> tuple[str, str] | None:
        """A command of the lesson, or a question, that stands in the lines of its starter."""
        if lesson.mode != "python" or self.context.read_line is None:
            return None
        from ptrepl.shell.asked_in_words import LESSON_WORDS
        from ptrepl.shell.lessons.stray import stray_command, stray_question

        return stray_command(text, LESSON_WORDS, self.context.session.namespace) or stray_question(text)

    def _answered_in_words(self, text: str, *, prose: bool = True) -> bool:
        """Whether ``text`` asks in plain words for what a command answers; then that command is named.

        ``prose`` False: other words may be the answer to a question.
        """
        if len(text) > _LONGEST_QUESTION or "\n" in text:
            return False
        from ptrepl.shell.asked_in_words import asked_in_words
        from ptrepl.shell.inspect.word import finder
        from ptrepl.texts.language import languages

        lesson = self.context.lesson if self.context.lesson is not None and not self.context.lesson.finished else None
        said = asked_in_words(
            text,
            self.context.session.namespace,
            lambda: languages(self.context.settings.language, os.environ),
            in_lesson=lesson is not None,
            waits=lesson is not None and lesson.mode == "continue",
            prose=prose,
            find=finder(self.context.session),
            said_about=lambda word: lesson.said_about(word) if lesson is not None else "",
        )
        if said:
            self.context.printer.lines(told(said, self.context.printer.width, "dim"))
        return bool(said)

    def feed(self, reader: Reader) -> int:
        """Run what comes through a pipe, until it ends or a statement raises; the exit status."""
        self._typed = False
        while True:
            try:
                text = reader.read()
            except EOFError:
                return 0
            try:
                if not (self._answered_in_words(text, prose=False) or self.handle(text)):
                    return self.status or 1
            except Leave as leave:
                return leave.status
            except Exception as error:
                ours = isinstance(error, (PtreplError, OutputError))
                if ours or not (self.context.tell_replaced() or self._raised_by_theirs(error)):
                    raise
                return 1  # whether the statement has run nobody knows, so it is not run again

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
        from ptrepl.shell.readers.pieces import split_paste

        self.context.outcomes = []
        try:
            return all(self._handle_one(piece) for piece in split_paste(text, self.context.session.check))
        finally:
            self._read_pins()

    def _read_pins(self) -> None:
        """After an input: what ``%watch`` follows, for the bar; a line for each that changed where there is none."""
        pins, session = self.context.pins, self.context.session
        changed = () if pins is None else pins.read(session.namespace, session.module_name)
        if changed and not self.context.has_bar:
            self.context.printer.lines([text_line(gettext("watch: {facts}", facts=each), "dim") for each in changed])

    def _handle_one(self, text: str) -> bool:
        """Run one input, code or command; whether it succeeded."""
        if not text.strip():
            return True
        if text.strip() in _LEAVE and text.strip() not in self.context.session.namespace:
            raise Leave
        with self.context.recording.input(text):
            return self.run_command(text)

    def run_command(self, text: str) -> bool:
        """Run a command, or code, and show what it complains of; whether it succeeded."""
        from ptrepl.shell.commands.dispatch import give, parse_command

        command = parse_command(text)
        return self.run_source(text) if command is None else give(self.context, command)

    def tell_failure(self) -> None:
        """Say once why torch could not be imported, if it could not."""
        failure = self.context.torch_failure()
        if failure is not None and not self._failure_told:
            self._failure_told = True
            self.context.printer.error(told(str(failure), self.context.printer.error_width, "bad"))
