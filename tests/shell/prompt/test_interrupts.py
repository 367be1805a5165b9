"""Ctrl-C at the prompt, whenever it comes, ends one reading and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import textwrap
from collections.abc import Callable, Iterator

import pytest
from prompt_toolkit.application import Application
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader
from tests.children import run_code
from tests.shell.typing_keys import CTRL, is_command


@pytest.fixture
def terminal() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe:
        yield pipe


@pytest.fixture
def reader(terminal: PipeInput) -> Iterator[PromptReader]:
    reader = PromptReader(
        check_input, clean, is_command, InMemoryHistory(), tuple, input=terminal, output=DummyOutput()
    )
    yield reader
    reader.close()


def send_signal() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def fail() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["on_reset", "before_render", "after_render"])
@pytest.mark.parametrize("interrupt", [send_signal, fail])
def test_a_signal_at_any_moment(
    reader: PromptReader, terminal: PipeInput, moment: str, interrupt: Callable[[], None]
) -> None:
    event = getattr(reader._session.app, moment)

    def once(app: Application[str]) -> None:
        event.remove_handler(once)
        interrupt()

    handler = signal.getsignal(signal.SIGINT)
    for _ in range(3):
        event.add_handler(once)
        with pytest.raises(KeyboardInterrupt):
            reader.read()
    terminal.send_text("y\r")
    assert reader.read() == "y"
    assert signal.getsignal(signal.SIGINT) is handler


def test_ten_times_in_a_row(reader: PromptReader, terminal: PipeInput) -> None:
    for _ in range(10):
        terminal.send_text("x" + CTRL["c"])
        with pytest.raises(KeyboardInterrupt):
            reader.read()
    terminal.send_text("y\r")
    assert reader.read() == "y"


SESSION = """
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput
    from ptrepl.engine.run.source import check_input, clean
    from ptrepl.shell.prompt.prompt import PromptReader

    def fail(app):
        app.on_reset.remove_handler(fail)
        raise KeyboardInterrupt

    with create_pipe_input() as terminal:
        reader = PromptReader(
            check_input, clean, bool, InMemoryHistory(), tuple, input=terminal, output=DummyOutput()
        )
        terminal.send_text("x\x03")
        for _ in range(2):
            try:
                reader.read()
            except KeyboardInterrupt:
                print("interrupted")
            reader._session.app.on_reset.add_handler(fail)
        reader.close()
"""


def test_nothing_is_printed_about_it_afterwards() -> None:
    done = run_code(textwrap.dedent(SESSION))
    assert (done.stdout, done.stderr) == ("interrupted\ninterrupted\n", "")


def test_the_learners_own_event_loop_is_left_alone(reader: PromptReader, terminal: PipeInput) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        terminal.send_text("x\r")
        assert reader.read() == "x"
        assert asyncio.get_event_loop() is loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()
