"""A call into the main thread, between two bytecodes of whatever runs there.

``Py_AddPendingCall`` takes a C function of one pointer; ``PyObject_IsTrue`` is one, and calls ``__bool__``. Unlike a
signal it interrupts no system call and takes no handler that the learner may want; unlike a callback of ctypes it lets
an exception through, so that a Ctrl-C that falls into it is not lost.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from types import FrameType

_waiting: set[object] = set()
"""Queued calls: the queue itself keeps nothing alive."""


class _Call:
    """One call that is queued."""

    def __init__(self, function: Callable[[FrameType | None], None]) -> None:
        self._function = function

    def __bool__(self) -> bool:
        _waiting.discard(self)
        self._function(sys._getframe(1))
        return False  # 0, which says that all went well


def call_in_main_thread(function: Callable[[FrameType | None], None]) -> bool:
    """Have the main thread call ``function`` with the frame that it is in, soon; False where too many calls wait."""
    call = _Call(function)
    _waiting.add(call)
    queued: int = _add(_is_true, call)
    if queued:
        _waiting.discard(call)
    return not queued


_add = ctypes.pythonapi.Py_AddPendingCall
_add.argtypes = [ctypes.c_void_p, ctypes.py_object]
_add.restype = ctypes.c_int
_is_true = ctypes.cast(ctypes.pythonapi.PyObject_IsTrue, ctypes.c_void_p)
