"""Types keys into the prompt, without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput, Output

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader

__all__ = [
    "ALT_ENTER",
    "BACKSPACE",
    "CTRL",
    "DOWN",
    "ENTER",
    "LEFT",
    "SHIFT_TAB",
    "TAB",
    "UP",
    "ask",
    "is_command",
    "paste",
    "typed",
]

ENTER, TAB, BACKSPACE = "\r", "\t", "\x7f"
UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
ALT_ENTER = "\x1b\r"
SHIFT_TAB = "\x1b[Z"
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
