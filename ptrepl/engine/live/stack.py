"""The learner's functions that are running, and what a name means in them.

Until Python 3.13 (PEP 667) asking a function's frame for its locals makes a dictionary that lives as long as the call;
it would keep each tensor in it alive. So that is emptied again, unless somebody else holds it, and not asked for where
that could be felt: the function uses ``locals()``, or a debugger or a profiler is on, which writes it back.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any

_USERS_OF_LOCALS = frozenset(("locals", "vars", "dir", "eval", "exec", "f_locals", "getargvalues"))
_OWN_REFERENCES = 3
"""To the dictionary of locals: the frame's, ours, and that of ``getrefcount``."""
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
        self._traced = sys.gettrace() is not None or sys.getprofile() is not None
        for _ in range(_DEEPEST):
            if frame is None:
                break
            if learner_files(frame.f_code.co_filename):
                self.frames.append(frame)
            frame = frame.f_back

    def value(self, name: str, namespace: Mapping[str, Any]) -> tuple[Any, CodeType | None]:
        """What ``name`` means in the innermost function that has it, and the code of that; else in ``namespace``.

        ``MISSING`` where it means nothing.
        """
        for frame in self.frames:
            found = self.local(frame, name)
            if found is not MISSING:
                return found, frame.f_code
        return namespace.get(name, MISSING), None

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
        if sys.getrefcount(held) <= _OWN_REFERENCES:
            held.clear()
        return found


def is_of_module(frame: FrameType) -> bool:
    """Whether the names that ``frame`` assigns are those of a module, or of a class that is being made."""
    return not frame.f_code.co_flags & inspect.CO_OPTIMIZED
