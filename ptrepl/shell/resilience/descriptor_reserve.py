"""File descriptors for our own needs, where the learner's code has opened all that a process may have.

The history, the log and what explains an error open files; without any left, "too many open files" could not even be
told.
"""

from __future__ import annotations

import os
from contextlib import suppress

_RESERVED = 6


class DescriptorReserve:
    """``hold`` before the learner's code runs, ``release`` after it."""

    def __init__(self) -> None:
        self._held: list[int] = []

    def hold(self) -> None:
        """Keep some descriptors from the code that follows."""
        with suppress(OSError):
            while len(self._held) < _RESERVED:
                self._held.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def release(self) -> None:
        """Take them for ourselves, if that code has opened all the others."""
        try:
            os.close(os.dup(self._held[0]) if self._held else os.open(os.devnull, os.O_RDONLY))
        except OSError:
            self.give_up()

    def give_up(self) -> None:
        """Close all that are held."""
        while self._held:
            with suppress(OSError):  # closed by somebody else
                os.close(self._held.pop())
