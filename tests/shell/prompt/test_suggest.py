"""What the history suggests, and by which keys it is taken."""

from __future__ import annotations

import threading
import time

import pytest
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader
from ptrepl.shell.prompt.suggest import rest_of_line
from tests.shell.typing_keys import CTRL, ENTER, TAB, UP, is_command

RIGHT, END = "\x1b[C", "\x1b[F"
PATIENCE = 10.0


@pytest.mark.parametrize(
    ("text", "entries", "rest"),
    [
        ("x", ["x = 1", "x = 2"], " = 2"),
        ("x = 1", ["x = 1", "x = 10"], "0"),
        ("x = 1", ["x = 1"], ""),
        ("y", ["x = 1"], ""),
        ("", ["x = 1"], ""),
        ("   ", ["    x = 1"], ""),
        ("for i", ["for i in x:\n    print(i)"], " in x:"),
        ("for i in x:\n    p", ["for i in x:\n    print(i)"], "rint(i)"),
        ("for i in x:\n    ", ["for i in x:\n    print(i)"], "print(i)"),
        ("def f():\n    los", ["while y:\n    loss.backward()\n    step()"], "s.backward()"),
        ("loss.b", ["if x:\n    y", "loss.backward()"], "ackward()"),
        ("%ti", ["%time f()"], "me f()"),
        ("变", ["变量 = 1"], "量 = 1"),
    ],
)
def test_how_a_line_goes_on(text: str, entries: list[str], rest: str) -> None:
    assert rest_of_line(text, entries) == rest


def after_suggestion(before: str, keys: str, *, wait: bool = True, answers: bool = False, vi: bool = False) -> str:
    """The input for ``keys``, pressed once the history has suggested how ``before`` goes on."""
    history = InMemoryHistory(["loss = torch.ones(2).sum()"])
    with create_pipe_input() as terminal:
        reader = PromptReader(
            check_input, clean, is_command, history, tuple, vi=vi, input=terminal, output=DummyOutput()
        )
        buffer = reader._session.default_buffer

        def send() -> None:
            terminal.send_text(before)
            end = time.monotonic() + (PATIENCE if wait else 0.2)
            while buffer.suggestion is None and time.monotonic() < end:
                time.sleep(0.002)
            terminal.send_text(keys)
            terminal.close()

        thread = threading.Thread(target=send)
        thread.start()
        try:
            return reader.read_line() if answers else reader.read()
        finally:
            thread.join()
            reader.close()


@pytest.mark.parametrize("vi", [False, True])
@pytest.mark.parametrize("key", [RIGHT, CTRL["e"], END])
def test_right_ctrl_e_and_end_take_it(key: str, vi: bool) -> None:
    assert after_suggestion("loss = t", key + ENTER, vi=vi) == "loss = torch.ones(2).sum()"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (ENTER, "loss = t"),
        (TAB + ENTER, "loss = t"),
        ("x" + ENTER, "loss = tx"),
        (CTRL["a"] + RIGHT + "_" + ENTER, "l_oss = t"),
        (UP + ENTER, "loss = torch.ones(2).sum()"),
    ],
)
def test_no_other_key_takes_it(keys: str, text: str) -> None:
    assert after_suggestion("loss = t", keys) == text


def test_a_question_is_not_answered_by_the_history() -> None:
    assert after_suggestion("loss = t", RIGHT + ENTER, wait=False, answers=True) == "loss = t"
