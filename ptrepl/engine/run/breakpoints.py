"""``breakpoint()`` in the learner's code: Python's own debugger, which ends where their statement does."""

from __future__ import annotations

import os
import sys
from functools import cache
from types import FrameType
from typing import Any


def break_here(*arguments: Any, **keywords: Any) -> None:
    """A ``sys.breakpointhook`` that knows which frames are the learner's."""
    if os.environ.get("PYTHONBREAKPOINT"):
        sys.__breakpointhook__(*arguments, **keywords)  # noqa: T100 -- it is what the user chose
        return
    debugger = _debugger()(skip=["ptrepl.*"])
    if header := keywords.get("header"):
        debugger.message(header)
    debugger.set_trace(sys._getframe(1))


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
