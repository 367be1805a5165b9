"""Ctrl-C as KeyboardInterrupt, but not where it would leave a library in pieces, and never as another error.

Python may raise KeyboardInterrupt between any two of its steps. In the middle of an import that leaves half a package
in ``sys.modules``, which numpy and parts of torch cannot be imported over; so it waits until the import is done.
"""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType, TracebackType
from typing import Any

from ptrepl.engine.run.failure import is_learner_file

MOST_SECONDS = 1.0
"""An import that takes longer is cut by the next Ctrl-C."""
_KeyboardInterrupt = KeyboardInterrupt  # while the learner's code runs, every builtin may be the learner's
_AS_PYTHONS = repr(signal.default_int_handler)
_IMPORT = ("<frozen importlib._bootstrap>", "_find_and_load")

_cause, _context, _trace = (vars(BaseException)[name].__get__ for name in ("__cause__", "__context__", "__traceback__"))


class Interrupter:
    """A handler of SIGINT that raises KeyboardInterrupt; ``below`` is the file that runs the learner's code.

    ``signal.signal(signal.SIGINT, Interrupter(__file__))``
    """

    def __init__(self, below: str) -> None:
        self._below = below
        self._awaited: FrameType | None = None
        self._since = 0.0

    def __repr__(self) -> str:
        """As of the handler that it stands for, ``signal.default_int_handler``."""
        return _AS_PYTHONS

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        if self._awaited is not None:
            if sys.getprofile() == self._until_done and time.monotonic() - self._since < MOST_SECONDS:
                return
            self.forget()
            raise _KeyboardInterrupt
        awaited = self._import_of_a_library(frame)
        if awaited is None or sys.getprofile() is not None:
            raise _KeyboardInterrupt
        self._awaited, self._since = awaited, time.monotonic()
        sys.setprofile(self._until_done)

    def forget(self) -> None:
        """Wait for no import any more."""
        if self._awaited is not None:
            self._awaited = None
            if sys.getprofile() == self._until_done:
                sys.setprofile(None)

    def _import_of_a_library(self, frame: FrameType | None) -> FrameType | None:
        """The outermost import that is under way and runs no code of the learner's."""
        found = None
        while frame is not None and frame.f_code.co_filename != self._below:
            code = frame.f_code
            if (code.co_filename, code.co_name) == _IMPORT:
                found = frame
            elif code.co_filename != "<string>" and is_learner_file(code.co_filename):
                break  # "<string>": a library's dataclass has such methods, and the learner's exec has a caller
            frame = frame.f_back
        return found

    def _until_done(self, frame: FrameType, event: str, argument: Any) -> None:
        if frame is self._awaited and event == "return":
            self.forget()
            raise _KeyboardInterrupt


_OURS = (Interrupter.__call__.__code__, Interrupter._until_done.__code__)


def without_handler(trace: TracebackType | None) -> TracebackType | None:
    """``trace`` without the frame at its end that raised KeyboardInterrupt for us."""
    before, each = None, trace
    while each is not None and each.tb_frame.f_code not in _OURS:
        before, each = each, each.tb_next
    if each is None:
        return trace
    if before is not None:
        before.tb_next = None
    return None if before is None else trace


def interrupt_in(error: BaseException) -> KeyboardInterrupt | None:
    """The KeyboardInterrupt that ``error`` is, or that a library caught and made ``error`` of.

    One that the learner's own code caught has been dealt with: what is raised afterwards is an error of its own.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, KeyboardInterrupt) and (each is error or not _caught_by_the_learner(each)):
            return each
        left += [_cause(each), _context(each)]
    return None


def _caught_by_the_learner(error: BaseException) -> bool:
    # a traceback begins in the frame that caught the exception
    trace: TracebackType | None = _trace(error)
    return trace is None or is_learner_file(trace.tb_frame.f_code.co_filename)
