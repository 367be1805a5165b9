"""Ctrl-C outside the learner's code: noted, and let through only where stopping is safe.

A handler that raises wherever we happen to be would, at the second or third press, raise inside the very code that
deals with the first (ptpython#343). So ours only notes the press; ``interruptible`` opens a window for waits and reads.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_noted = False


def _note(signum: int, frame: FrameType | None) -> None:
    """Keep it for ``stop_if_pressed``: what runs now is ours and short."""
    global _noted
    _noted = True


def forget_pressed() -> None:
    """What was pressed until now has been for what ran before."""
    global _noted
    _noted = False


def stop_if_pressed() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed since ``forget_pressed``, while our own code held it."""
    pressed = _noted
    forget_pressed()
    if pressed:
        raise KeyboardInterrupt


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
