"""Ctrl-D that was typed while code ran."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def ctrl_d_waits(terminal: int) -> bool:
    """Take a Ctrl-D that waits in ``terminal``, a file descriptor, before anything else; whether there was one.

    Once the prompt has taken the terminal out of its canonical mode, it would come as a null, as Ctrl-Space does.
    """
    if terminal < 0 or sys.platform == "win32":
        return False
    import fcntl
    import termios

    try:
        if not termios.tcgetattr(terminal)[3] & termios.ICANON or not select.select([terminal], [], [], 0)[0]:
            return False
        # readable, and no byte to be read: the end of the input
        waiting = int.from_bytes(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4)), sys.byteorder)
        return waiting == 0 and os.read(terminal, 1) == b""
    except (termios.error, OSError, ValueError):
        return False


@contextmanager
def ctrl_d_is_a_key(terminal: int) -> Iterator[None]:
    """Inside, Ctrl-D is a key like any other to ``terminal``, a file descriptor, in its canonical mode too.

    Between a look at what waits and the prompt's own mode no Ctrl-D becomes a null, then.
    """
    if terminal < 0 or sys.platform == "win32":
        yield
        return
    import termios

    try:
        kept = termios.tcgetattr(terminal)[6][termios.VEOF]
        disabled = bytes([os.fpathconf(terminal, "PC_VDISABLE")])
        _set_end_of_file(terminal, disabled)
    except (termios.error, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error, OSError, ValueError):
            _set_end_of_file(terminal, kept)


def _set_end_of_file(terminal: int, key: bytes | int) -> None:
    import termios

    settings = termios.tcgetattr(terminal)
    settings[6][termios.VEOF] = key
    termios.tcsetattr(terminal, termios.TCSANOW, settings)
