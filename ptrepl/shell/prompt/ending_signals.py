"""A signal that ends the program while the prompt is up: the terminal is left as it was found, and no line is lost."""

from __future__ import annotations

import os
import signal
import threading

# the functions of module signal convert each argument to an enum and back
from _signal import getsignal  # type: ignore[import-not-found]
from _signal import signal as set_handler
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_ENDING = tuple(int(getattr(signal, name)) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))
_DEFAULT = int(signal.SIG_DFL)


@contextmanager
def tidies_up(terminal: int, keep: Callable[[], None]) -> Iterator[None]:
    """Inside, a signal that ends the program calls ``keep`` first, and puts the settings of ``terminal`` back.

    ``terminal``: its file descriptor. A signal that the learner handles, or ignores, is left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = _settings_of(terminal)

    def end(signum: int, frame: FrameType | None) -> None:
        set_handler(signum, _DEFAULT)
        with suppress(Exception):
            keep()
        _put(terminal, before)
        os.kill(os.getpid(), signum)

    taken = [number for number in _ENDING if getsignal(number) == _DEFAULT]
    for number in taken:
        set_handler(number, end)
    try:
        yield
    finally:
        for number in taken:
            if getsignal(number) is end:
                set_handler(number, _DEFAULT)


def _settings_of(terminal: int) -> list[object] | None:
    try:
        import termios
    except ImportError:  # Windows
        return None
    try:
        return termios.tcgetattr(terminal)
    except (termios.error, ValueError):
        return None


def _put(terminal: int, settings: list[object] | None) -> None:
    if settings is None:
        return
    import termios

    with suppress(termios.error, ValueError):
        termios.tcsetattr(terminal, termios.TCSANOW, settings)  # type: ignore[arg-type]
