"""What only the terminal itself can say: whether it has sixel, how large its cells are, whether tmux passes on.

Asked when the first picture is drawn, while the learner's statement runs: never while the prompt reads, whose keys the
answer would be. A terminal that does not answer costs that picture a fifth of a second, once.
"""

from __future__ import annotations

import os
import re
import select
import struct
import sys
import time

_PATIENCE = 0.2
_ATTRIBUTES = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL = b"4"
_CELL = (10, 20)
"""Pixels of a cell, across and down, where the terminal does not say them."""


def terminal_has_sixel() -> bool:
    """Whether ``4`` is among the primary device attributes (DA1, xterm's ctlseqs). False where nobody answers."""
    answer = _asked(b"\x1b[c")
    found = _ATTRIBUTES.search(answer)
    return found is not None and _SIXEL in found[1].split(b";")


def cell_size() -> tuple[int, int]:
    """Width and height of a cell in pixels, as the kernel knows it from the terminal; else the usual one."""
    try:
        import fcntl
        import termios

        size = fcntl.ioctl(sys.__stdout__ or 1, termios.TIOCGWINSZ, b"\0" * 8)
    except (ImportError, OSError, ValueError):
        return _CELL
    rows, columns, width, height = struct.unpack("HHHH", size)
    if not (rows and columns and width and height):
        return _CELL
    across, down = width // columns, height // rows
    return (across, down) if across >= 4 and down >= 8 else _CELL


def tmux_passes_on() -> bool:
    """Whether tmux hands escape sequences on to its own terminal (``allow-passthrough``)."""
    import subprocess

    command = ["tmux", "show-options", "-Apv", "allow-passthrough"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.stdout.strip() in ("on", "all")


def _asked(question: bytes) -> bytes:
    """What the terminal answers, on a descriptor of our own; b"" if nothing, or if somebody has typed ahead."""
    try:
        import termios

        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except (ImportError, OSError):
        return b""
    try:
        before = termios.tcgetattr(terminal)
        if select.select([terminal], [], [], 0)[0]:
            return b""  # the keys are for the prompt
        asking = termios.tcgetattr(terminal)
        asking[3] &= ~(termios.ICANON | termios.ECHO)
        asking[6][termios.VMIN], asking[6][termios.VTIME] = 0, 0
        termios.tcsetattr(terminal, termios.TCSANOW, asking)
        try:
            os.write(terminal, question)
            return _answer(terminal)
        finally:
            termios.tcsetattr(terminal, termios.TCSANOW, before)
    except (OSError, termios.error):
        return b""
    finally:
        os.close(terminal)


def _answer(terminal: int) -> bytes:
    answer, end = b"", time.monotonic() + _PATIENCE
    while (left := end - time.monotonic()) > 0 and not _ATTRIBUTES.search(answer):
        if not select.select([terminal], [], [], left)[0]:
            break
        answer += os.read(terminal, 1024)
    return answer
