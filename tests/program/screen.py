"""The whole program in a pseudo-terminal: keys in, what a person would see out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.children import PATIENCE, Child, launched

_COLOURS = re.compile(r"\x1b\[[\d;]*[mK]")


class Screen:
    """A running program and the screen that it draws on."""

    def __init__(self, child: Child, terminal: int, columns: int, rows: int) -> None:
        self._child = child
        self._terminal = terminal
        self.sent = bytearray()
        """All that the program wrote to its terminal."""
        self._screen = pyte.HistoryScreen(columns, rows, history=5000)
        self._stream = pyte.ByteStream(self._screen)
        self._screen.write_process_input = self.type

    def type(self, text: str) -> None:
        """Press the keys of ``text`` (``\\r`` is Enter, ``\\x03`` Ctrl-C)."""
        left = text.encode()
        while left:
            left = left[os.write(self._terminal, left) :]

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
    def cells(self) -> list[list[tuple[str, str, str]]]:
        """Of each of ``lines`` the cells: a character, its colour and that behind it, as six hex digits or a name."""
        buffer, size = self._screen.buffer, range(self._screen.columns)
        rows = [*self._screen.history.top, *(buffer[number] for number in range(self._screen.lines))]
        return [[(row[at].data, row[at].fg, row[at].bg) for at in size] for row in rows]

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

    def press_until(self, key: str, text: str) -> None:
        """Press ``key`` as a person does to whom nothing happens: again each second, until ``text`` is there."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.text:
            if time.monotonic() > deadline:
                raise AssertionError(f"pressed {key!r} for {text!r}; the screen shows:\n{self.text}")
            self.type(key)
            pressed = time.monotonic()
            while text not in self.text and time.monotonic() < pressed + 1:
                self._read()

    def leave(self) -> int:
        """Wait for the end of the program; its exit status, or minus the signal that ended it."""
        deadline = time.monotonic() + PATIENCE
        while (status := self._child.status()) is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; the screen shows:\n{self.text}")
            if not self._read():
                self._child.status(0.2)  # the terminal is closed; the interpreter is still being finalized
        while self._read(0.0):
            pass
        return status

    def interrupt(self) -> None:
        """SIGINT, as from outside."""
        os.kill(self._child.pid, signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self._child.pid, signal.SIGKILL)

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        _set_size(self._terminal, columns, rows)

    def _read(self, timeout: float = 0.2) -> bool:
        """Feed the screen what is there; False once there will be no more."""
        if not select.select([self._terminal], [], [], timeout)[0]:
            return self._child.status() is None
        try:
            sent = os.read(self._terminal, 65536)
        except OSError:  # nobody has the terminal open any more
            return False
        self.sent += sent
        self._stream.feed(sent)
        return bool(sent)


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def program(
    *arguments: str,
    code: str | None = None,
    columns: int = 80,
    rows: int = 30,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    cold: bool = False,
) -> Iterator[Screen]:
    """Run ptrepl, or ``code``, in a terminal of that size: forked with torch imported, unless ``cold``."""
    ours, theirs = pty.openpty()
    _set_size(theirs, columns, rows)
    try:
        with launched(
            *arguments,
            streams=[theirs] * 3,
            code=code,
            environment=environment,
            folder=folder,
            terminal=True,
            cold=cold,
        ) as child:
            os.close(theirs)
            yield Screen(child, ours, columns, rows)
    finally:
        os.close(ours)
