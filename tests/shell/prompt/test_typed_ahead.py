"""Ctrl-D typed before the prompt takes the terminal is the end of the input, whenever it came."""

from __future__ import annotations

import os
import pty
import select
import termios
import tty
from collections.abc import Iterator

import pytest

from ptrepl.shell.prompt.typed_ahead import ctrl_d_is_a_key, ctrl_d_waits

Terminal = tuple[int, int]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Who types, and who reads: both ends of a terminal in its canonical mode, with nothing echoed."""
    keys, reads = pty.openpty()
    settings = termios.tcgetattr(reads)
    settings[3] &= ~termios.ECHO
    termios.tcsetattr(reads, termios.TCSANOW, settings)
    yield keys, reads
    os.close(keys)
    os.close(reads)


def test_a_ctrl_d_typed_while_code_ran_is_taken(terminal: Terminal) -> None:
    keys, reads = terminal
    os.write(keys, b"\x04")
    select.select([reads], [], [], 60)  # the kernel hands it on a moment later
    with ctrl_d_is_a_key(reads):
        assert ctrl_d_waits(reads)
        assert not ctrl_d_waits(reads), "it was taken"


def test_a_ctrl_d_between_the_look_and_the_prompts_mode_is_a_key(terminal: Terminal) -> None:
    keys, reads = terminal
    with ctrl_d_is_a_key(reads):
        assert not ctrl_d_waits(reads)
        os.write(keys, b"\x04")
        tty.setraw(reads, termios.TCSANOW)
        assert os.read(reads, 1) == b"\x04"


def test_what_ends_the_input_of_code_is_as_it_was(terminal: Terminal) -> None:
    keys, reads = terminal
    before = termios.tcgetattr(reads)
    with ctrl_d_is_a_key(reads):
        assert termios.tcgetattr(reads) != before
    assert termios.tcgetattr(reads) == before
    os.write(keys, b"\x04")
    assert os.read(reads, 10) == b""


def test_without_a_terminal_nothing_waits() -> None:
    with open(os.devnull) as nothing, ctrl_d_is_a_key(nothing.fileno()), ctrl_d_is_a_key(-1):
        assert not ctrl_d_waits(nothing.fileno())
        assert not ctrl_d_waits(-1)
