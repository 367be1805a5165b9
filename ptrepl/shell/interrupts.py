"""Ctrl-C outside the learner's code: noted, and let through only where stopping is safe.

A handler that raises wherever we happen to be would, at the second or third press, raise inside the very code that
deals with the first (ptpython#343). So ours only notes the press; ``interruptible`` opens a window for waits and reads.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


def _note(signum: int, frame: FrameType | None) -> None:
    """Do nothing: what runs now is ours and short."""


def hold_interrupts() -> None:
    """From now on, Ctrl-C does not raise in our own code."""
    signal.signal(signal.SIGINT, _note)


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, Ctrl-C raises KeyboardInterrupt, as everywhere in Python."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
