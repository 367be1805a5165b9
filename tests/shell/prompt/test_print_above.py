"""What other threads print while the prompt is up, and what they print into later."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.typing_keys import is_command

PATIENCE = 10.0


class Streams:
    """Two streams that a prompt stands between, and what was written to them."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()

    def while_prompting(self, act: Callable[[], object]) -> None:
        """Prompt while ``act`` runs in another thread, and press Enter when it is done."""
        with create_pipe_input() as terminal, redirect_stdout(self.out), redirect_stderr(self.err):
            reader = PromptReader(
                check_input, clean, is_command, InMemoryHistory(), tuple, input=terminal, output=DummyOutput()
            )

            def run() -> None:
                while not reader._session.app.is_running:
                    time.sleep(0.001)
                try:
                    act()
                finally:
                    terminal.send_text("x\r")

            thread = threading.Thread(target=run)
            thread.start()
            try:
                assert reader.read() == "x"
            finally:
                thread.join()
                reader.close()
            assert (sys.stdout, sys.stderr) == (self.out, self.err)

    def wait_until_written(self) -> None:
        """Wait until both streams have something."""
        end = time.monotonic() + PATIENCE
        while not (self.out.getvalue() and self.err.getvalue()) and time.monotonic() < end:
            time.sleep(0.005)


def test_whole_lines_appear_while_the_prompt_is_up() -> None:
    streams = Streams()
    seen = []

    def act() -> None:
        print("one")
        print("half", end="")
        print("warned", file=sys.stderr, flush=True)
        streams.wait_until_written()
        seen.append((streams.out.getvalue(), streams.err.getvalue()))

    streams.while_prompting(act)
    assert seen == [("one\n", "warned\n")]
    assert streams.out.getvalue() == "one\nhalf"


def test_nothing_is_lost_when_the_prompt_ends_first() -> None:
    streams = Streams()
    streams.while_prompting(lambda: print("late"))
    assert streams.out.getvalue() == "late\n"


def test_a_stream_that_a_library_kept_works_after_the_prompt() -> None:
    streams = Streams()
    kept = []
    streams.while_prompting(lambda: kept.append(sys.stderr))
    assert kept[0] is not streams.err
    kept[0].write("log")
    kept[0].flush()
    assert streams.err.getvalue() == "log"
    assert kept[0].isatty() is False


def test_many_threads_lose_no_line() -> None:
    streams = Streams()

    def act() -> None:
        def count(name: str) -> None:
            for number in range(200):
                print(f"{name}{number}\n", end="")

        threads = [threading.Thread(target=count, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    streams.while_prompting(act)
    assert sorted(streams.out.getvalue().split()) == sorted(f"{name}{n}" for name in "abc" for n in range(200))
