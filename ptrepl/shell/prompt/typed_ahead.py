"""Ctrl-D that was typed while code ran."""

from __future__ import annotations

import os
import select
import sys


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
