"""A step graded by its exit status: played in a child process, whose word counts and not how it ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress


def graded(play: Callable[[], int], refused: Callable[[], None]) -> int:
    """The exit status of ``play``, run in a child; 1 where the child ended before it was through, whatever its status.

    An answer may end the process that runs it (``os._exit(0)``, ``os.execv``, a signal), which ``refused`` tells.
    Without fork, on Windows, ``play`` runs here. The child ends with its parent.
    """
    if not hasattr(os, "fork"):
        return play()
    reading, writing = os.pipe()
    alive, held = os.pipe()
    sys.stdout.flush()  # else both processes write what it holds
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        os.close(reading)
        os.close(held)
        threading.Thread(target=_end_with_parent, args=(alive,), daemon=True).start()
        status = play()
        os.write(writing, str(status).encode())
        os.close(writing)
        return status
    os.close(writing)
    os.close(alive)
    said, ended = _outcome(reading, pid)
    if not said and ended == 0:
        refused()
        ended = 1
    return ended or int(said)


def _outcome(reading: int, pid: int) -> tuple[bytes, int]:
    """What the child has said, and its exit status; as shells count, where a signal ended it."""
    while True:
        with suppress(KeyboardInterrupt):  # Ctrl-C goes to the child too, which decides what becomes of it
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            break
    os.set_blocking(reading, False)  # a process that the answer has started may hold the other end
    with suppress(BlockingIOError):
        return os.read(reading, 16), status if status >= 0 else 128 - status
    return b"", status if status >= 0 else 128 - status


def _end_with_parent(alive: int) -> None:
    with suppress(OSError):
        os.read(alive, 1)
        os.kill(os.getpid(), signal.SIGKILL)
