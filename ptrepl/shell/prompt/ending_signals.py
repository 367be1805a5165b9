"""A signal that ends or stops the program while the prompt is up: the terminal is as it was found, no line is lost."""

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

_GO_ON = ("SIGCHLD", "SIGCLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGINFO", "SIGTSTP", "SIGTTIN", "SIGTTOU")
"""Signals whose default does not end a program."""
_NOT_OURS = (
    "SIGKILL",
    "SIGSTOP",
    "SIGINT",
    "SIGSEGV",
    "SIGBUS",
    "SIGFPE",
    "SIGILL",
    "SIGABRT",
    "SIGIOT",
    "SIGTRAP",
    "SIGSYS",
)
"""Signals that cannot be handled, the one of Ctrl-C, and those of a process that is broken."""
_ENDING = tuple(
    sorted(set(map(int, signal.valid_signals())) - {int(getattr(signal, each, 0)) for each in _GO_ON + _NOT_OURS})
)
_STOP, _CONTINUE = (int(getattr(signal, name, 0)) for name in ("SIGTSTP", "SIGCONT"))
_DEFAULT = int(signal.SIG_DFL)


def _nothing() -> None:
    """Do nothing."""


@contextmanager
def tidies_up(
    terminal: int,
    keep: Callable[[], None] = _nothing,
    pause: Callable[[], None] = _nothing,
    resume: Callable[[], None] = _nothing,
) -> Iterator[None]:
    """Inside, a signal that ends the program calls ``keep`` and ``pause`` first, and puts ``terminal`` back.

    ``terminal``: its file descriptor. One that stops the program (``kill -TSTP``) calls ``pause`` and puts it back,
    too; ``resume`` is called once the program goes on. A signal that the learner handles, or ignores, is left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = _settings_of(terminal)

    def end(signum: int, frame: FrameType | None) -> None:
        set_handler(signum, _DEFAULT)
        for each in (keep, pause):
            with suppress(Exception):
                each()
        _put(terminal, before)
        os.kill(os.getpid(), signum)

    def stop(signum: int, frame: FrameType | None) -> None:
        during = _settings_of(terminal)
        with suppress(Exception):
            pause()
        _put(terminal, before)
        set_handler(signum, _DEFAULT)
        os.kill(os.getpid(), signum)
        set_handler(signum, stop)
        _put(terminal, during)
        go_on(signum, frame)  # also where it was not stopped, since no shell could have continued it

    def go_on(signum: int, frame: FrameType | None) -> None:
        with suppress(Exception):
            resume()

    handlers = dict.fromkeys(_ENDING, end) | {_STOP: stop, _CONTINUE: go_on}
    taken = [(number, each) for number, each in handlers.items() if number and getsignal(number) == _DEFAULT]
    for number, handler in taken:
        set_handler(number, handler)
    try:
        yield
    finally:
        for number, handler in taken:
            if getsignal(number) is handler:
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
