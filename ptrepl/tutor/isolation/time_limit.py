"""Ends code that takes too long, also where it catches every exception; Ctrl-C ends it at once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType, TracebackType
from typing import Any

from ptrepl.folders import PACKAGE

_OURS = PACKAGE + os.sep
_LIBRARIES = (
    os.path.dirname(os.path.abspath(contextlib.__file__)) + os.sep,
    os.path.join(sys.prefix, "lib") + os.sep,
    "<frozen ",
)
_LATER = 0.01
"""Seconds until the next try where the code that runs must not be stopped at this moment."""
_AT_ONCE = 2e-5
"""After a try, the next one follows within these seconds, at a random moment: some try then falls outside the ``try``
of a loop like ``while True: try: … except: pass``, and ends it."""


class Stopped(BaseException):
    """The code was stopped from outside. No Exception, so that ``except Exception`` of a learner lets it through."""


class TookTooLong(Stopped):
    """The time limit passed."""


class Interrupted(Stopped):
    """Ctrl-C was pressed. Not KeyboardInterrupt, which the code may raise itself."""


def is_foreign(file: str) -> bool:
    """Whether the code of that file is ours or a library's, and not the learner's."""
    return file.startswith((_OURS, *_LIBRARIES))


def time_limit(
    seconds: float, *, interruptible: bool = False, busy: bool = False, raises: type[BaseException] = TookTooLong
) -> AbstractContextManager[None]:
    """Raise ``raises`` in the block after ``seconds``; without a limit outside the main thread and on Windows.

    A loop that swallows every exception (``except: pass``) is ended too: what is raised in the learner's code is raised
    there again and again until it comes out. Code of ours, and the clean-up of a library, is not cut off by that.
    Where the interpreter itself drops it (in a ``__del__``, a callback of ``gc`` or ``weakref``), nothing is printed.
    ``interruptible``: Ctrl-C ends the block at once, by Interrupted. ``busy``: of the processor's time, so that other
    programs do not shorten it; five times as much on the clock.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return contextlib.nullcontext()
    return _Limit(seconds, interruptible, raises, busy=busy)


def _called_by_us(frame: FrameType | None) -> bool:
    """Whether the code that runs is ours, or a library's that we have called."""
    while frame is not None:
        name = frame.f_globals.get("__name__")
        # by the module name too: the generated methods of a dataclass have "<string>" as their file
        if frame.f_code.co_filename.startswith(_OURS) or (type(name) is str and name.startswith("ptrepl.")):
            return True
        if not frame.f_code.co_filename.startswith(_LIBRARIES):
            return False
        frame = frame.f_back
    return False


class _Limit:
    # not a @contextmanager: a signal that comes on entry or exit must find a frame of ours, not one of contextlib
    def __init__(self, seconds: float, interruptible: bool, raises: type[BaseException], *, busy: bool) -> None:
        self._seconds = seconds
        self._busy = busy
        self._handlers: dict[int, Any] = {signal.SIGALRM: self._on_alarm}
        if interruptible:
            self._handlers[signal.SIGINT] = self._on_interrupt
        self._reason = raises
        self._struck = False
        self._over = False
        self._hook: Callable[[sys.UnraisableHookArgs], object] = sys.unraisablehook
        self._before: tuple[float, float] = (0.0, 0.0)
        self._began = (0.0, 0.0)

    def __enter__(self) -> None:
        for number, handler in self._handlers.items():
            self._handlers[number] = signal.signal(number, handler)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._on_unraisable
        self._began = time.process_time(), time.monotonic()
        self._before = signal.setitimer(signal.ITIMER_REAL, self._seconds, _LATER)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        signal.setitimer(signal.ITIMER_REAL, *self._before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if sys.unraisablehook == self._on_unraisable:  # not where the code has set one of its own
            sys.unraisablehook = self._hook

    def _on_unraisable(self, dropped: sys.UnraisableHookArgs) -> None:
        if not isinstance(dropped.exc_value, self._reason):  # the next alarm raises it again
            self._hook(dropped)

    def _on_alarm(self, signum: int, frame: FrameType | None) -> None:
        if self._busy and (left := self._left()) > 0:
            signal.setitimer(signal.ITIMER_REAL, max(left, _LATER), _LATER)
            return
        self._strike(frame)

    def _left(self) -> float:
        """Seconds in which the time may be over at the earliest."""
        processor, clock = self._began
        used = time.process_time() - processor
        return min(self._seconds - used, 5 * self._seconds - (time.monotonic() - clock))

    def _on_interrupt(self, signum: int, frame: FrameType | None) -> None:
        self._reason = Interrupted
        self._strike(frame)

    def _strike(self, frame: FrameType | None) -> None:
        if self._over:
            return
        in_library = frame is not None and frame.f_code.co_filename.startswith(_LIBRARIES)
        if _called_by_us(frame) or (self._struck and in_library):
            signal.setitimer(signal.ITIMER_REAL, _LATER, _LATER)
            return
        self._struck = True
        signal.setitimer(signal.ITIMER_REAL, random.SystemRandom().uniform(1e-6, _AT_ONCE), _LATER)
        raise self._reason
