"""Lets plot windows live while the prompt waits: the selector of its event loop calls Python's own ``PyOS_InputHook``.

Tk and Qt put a function of theirs there, which handles the events of their windows; the prompt of ``python`` calls it
ten times a second (``Modules/readline.c``). It is called without the interpreter's lock, as there.
"""

from __future__ import annotations

import selectors
import sys
import time
from functools import cache
from typing import Any

_SECONDS = 0.1
"""Between two calls, as in CPython. What answers within it, a key or a thread, does not wait for a slow hook."""


class HookedSelector(selectors.DefaultSelector):
    """A selector that calls the hook, if one is set, whenever nothing has happened for a while."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, as every selector says it."""
        hook = _hook()
        if hook is None:
            return super().select(timeout)
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = _SECONDS if end is None else max(0.0, end - time.monotonic())
            ready: list[tuple[selectors.SelectorKey, int]] = super().select(min(left, _SECONDS))
            if ready or left < _SECONDS:
                return ready
            hook()


def _hook() -> Any:
    """The function that is set, to be called; None for none. Whatever sets one has loaded ctypes, as torch does."""
    if "ctypes" not in sys.modules:
        return None
    pointer, kind = _place()
    address = pointer.value
    return None if address is None else kind(address)


@cache
def _place() -> tuple[Any, Any]:
    import ctypes

    return ctypes.c_void_p.in_dll(ctypes.pythonapi, "PyOS_InputHook"), ctypes.CFUNCTYPE(ctypes.c_int)
