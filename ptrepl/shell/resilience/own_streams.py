"""Our own ends of the terminal: whatever the learner's code does to the standard streams, the prompt lives on.

``exit()`` closes ``sys.stdin`` before it raises, also where a test catches SystemExit; ``sys.stdout.close()``,
``sys.stdin.buffer.close()`` and ``os.close(1)`` are typed by accident and on purpose. Python's own prompt outlives all
of them, since it reads and writes below those objects.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from ptrepl.screen.printer import is_closed

_STREAMS = (("stdin", 0), ("stdout", 1), ("stderr", 2))
_FIRST = 10
"""Shells keep their own ends above the descriptors that a user may name in a redirection."""


class OwnStreams:
    """Duplicates of the descriptors 0, 1 and 2. Raises OSError where one of the three is not open."""

    def __init__(self) -> None:
        import fcntl

        self._ends = {number: fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _FIRST) for _, number in _STREAMS}
        self._encodings = {name: _encoding_of(getattr(sys, name)) for name, _ in _STREAMS}
        self.input: TextIO = self._text(self._ends[0], "stdin")
        """The terminal, to read keys from."""
        self.output: TextIO = self._text(self._ends[1], "stdout")
        """The terminal, to draw on."""

    def mend(self) -> list[str]:
        """Open again what the learner's code has closed; the names of those whose absence could have been noticed."""
        mended = []
        for name, number in _STREAMS:
            end = self._ends[number]
            if not _is_open(number) and not _is_open(end):  # os.closerange(0, 100)
                _open_terminal(end)
            if not _is_open(number):
                with suppress(OSError):
                    os.dup2(end, number)
                    mended.append(f"sys.{name}")
            elif not _is_open(end):  # os.closerange(3, 1024)
                os.dup2(number, end, inheritable=False)
            stream = getattr(sys, name, None)
            if is_closed(stream):
                fresh = self._text(number, name, shared=True)
                if getattr(sys, f"__{name}__", None) is stream:
                    setattr(sys, f"__{name}__", fresh)
                setattr(sys, name, fresh)
                mended.append(f"sys.{name}")
        return [name for name in dict.fromkeys(mended) if name != "sys.stdin"]

    def _text(self, number: int, name: str, *, shared: bool = False) -> TextIO:
        encoding, errors = self._encodings[name]
        raw = io.FileIO(number, "r" if name == "stdin" else "w", closefd=False)
        raw.name = f"<{name}>" if shared else number
        if name == "stdin":
            return io.TextIOWrapper(io.BufferedReader(raw), encoding=encoding, errors=errors)
        return io.TextIOWrapper(
            io.BufferedWriter(raw),
            encoding=encoding,
            errors=errors,
            line_buffering=True,
            write_through=name == "stderr",
        )


def _open_terminal(number: int) -> None:
    """The terminal that this session belongs to, as the descriptor ``number``."""
    with suppress(OSError):
        opened = os.open("/dev/tty", os.O_RDWR)
        if opened != number:
            os.dup2(opened, number, inheritable=False)
            os.close(opened)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _encoding_of(stream: TextIO) -> tuple[str, str]:
    return getattr(stream, "encoding", None) or "utf-8", getattr(stream, "errors", None) or "strict"
