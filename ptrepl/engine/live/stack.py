"""The learner's functions that are running, and what a name means in them.

Until Python 3.13 (PEP 667) asking a function's frame for its locals makes a dictionary that lives as long as the call;
it would keep each tensor in it alive. So that is emptied again, and not asked for where somebody else may use it: the
function calls ``locals()``, or a debugger looks on.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

_USERS_OF_LOCALS = frozenset(("locals", "vars", "dir", "eval", "exec"))
_DEEPEST = 2000
"""Calls below which a recursion is followed; asking takes a microsecond for each."""
MISSING = object()
"""In the place of a value that is not there."""


class Stack:
    """The frames of the learner's code from ``frame`` on outwards. For a moment's use: it keeps them alive.

    ``learner_files``: whether a file of that name holds code of the learner's.
    """

    def __init__(self, frame: FrameType | None, learner_files: Callable[[str], bool]) -> None:
        self.frames: list[FrameType] = []
        """The innermost first."""
        self._traced = sys.gettrace() is not None
        for _ in range(_DEEPEST):
            if frame is None:
                break
            self._traced = self._traced or frame.f_trace is not None
            if learner_files(frame.f_code.co_filename):
                self.frames.append(frame)
            frame = frame.f_back

    def value(self, name: str, namespace: Mapping[str, Any]) -> tuple[Any, bool]:
        """What ``name`` means in the innermost function that has it, and True; else in ``namespace``, and False.

        ``MISSING`` where it means nothing.
        """
        for frame in self.frames:
            found = self.local(frame, name)
            if found is not MISSING:
                return found, True
        return namespace.get(name, MISSING), False

    def local(self, frame: FrameType, name: str) -> Any:
        """The local variable ``name`` of a function; ``MISSING`` where it has none or may not be asked."""
        code = frame.f_code
        if is_of_module(frame):
            return MISSING
        if name not in code.co_varnames and name not in code.co_cellvars and name not in code.co_freevars:
            return MISSING
        if sys.version_info >= (3, 13):
            return frame.f_locals.get(name, MISSING)
        if self._traced or not _USERS_OF_LOCALS.isdisjoint(code.co_names):
            return MISSING
        held = frame.f_locals
        found = held.get(name, MISSING)
        held.clear()
        return found


def is_of_module(frame: FrameType) -> bool:
    """Whether the names that ``frame`` assigns are those of a module, or of a class that is being made."""
    return not frame.f_code.co_flags & inspect.CO_OPTIMIZED
