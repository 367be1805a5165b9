"""The loop: read, run, show. One for a terminal, one for a pipe."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.errors import PtreplError
from ptrepl.screen.line import text_line
from ptrepl.shell.commands import dispatch, parse
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.reader import Reader
from ptrepl.shell.show import exit_status, show_outcome

__all__ = ["Leave", "Repl"]

_LEAVE = ("exit", "quit")


class Leave(Exception):
    """The session is over; ``status`` is the exit status of the program."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


class Repl:
    """Runs what a reader gives, in the session of ``context``, and shows what it did."""

    def __init__(self, context: ShellContext, failure: Callable[[], PtreplError | None]) -> None:
        self.context = context
        self._failure = failure
        self._failure_told = False
        context.run_source = self.run_source
        self.last: list[Outcome] = []
        """The outcomes of the last input."""

    def run_source(self, source: str, filename: str | None = None) -> bool:
        """Run and show ``source``; whether all of it succeeded. Raises Leave where the code leaves.

        ``filename``: the file that it was read from; expressions inside its blocks show no values then.
        """
        context = self.context
        self.last = []
        with interruptible():
            context.session.ready()
        self._tell_failure()
        for outcome in context.session.run(source, filename, nested_values=filename is None):
            self.last.append(outcome)
            show_outcome(outcome, context.printer, context.settings.xray)
            if outcome.status is Status.EXIT:
                raise Leave(exit_status(outcome))
        return all(outcome.status is Status.OK for outcome in self.last)

    @property
    def status(self) -> int:
        """The exit status that the last input would end a program with."""
        return exit_status(self.last[-1]) if self.last else 0

    def converse(self, reader: Reader) -> int:
        """Prompt until the learner leaves; the exit status. No Ctrl-C, wherever it falls, ends the session."""
        while True:
            try:
                self._turn(reader)
            except KeyboardInterrupt:
                # printing may be interrupted again; the handler of our own code lets no third one through
                with suppress(KeyboardInterrupt):
                    self.context.printer.error([text_line("KeyboardInterrupt")])
            except EOFError:
                self.context.printer.lines([()])
                return 0
            except Leave as leave:
                return leave.status

    def _turn(self, reader: Reader) -> None:
        with interruptible():
            text = reader.read()
        self.handle(text)

    def feed(self, reader: Reader) -> int:
        """Run what comes through a pipe, until it ends or a statement raises; the exit status."""
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

    def handle(self, text: str) -> bool:
        """Run one input, code or command; whether it succeeded."""
        if not text.strip():
            return True
        if text.strip() in _LEAVE and text.strip() not in self.context.session.namespace:
            raise Leave
        invocation = parse(text)
        if invocation is None:
            return self.run_source(text)
        try:
            dispatch(self.context, invocation)
        except PtreplError as error:
            self.context.printer.error([text_line(str(error), "bad")])
            return False
        return True

    def _tell_failure(self) -> None:
        failure = self._failure()
        if failure is not None and not self._failure_told:
            self._failure_told = True
            self.context.printer.error([text_line(str(failure), "bad")])
