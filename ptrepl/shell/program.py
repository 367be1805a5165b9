"""Puts the packages together for one run of the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from ptrepl import __version__
from ptrepl.engine.run.breakpoints import break_here, while_it_waits
from ptrepl.errors import PtreplError, UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer, is_terminal
from ptrepl.settings.config_file import load_config_in_its_language
from ptrepl.shell.context import Leave, ShellContext
from ptrepl.shell.effective_settings import settle
from ptrepl.shell.interrupts import hold_interrupts, interruptible
from ptrepl.shell.loader import TorchLoader
from ptrepl.shell.preload import preload, preload_failures
from ptrepl.shell.repl import Repl
from ptrepl.shell.resilience.own_imports import namesake
from ptrepl.shell.script import become_code, become_script, read_script
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from ptrepl.engine.run.session import Session
    from ptrepl.settings.arguments import Arguments
    from ptrepl.shell.lessons.lesson import OpenLesson
    from ptrepl.shell.readers.reader import TerminalReader
    from ptrepl.tutor.library.catalog import FoundLesson


class Program:
    """One run: what the arguments ask for, then the prompt if it stays."""

    def __init__(self, arguments: Arguments) -> None:
        self.arguments = arguments
        config = load_config_in_its_language()
        self.settings = settle(arguments, config)
        self.loader = TorchLoader(self.settings.device, self.settings.seed)
        self.printer = Printer(plain=self.settings.plain)
        self.printer.use_theme(self.settings.theme)
        for problem in config.problems:
            self.printer.error(told(problem, self.printer.width, "warn"))

    def run(self) -> int:
        """The exit status. Raises PtreplError for what cannot be used."""
        arguments = self.arguments
        at_terminal = is_terminal(sys.stdin)
        text = None
        if arguments.file is not None and arguments.file != "-":
            text = read_script(arguments.file)
        found = None
        if arguments.lesson is not None:
            from ptrepl.shell.lessons.lesson import require
            from ptrepl.texts.language import languages
            from ptrepl.tutor.library.catalog import open_lesson

            found = open_lesson(arguments.lesson, languages=languages(self.settings.language, os.environ))
            require(found, self.settings.device)
            if arguments.only and found.step is None:
                raise UsageError(gettext("--only wants the step that it is about: --lesson NAME/STEP --only."))
            if arguments.only and at_terminal:
                raise UsageError(gettext("--only takes the answer from a pipe; without it, the step is asked here."))
            if found.notice:
                self.printer.error(told(found.notice, self.printer.width, "warn"))
        context = ShellContext(
            lambda: self._make_session(context),
            printer=self.printer,
            settings=self.settings,
            stdin_is_tty=at_terminal,
        )
        context.torch_failure = lambda: self.loader.failure
        repl = Repl(context)
        # now, not when the session is made: prompt_toolkit sets a hook of its own while it reads
        if sys.breakpointhook is sys.__breakpointhook__:
            sys.breakpointhook = break_here
        status = 0
        if arguments.code is not None or text is not None:
            status = self._run_once(repl, text)
            if not arguments.stay:
                repl.show_figures()
                return status
        try:
            if at_terminal:
                return self._prompt(repl, found)
            if arguments.only:
                from ptrepl.shell.lessons.graded import graded

                return graded(lambda: self._pipe(repl, found), self._tell_refused)
            status = self._pipe(repl, found)
            repl.show_figures()
            return status
        except Leave as leave:  # the first demo of a lesson left
            return leave.status

    def _tell_refused(self) -> None:
        text = gettext("The answer has ended the program, so the step was not passed.")
        self.printer.error(told(text, self.printer.error_width, "bad"))

    def _make_session(self, context: ShellContext) -> Session:
        from ptrepl.engine.run.session import Session
        from ptrepl.screen.warning_text import wrap_warnings
        from ptrepl.shell.teaching import teach

        if context.figures is None:
            from ptrepl.shell.pictures.offered import OfferedViewer

            context.figures = OfferedViewer(context)
        session = Session("__main__", self.loader.names, adopt=True)
        session.watching = self.settings.xray != "off"
        session.with_cards = self.settings.xray == "full"
        wrap_warnings(lambda: self.printer.error_width)
        teach(
            session,
            lambda: self.settings.traps,
            lambda name: context.lesson.unbound(name) if context.lesson is not None else "",
            context.reserve.release,
        )
        return session

    def _run_once(self, repl: Repl, text: str | None) -> int:
        if self.arguments.stay:
            import ptrepl.shell.prompt.prompt
            import ptrepl.shell.readers.choose  # noqa: F401 -- before the folder of the script is looked into
        self._load_now()
        become_code(self.arguments.script_arguments, "-c" if self.arguments.code is not None else "")
        self._tell_of_namesake(os.path.dirname(self.arguments.file or ""))
        try:
            if text is not None and self.arguments.file is not None:
                become_script(repl.context.session, self.arguments.file, self.arguments.script_arguments, text)
                repl.run_source(text, os.path.abspath(self.arguments.file))
            else:
                repl.run_code(self.arguments.code or "")
        except Leave as leave:
            return leave.status
        except Exception as error:
            if not self.arguments.stay:
                raise
            repl.survive(error, "running the code")
            return 1
        return repl.status

    def _pipe(self, repl: Repl, found: FoundLesson | None) -> int:
        if found is not None:
            from ptrepl.shell.lessons.trust import trust

            trust(found, given=self.arguments.trust, ask=None)
        self._load_now()
        from ptrepl.shell.readers.choose import stream_reader

        reader = stream_reader()
        self._enter_folder()
        if found is None:
            return repl.feed(reader)
        return repl.feed_lesson(reader, self._open(repl.context, found, None))

    def _prompt(self, repl: Repl, found: FoundLesson | None) -> int:
        hold_interrupts()
        behind = self.settings.device in ("auto", "cpu", "meta")
        if behind:
            self.loader.begin(lambda: self._loaded(repl, reader))
        from ptrepl.shell.readers.choose import terminal_reader

        with suppress(ImportError, OSError):  # no fcntl, or no stderr: then the prompt has no more than Python's own
            from ptrepl.shell.resilience.own_streams import OwnStreams

            repl.context.own_streams = OwnStreams()
        reader = terminal_reader(repl.context, self.loader)
        while_it_waits(_tidies_up_stdin)
        self._enter_folder()
        repl.context.read_line = reader.read_line
        repl.context.read_key = getattr(reader, "read_key", None)
        if found is not None:
            from ptrepl.shell.lessons.trust import trust

            with interruptible():
                trust(found, given=self.arguments.trust, ask=reader.read_line)
        if behind:
            reader.when_drawn(self.loader.go_on)
        else:
            with interruptible():
                self._load_now()
        self._greet()
        try:
            if self.arguments.file is None and self.arguments.code is None:
                try:
                    self._start_up(repl.context)
                except Exception as error:
                    repl.survive(error, "starting up")
            if found is not None:
                with interruptible():
                    self._load_now()
                self._open_at_prompt(repl, found, reader)
            from ptrepl.shell.readers.choose import plain_reader

            return repl.converse(reader, lambda: plain_reader(repl.context, after_another=True))
        finally:
            reader.close()

    def _enter_folder(self) -> None:
        """Let the learner import what lies in the current folder, as at Python's prompt.

        Only now: a random.py or queue.py of theirs must not be taken for the module that we need ourselves.
        """
        if self.arguments.code is None and self.arguments.file in (None, "-"):
            become_code(self.arguments.script_arguments, "")
            self._tell_of_namesake(os.curdir)

    def _tell_of_namesake(self, folder: str) -> None:
        """Say that a file of the learner's hides torch from Python; here it hides nothing."""
        if not getattr(sys.flags, "safe_path", False) and (path := namesake(folder)):
            said = gettext(
                "Python would import {path} in place of PyTorch, since it has the same name. "
                "ptrepl uses PyTorch itself; rename the file.",
                path=os.path.normpath(path),
            )
            self.printer.error(told(said, self.printer.error_width, "warn"))

    def _open_at_prompt(self, repl: Repl, found: FoundLesson, reader: TerminalReader) -> None:
        try:
            self._open(repl.context, found, reader.read_line)
        except (PtreplError, Leave, EOFError):
            raise
        except Exception as error:
            repl.context.lesson = None
            repl.survive(error, "opening the lesson")

    def _open(self, context: ShellContext, found: FoundLesson, read_line: Callable[[str], str] | None) -> OpenLesson:
        from ptrepl.folders import state_folder
        from ptrepl.shell.lessons.lesson import OpenLesson
        from ptrepl.tutor.progress.log import Progress

        if self.loader.failure is not None:
            raise self.loader.failure
        lesson = OpenLesson(found, context, Progress(state_folder()), read_line, alone=self.arguments.only)
        context.lesson = lesson
        lesson.begin()
        return lesson

    def _loaded(self, repl: Repl, reader: TerminalReader) -> None:
        try:
            repl.tell_failure()
            reader.refresh()
        except Exception as error:  # an exception here would be lost
            from ptrepl.error_log import log

            log(error, "telling that torch is there")

    def _load_now(self) -> None:
        with suppress(Exception):  # whoever needs it imports it again, and says what is wrong
            preload()
            preload_failures()
        # wait for torch here: that the machine lacks the device has to be said before any code runs
        self.loader.names()
        if self.loader.failure is not None and type(self.loader.failure) is not PtreplError:
            raise self.loader.failure

    def _start_up(self, context: ShellContext) -> None:
        if self.settings.startup is None and not os.environ.get("PYTHONSTARTUP"):
            return
        from ptrepl.shell.startup import run_pythonstartup, run_startup

        run_pythonstartup(context)
        run_startup(context)

    def _greet(self) -> None:
        python = ".".join(map(str, sys.version_info[:3]))
        says = gettext("Type Python: each line shows what it did. %help lists commands; Ctrl-D leaves.")
        self.printer.fresh_line()  # a key pressed by now stands in the line, such as ^C
        self.printer.lines([(("title", f"ptrepl {__version__}"), ("dim", f" · Python {python}"))])
        self.printer.lines(told(says, self.printer.width, "dim"))
        if (self.arguments.lesson, self.arguments.file, self.arguments.code) != (None, None, None):
            return
        from ptrepl.folders import state_folder

        if not os.path.isfile(state_folder() / "progress.jsonl"):  # no lesson was ever begun
            offer = gettext("New here? %lesson start shows you how all this works.")
            self.printer.lines(told(offer, self.printer.width))
            return
        from ptrepl.shell.lessons.where_left import where_left

        if said := where_left(state_folder()):
            self.printer.lines(told(said, self.printer.width, "dim"))


def _tidies_up_stdin() -> AbstractContextManager[None]:
    from ptrepl.shell.prompt.ending_signals import tidies_up

    return tidies_up(0)
