"""The prompt of a terminal that can only print lines, and of a reader who wants no more: Python's own, line by line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

from prompt_toolkit.history import History

from ptrepl.screen.printer import is_terminal
from ptrepl.shell.prompt.editing import Check, Run, on_enter
from ptrepl.shell.prompt.ending_signals import tidies_up

_REPORT = re.compile(rb"\x1b\[\d+;\d+R")


class PlainReader:
    """A ``Reader`` that asks with ``input()``; with the line editor of Python, where there is one.

    ``is_command`` is asked for input that starts with ``%`` or ``!``, and says whether it runs at once.
    """

    def __init__(self, check: Check, is_command: Callable[[str], bool], history: History) -> None:
        self._check = check
        self._is_command = is_command
        self._history = history
        self._last = ""
        self._half_typed = ""
        self.ahead: list[str] = []
        """Lines that were typed before there was a prompt."""
        self._editor = _line_editor()
        if self._editor is not None:
            for entry in reversed(list(history.load_history_strings())):
                if "\n" not in entry:
                    self._editor.add_history(entry)

    def read(self, prompt: str = ">>> ", prefill: str = "", kept: str = "") -> str:
        """The next input to run; a blank line ends a block, and so does Ctrl-D. Raises EOFError if nothing is typed."""
        half_typed, self._half_typed = self._half_typed, ""
        try:
            text = self._ask(prompt, prefill or half_typed)
        except Exception as error:  # a signal handler of the learner's
            if not isinstance(error, EOFError) and self._editor is not None:
                self._half_typed = self._editor.get_line_buffer()
            raise
        while not isinstance(decision := on_enter(text, len(text), self._check, self._is_command), Run):
            try:
                text += "\n" + self._ask("... ".rjust(len(prompt)), "")
            except EOFError:
                decision = Run(text)
                print()
                break
        if decision.text and decision.text != self._last:
            self._history.append_string(decision.text)
        self._last = decision.text
        return decision.text

    def read_line(self, prompt: str = "", prefill: str = "") -> str:
        """One line as it is."""
        return self._ask(prompt, prefill)

    def when_drawn(self, call: Callable[[], None]) -> None:
        """Call it at once: ``input()`` does not say when it has printed its prompt."""
        call()

    def refresh(self) -> None:
        """There is no bar."""

    def close(self) -> None:
        """Nothing is held."""

    def _ask(self, prompt: str, prefill: str) -> str:
        editor = self._editor
        if self.ahead:
            line = self.ahead.pop(0)
            print(prompt + line)
            return line
        if prefill and (editor is None or "\n" in prefill):
            print(prefill)
        elif editor is not None and prefill:
            editor.set_startup_hook(lambda: editor.insert_text(prefill))
        try:
            with tidies_up(0, self._keep_half_typed, resume=lambda: self._draw_again(prompt)):
                return _asked(prompt)
        except SystemExit:  # a signal handler of the learner's
            self._keep_half_typed()
            raise
        finally:
            if editor is not None:
                editor.set_startup_hook(None)

    def _keep_half_typed(self) -> None:
        """Before the program ends: what is typed goes into the history."""
        typed = self._editor.get_line_buffer() if self._editor is not None else ""
        if typed.strip():
            self._history.append_string(typed)

    def _draw_again(self, prompt: str) -> None:
        """After the program was stopped: the line, below what the shell has printed."""
        typed = self._editor.get_line_buffer() if self._editor is not None else ""
        print(prompt + typed, end="", flush=True)


def _asked(prompt: str) -> str:
    """``input(prompt)``; the prompt is on stderr where stdout is a file, as Python's own is: ``ptrepl > FILE``."""
    if is_terminal(sys.stdout) or not is_terminal(sys.stderr):
        return input(prompt)
    print(prompt, end="", file=sys.stderr, flush=True)
    return input()


def _line_editor() -> ModuleType | None:
    """``readline``, which makes ``input()`` an editor with a history as soon as it is imported. Not on every system."""
    try:
        import readline
    except ImportError:
        return None
    return readline


def typed_behind_reports(terminal: int, seconds: float = 0.1) -> list[str]:
    """Take what waits in ``terminal``: where its cursor is, which a prompt has asked (``ESC [ 4 ; 1 R``), and keys.

    The lines that the keys make; the last one is not finished.
    """
    try:
        import select
        import termios
        import tty
    except ImportError:  # Windows
        return []
    waiting = b""
    with suppress(termios.error, OSError, ValueError):
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal, termios.TCSANOW)
        try:
            while select.select([terminal], [], [], seconds)[0] and (part := os.read(terminal, 1024)):
                waiting += part
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, before)
    lines = re.split(r"[\r\n]", _REPORT.sub(b"", waiting).decode(errors="ignore"))
    return ["".join(each for each in line if each.isprintable()) for line in lines]
