"""The prompt with a completer, and in vi mode."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.typing_keys import CTRL, ENTER, TAB, is_command, typed

PATIENCE = 10.0


def waited_for(steps: list[tuple[str, Callable[[Buffer], bool]]], words: list[str]) -> str:
    """The input after ``steps``: keys, and what must be true of the buffer before the next keys are sent."""
    with create_pipe_input() as terminal:
        reader = PromptReader(
            check_input,
            clean,
            is_command,
            InMemoryHistory(),
            tuple,
            completer=WordCompleter(words),
            input=terminal,
            output=DummyOutput(),
        )
        buffer = reader._session.default_buffer

        def send() -> None:
            for keys, reached in steps:
                terminal.send_text(keys)
                end = time.monotonic() + PATIENCE
                while not reached(buffer) and time.monotonic() < end:
                    time.sleep(0.002)
            terminal.close()

        thread = threading.Thread(target=send)
        thread.start()
        try:
            return reader.read()
        finally:
            thread.join()
            reader.close()


def test_tab_completes_and_enter_takes_the_choice_before_it_runs() -> None:
    steps: list[tuple[str, Callable[[Buffer], bool]]] = [
        ("x = ap" + TAB, lambda buffer: buffer.text == "x = appl" and buffer.complete_state is not None),
        (TAB, lambda buffer: buffer.text == "x = apple"),
        (ENTER, lambda buffer: buffer.complete_state is None),
        (" + 1" + ENTER, lambda buffer: True),
    ]
    assert waited_for(steps, ["apple", "apply", "pear"]) == "x = apple + 1"


def test_tab_in_the_margin_indents_though_there_is_a_completer() -> None:
    assert waited_for([("if a:\r" + TAB + "b\r\r", lambda buffer: True)], ["apple"]) == "if a:\n        b\n"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("x = 1\r", "x = 1"),
        ("if a:\rb\r\r", "if a:\n    b\n"),
        ("xy = 1" + CTRL["c"], None),
    ],
)
def test_vi_mode_knows_enter_and_ctrl_c(keys: str, text: str | None) -> None:
    if text is None:
        with pytest.raises(KeyboardInterrupt):
            typed(keys, vi=True)
    else:
        assert typed(keys, vi=True) == text
