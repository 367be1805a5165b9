"""The reader that fits what stdin and stdout are: a prompt that edits in place, a plain one, or a stream."""

from __future__ import annotations

import io
import os
import sys
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from prompt_toolkit.history import History, InMemoryHistory

from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import is_terminal
from ptrepl.shell.effective_settings import FROM_SESSION
from ptrepl.shell.prompt.status import status

if TYPE_CHECKING:
    from ptrepl.engine.run.source import Complete, Incomplete, Invalid
    from ptrepl.shell.context import ShellContext
    from ptrepl.shell.loader import TorchLoader
    from ptrepl.shell.prompt.editing import Check
    from ptrepl.shell.readers.reader import Reader, TerminalReader
    from ptrepl.shell.signature.find import FoundSignature, SignatureFinder


_SOON = dict.fromkeys(("torch", "nn", "F", "device"))
"""What is there once torch is loaded."""


def stream_reader() -> Reader:
    """Statements from standard input, which is no terminal."""
    from ptrepl.shell.commands.dispatch import is_command
    from ptrepl.shell.readers.pipe import PipeReader

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="strict")  # else bytes that are no text come through as half characters
        # exit() closes it, also where the learner's code catches SystemExit, and what is left in it is still to run
        sys.stdin.close = lambda: None  # type: ignore[method-assign]
    return PipeReader(sys.stdin, is_command)


def terminal_reader(context: ShellContext, loader: TorchLoader) -> TerminalReader:
    """A prompt: plain where the terminal can do no more, or the user wants no more."""
    from ptrepl.shell.prompt.history import FileHistory, history_path

    printer, settings = context.printer, context.settings

    dumb = os.environ.get("TERM", "dumb") in ("dumb", "") or not is_terminal(sys.stdout)
    history: History = InMemoryHistory()
    if settings.history:
        history = FileHistory(history_path(), context.suspect)
        if history.notice:
            printer.error(told(history.notice, printer.error_width, "warn"))
    context.past = history
    if settings.plain or dumb:
        return plain_reader(context)
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import create_output

    from ptrepl.shell.complete.menu import CodeCompleter
    from ptrepl.shell.prompt.prompt import PromptReader

    def bar_status() -> Line:
        device = settings.device if settings.sources.get("device") == FROM_SESSION else None
        pins = context.pins.texts if context.pins is not None else ()
        return status(loader, context.lesson.label if context.lesson is not None else "", device, pins)

    def edit(text: str) -> str:
        from ptrepl.shell.prompt.external_editor import edit_text

        try:
            return edit_text(text)
        except UsageError as error:
            printer.error(told(str(error), printer.error_width, "bad"))
            return text

    def tell(error: BaseException) -> bool:
        from ptrepl.shell.resilience.raised_while_waiting import tell_called, tell_raised

        return tell_raised(error, printer) or context.tell_replaced() or tell_called(error, printer)

    context.fix_key, context.has_bar = "Ctrl-T", True
    own = context.own_streams
    return PromptReader(
        _check_of(context),
        _clean,
        _is_command,
        history,
        bar_status,
        completer=CodeCompleter(
            lambda: _names_by_now(context, loader),
            lambda: _steps(context),
            lambda: context.lesson.names_first if context.lesson is not None else (),
        ),
        find_signature=_signature_finder(context, loader),
        edit=edit,
        fixes=lambda: context.fixes,
        vi=settings.vi,
        suggests=settings.suggest,
        colour=lambda: printer.colour,
        tell=tell,
        mend_streams=context.mend_streams,
        input=create_input(own.input) if own is not None else None,
        output=create_output(own.output) if own is not None else None,
    )


def plain_reader(context: ShellContext, *, after_another: bool = False) -> TerminalReader:
    """Python's own prompt, line by line: where the terminal can do no more, or where ours has failed."""
    from ptrepl.shell.readers.plain import PlainReader, typed_behind_reports

    past = context.past if isinstance(context.past, History) else InMemoryHistory()
    reader = PlainReader(_check_of(context), _is_command, past)
    if after_another and context.own_streams is not None:
        # it has asked where the cursor is, and the answers would be read as typed
        *reader.ahead, context.prefill = typed_behind_reports(context.own_streams.input.fileno()) or [""]
    context.read_line, context.read_key, context.fix_key = reader.read_line, None, ""
    context.has_bar = False
    return reader


# what Enter asks for is loaded behind the first prompt, as preload.py says


def _check_of(context: ShellContext) -> Check:
    def check(text: str) -> Complete | Incomplete | Invalid:
        from ptrepl.engine.run.source import is_indented
        from ptrepl.shell.commands.dispatch import check_command

        return check_command(text, lambda code: context.session.check(code, pasted=not is_indented(code)))

    return check


def _is_command(text: str) -> bool:
    from ptrepl.shell.commands.dispatch import is_command

    return is_command(text)


def _clean(text: str) -> str:
    from ptrepl.engine.run.source import clean

    return clean(text)


def _names_by_now(context: ShellContext, loader: TorchLoader) -> Mapping[str, Any]:
    """What code may name. The session takes torch in with the first statement; a Tab may come before."""
    names = context.session.namespace
    if "torch" in names:
        return names
    return {**(_SOON if loader.loading else loader.names()), **names}


def _steps(context: ShellContext) -> Sequence[str] | None:
    """The steps of the lesson that is open."""
    if context.lesson is None or context.lesson.finished:
        return None
    from ptrepl.shell.lessons.lesson import OpenLesson

    lesson = context.lesson
    return [step.id for step in lesson.run.lesson.steps] if isinstance(lesson, OpenLesson) else ()


def _signature_finder(context: ShellContext, loader: TorchLoader) -> Callable[[str], FoundSignature | None]:
    """Imported when it is first asked, in the thread that asks: the prompt does not wait for it."""

    def names() -> ChainMap[str, object]:
        # until the first statement runs, torch is not among the learner's names
        preloaded = dict(loader.names()) if loader.loading or loader.device is not None else {}
        return ChainMap(context.session.namespace, preloaded)

    @cache
    def finder() -> SignatureFinder:
        from ptrepl.shell.signature.find import SignatureFinder

        return SignatureFinder(names)

    return lambda before: finder()(before)
