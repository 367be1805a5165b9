"""Runs a piece of a lesson in a forked process, so that it can be stopped, may crash, and leaves no trace.

Where processes cannot be forked safely (anywhere but on Linux) the caller has to prepare the state for each run anew.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import TypeVar, cast

from ptrepl.tutor.isolation.time_limit import TookTooLong, time_limit

_T = TypeVar("_T")

FORKS = sys.platform == "linux"


class Lost(Exception):
    """The piece gave no result: it took more than ``seconds``, or, where that is None, it ended the process."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def apart(task: Callable[[], _T], seconds: float, busy: float | None = None) -> _T:
    """What ``task`` returns, pickled and unpickled. Raises Lost where it returns nothing within ``seconds``.

    ``busy``: seconds of the processor's time, after which it is ended too, however many programs share the machine.
    """
    if not FORKS:
        return _here(task, seconds, busy)
    readable, writable = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: torch's are idle, set to one
        pid = os.fork()
    if pid == 0:
        os.close(readable)
        _child(task, writable, busy)
    os.close(writable)
    try:
        content = _read(readable, seconds)
    finally:
        os.close(readable)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if not content:
        raise Lost
    failure, result = pickle.loads(content)
    if failure:
        raise RuntimeError(f"a trial failed:\n{failure}")  # a mistake in our own code: show all of it
    return cast("_T", result)


def _child(task: Callable[[], object], writable: int, busy: float | None) -> None:
    """Never returns."""
    try:
        if busy is not None:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)  # it ends the process
            signal.setitimer(signal.ITIMER_PROF, busy)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        try:
            content = pickle.dumps(("", task()))
        except Exception:
            content = pickle.dumps((traceback.format_exc(), None))
        while content:
            content = content[os.write(writable, content) :]
    finally:
        os._exit(0)


def _read(readable: int, seconds: float) -> bytes:
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([readable], [], [], left)[0]:
            raise Lost(seconds)
        part = os.read(readable, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _here(task: Callable[[], _T], seconds: float, busy: float | None) -> _T:
    limit = time_limit(seconds) if busy is None else time_limit(busy, busy=True)
    try:
        with limit:
            return task()
    except TookTooLong:
        raise Lost(seconds) from None
