"""Types keys into the prompt, without a terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput, Output

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader

ENTER, TAB, BACKSPACE = "\r", "\t", "\x7f"
UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
ALT_ENTER = "\x1b\r"
SHIFT_TAB = "\x1b[Z"
PATIENCE = 30.0
"""Seconds that a step may take on a loaded machine."""
Step = tuple[str, Callable[[Buffer], bool]]
"""Keys, and what must be true of the buffer before the next keys are sent."""
CTRL = {letter: chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"}


def is_command(text: str) -> bool:
    return text.lstrip()[:1] in ("%", "!")


def paste(text: str) -> str:
    """What a terminal sends for a paste."""
    return f"\x1b[200~{text}\x1b[201~"


def ask(
    keys: str,
    question: Callable[[PromptReader], Any] = PromptReader.read,
    *,
    history: History | Sequence[str] = (),
    output: Output | None = None,
    **more: Any,
) -> Any:
    """What ``question`` gives when ``keys`` are typed. EOFError if they leave it open."""
    kept = history if isinstance(history, History) else InMemoryHistory(history)
    with create_pipe_input() as terminal:
        terminal.send_text(keys)
        terminal.close()
        reader = PromptReader(
            check_input, clean, is_command, kept, tuple, input=terminal, output=output or DummyOutput(), **more
        )
        try:
            return question(reader)
        finally:
            reader.close()


def typed(keys: str, **more: Any) -> str:
    """The input that the prompt gives for ``keys``."""
    text = ask(keys, **more)
    assert isinstance(text, str)
    return text


def typed_step_by_step(steps: Sequence[Step], completer: Completer) -> str | None:
    """The input after ``steps`` and Enter; None where Ctrl-C ended it. Fails at the first step that is not reached."""
    with create_pipe_input() as terminal:
        reader = PromptReader(
            check_input,
            clean,
            is_command,
            InMemoryHistory(),
            tuple,
            completer=completer,
            input=terminal,
            output=DummyOutput(),
        )
        buffer = reader._session.default_buffer
        missed: list[str] = []

        def send() -> None:
            for keys, reached in steps:
                terminal.send_text(keys)
                end = time.monotonic() + PATIENCE
                while not reached(buffer):
                    if time.monotonic() > end:
                        missed.append(f"{keys!r}: {buffer.text!r}")
                        terminal.close()
                        return
                    time.sleep(0.002)
            terminal.send_text(ENTER)
            terminal.close()

        thread = threading.Thread(target=send)
        thread.start()
        text = None
        try:
            text = reader.read()
        except KeyboardInterrupt:
            pass
        except EOFError:
            assert missed, "the prompt was left open"
        finally:
            thread.join()
            reader.close()
        assert not missed
        return text
