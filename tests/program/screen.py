"""The whole program in a pseudo-terminal: keys in, what a person would see out."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

PATIENCE = 60.0
"""Seconds; a loaded machine is slow, and a test that waits on the clock is no test."""


_COLOURS = re.compile(r"\x1b\[[\d;]*[mK]")


class Screen:
    """A running program and the screen that it draws on."""

    def __init__(self, process: pexpect.spawn, columns: int, rows: int) -> None:
        self._process = process
        self.sent = bytearray()
        """All that the program wrote to its terminal."""
        self._screen = pyte.HistoryScreen(columns, rows, history=5000)
        self._stream = pyte.ByteStream(self._screen)
        self._screen.write_process_input = lambda answer: process.send(answer)

    def type(self, text: str) -> None:
        """Press the keys of ``text`` (``\\r`` is Enter, ``\\x03`` Ctrl-C)."""
        self._process.send(text)

    def enter(self, text: str) -> None:
        """Type a line and Enter."""
        self.type(text + "\r")

    @property
    def visible(self) -> list[str]:
        """The rows of the screen, without what has scrolled away."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def lines(self) -> list[str]:
        """All lines, those scrolled away first, without trailing blanks."""
        scrolled = ["".join(row[i].data for i in range(self._screen.columns)) for row in self._screen.history.top]
        return [line.rstrip() for line in [*scrolled, *self._screen.display]]

    @property
    def printed(self) -> list[str]:
        """The lines as the program wrote them, before the terminal broke any; not those that the prompt draws."""
        written = self.sent.decode(errors="replace").split("\r\n")
        ends = [_COLOURS.sub("", line.rpartition("\r")[2]) for line in written]
        return [line for line in ends if "\x1b" not in line and not line.startswith((">>>", "..."))]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    def wait(self, text: str, count: int = 1) -> str:
        """Read until ``text`` stands on the screen ``count`` times; the whole text."""
        deadline = time.monotonic() + PATIENCE
        while self.text.count(text) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"waited for {text!r} x{count}; the screen shows:\n{self.text}")
            self._read()
        return self.text

    def leave(self) -> int:
        """Wait for the end of the program; its exit status, or minus the signal that ended it."""
        deadline = time.monotonic() + PATIENCE
        while self._process.isalive():
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; the screen shows:\n{self.text}")
            if not self._read():
                time.sleep(0.02)  # the terminal is closed; the interpreter is still being finalized
        while self._read(0.0):
            pass
        self._process.close()
        status = self._process.exitstatus
        return status if status is not None else -int(self._process.signalstatus or 0)

    def interrupt(self) -> None:
        """SIGINT, as from outside."""
        os.kill(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self._process.pid, signal.SIGKILL)

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._process.setwinsize(rows, columns)

    def _read(self, timeout: float = 0.2) -> bool:
        """Feed the screen what is there; False once there will be no more."""
        try:
            sent = self._process.read_nonblocking(65536, timeout)
            self.sent += sent
            self._stream.feed(sent)
            return True
        except pexpect.TIMEOUT:
            return self._process.isalive()
        except pexpect.EOF:
            return False


@contextmanager
def program(
    *arguments: str,
    columns: int = 80,
    rows: int = 30,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    command: Sequence[str] = (sys.executable, "-m", "ptrepl"),
) -> Iterator[Screen]:
    """Run ptrepl in a terminal of that size."""
    process = pexpect.spawn(
        command[0],
        [*command[1:], *arguments],
        dimensions=(rows, columns),
        env={**os.environ, **(environment or {})},
        cwd=folder,
        timeout=None,
    )
    process.delaybeforesend = None
    try:
        yield Screen(process, columns, rows)
    finally:
        process.close(force=True)
