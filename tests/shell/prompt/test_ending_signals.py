"""A signal that ends the program while it reads: the terminal, the history, the screen, whoever handles it."""

from __future__ import annotations

import io
import os
import pty
import signal
import termios
import tty
from collections.abc import Iterator

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.ending_signals import tidies_up
from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.typing_keys import is_command


@pytest.fixture
def terminal() -> Iterator[int]:
    ours, theirs = pty.openpty()
    yield theirs
    os.close(theirs)
    os.close(ours)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The signals that would have ended the process."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, int(number))))
    return sent


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_the_terminal_is_put_back_and_the_signal_goes_on(
    terminal: int, killed: list[tuple[int, int]], number: signal.Signals
) -> None:
    before, kept = termios.tcgetattr(terminal), []
    with tidies_up(terminal, lambda: kept.append(1 / 0 if kept else 1)):  # type: ignore[arg-type, func-returns-value]
        tty.setraw(terminal)
        signal.raise_signal(number)
        assert termios.tcgetattr(terminal) == before
        assert signal.getsignal(number) is signal.SIG_DFL
    assert (kept, killed) == ([1], [(os.getpid(), number)])


def test_a_signal_that_they_handle_is_theirs(terminal: int, killed: list[tuple[int, int]]) -> None:
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with tidies_up(terminal, lambda: heard.append("ours")):
            signal.raise_signal(signal.SIGTERM)
        assert (heard, killed) == ([signal.SIGTERM], [])
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("descriptor", [-1, 10_000])
def test_what_is_no_terminal_is_left(descriptor: int, killed: list[tuple[int, int]]) -> None:
    with tidies_up(descriptor, lambda: None):
        signal.raise_signal(signal.SIGTERM)
    assert [number for _, number in killed] == [signal.SIGTERM]


def test_half_a_line_is_kept_and_the_screen_is_the_shells(killed: list[tuple[int, int]]) -> None:
    stream, history = io.StringIO(), InMemoryHistory()
    output = Vt100_Output(stream, lambda: Size(rows=10, columns=60), term="xterm", enable_cpr=False)
    with create_pipe_input() as terminal:
        reader = PromptReader(check_input, clean, is_command, history, tuple, input=terminal, output=output)
        app = reader._session.app

        def look(_: object) -> None:
            if app.current_buffer.text == "half = 1" and not killed:
                signal.raise_signal(signal.SIGTERM)
                assert stream.getvalue().rindex("\x1b[?2004l") > stream.getvalue().rindex("\x1b[?2004h")
                app.exit(result="")

        app.after_render += look
        terminal.send_text("half = 1")
        reader.read()
        reader.close()
    assert history.get_strings() == ["half = 1"]
    assert [number for _, number in killed] == [signal.SIGTERM]
