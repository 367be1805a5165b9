"""Address space for our own needs, where the learner's code has used all that a process may have.

Explaining an error and most commands import modules when they are first needed. Under a limit (``ulimit -v``,
``resource.setrlimit``) that a big tensor has used up, not even the reason could be told.
"""

from __future__ import annotations

import mmap
from contextlib import suppress

_RESERVED = 64 << 20
"""Bytes of address space; no memory stands behind them as long as nobody writes there."""
_ENOUGH = 24 << 20
"""Bytes that a command may need, with the stack of a thread."""


class MemoryReserve:
    """``hold`` before the learner's code runs, ``release`` after it."""

    def __init__(self) -> None:
        self._held: mmap.mmap | None = None

    def hold(self) -> None:
        """Keep some address space from the code that follows."""
        if self._held is None:
            with suppress(OSError):
                self._held = _mapped(_RESERVED)

    def release(self) -> None:
        """Take it for ourselves, if that code has used up all else."""
        if self._held is None:
            return
        try:
            _mapped(_ENOUGH).close()
        except OSError:
            self._held.close()
            self._held = None


def _mapped(size: int) -> mmap.mmap:
    """Raises OSError where the process may not have so much."""
    if not hasattr(mmap, "MAP_PRIVATE"):  # Windows
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
