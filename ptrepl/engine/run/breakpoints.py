"""``breakpoint()`` in the learner's code: Python's own debugger, which ends where their statement does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from types import FrameType, TracebackType
from typing import Any

_waiting: list[Callable[[], AbstractContextManager[None]]] = [nullcontext]


def while_it_waits(waiting: Callable[[], AbstractContextManager[None]]) -> None:
    """From here on the debugger reads each of its commands inside ``waiting()``."""
    _waiting[0] = waiting


def break_here(*arguments: Any, **keywords: Any) -> None:
    """A ``sys.breakpointhook`` that knows which frames are the learner's."""
    if os.environ.get("PYTHONBREAKPOINT"):
        sys.__breakpointhook__(*arguments, **keywords)  # noqa: T100 -- it is what the user chose
        return
    debugger = _debugger()(skip=["ptrepl.*"])
    if header := keywords.get("header"):
        debugger.message(header)
    debugger.set_trace(sys._getframe(1))


def look_round(trace: TracebackType) -> None:
    """``pdb.post_mortem``: the debugger in the frames of an exception."""
    debugger = _debugger()()
    debugger.reset()
    debugger.interaction(None, trace)


def _first_of_theirs(frame: FrameType, executor: str) -> FrameType:
    """The frame of the statement that led to ``frame``; ``executor`` is the file whose code ran that statement."""
    while frame.f_back is not None and frame.f_back.f_code.co_filename != executor:
        frame = frame.f_back
    return frame


@cache
def _debugger() -> Any:
    # loaded with the first breakpoint, as by Python itself, and before anything is traced
    from pdb import Pdb

    from ptrepl.engine.run import execution

    class Debugger(Pdb):
        """Shows no frame of ours, and is done when the learner's statement is."""

        _reading: AbstractContextManager[None] | None = None

        def preloop(self) -> None:
            super().preloop()
            self._begin_reading()

        def precmd(self, line: str) -> str:
            self._end_reading()
            return str(super().precmd(line))

        def postcmd(self, stop: bool, line: str) -> bool:
            if not stop:
                self._begin_reading()
            return bool(super().postcmd(stop, line))

        def _cmdloop(self) -> None:
            try:
                super()._cmdloop()
            finally:
                self._end_reading()

        def _begin_reading(self) -> None:
            if self._reading is None:
                self._reading = _waiting[0]()
                self._reading.__enter__()

        def _end_reading(self) -> None:
            reading, self._reading = self._reading, None
            if reading is not None:
                reading.__exit__(None, None, None)

        def set_trace(self, frame: FrameType | None = None, **more: Any) -> None:
            super().set_trace(frame, **more)
            if frame is None:
                return
            # what stands below botframe is neither shown nor stopped at
            self.botframe = first = _first_of_theirs(frame, execution.__file__)
            below = first.f_back
            while below is not None:
                below.f_trace = None
                below = below.f_back

        def dispatch_return(self, frame: FrameType, arg: Any) -> Any:
            goes_on = super().dispatch_return(frame, arg)
            if frame is self.botframe:
                self.set_continue()
            return goes_on

    return Debugger
