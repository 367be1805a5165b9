"""Runs the lesson's own code beside the learner's without leaving a trace: random state, defaults, output, time."""

from __future__ import annotations

import contextlib
import io
import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from types import FrameType
from typing import Any

__all__ = ["RandomState", "TookTooLong", "random_state", "set_random_state", "sown", "time_limit", "undisturbed"]

RandomState = tuple[Any, Any, Any]


class TookTooLong(BaseException):
    """The time limit passed. Not an Exception, so that ``except Exception`` in a learner's function lets it through."""


def random_state() -> RandomState:
    """The random-number states of torch on the CPU, Python and NumPy (None for one that is not loaded)."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy.random")
    return (
        torch.default_generator.get_state() if torch else None,
        random.getstate(),
        numpy.get_state() if numpy else None,
    )


def set_random_state(state: RandomState) -> None:
    """Put back what ``random_state`` gave."""
    ours, python, theirs = state
    if ours is not None:
        sys.modules["torch"].default_generator.set_state(ours)
    random.setstate(python)
    if theirs is not None:
        sys.modules["numpy.random"].set_state(theirs)


def sown(seed: int) -> RandomState:
    """The state just after sowing ``seed`` everywhere; the present state is left as it is."""
    before = random_state()
    try:
        torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy.random")
        if torch:
            torch.default_generator.manual_seed(seed)
        random.seed(seed)
        if numpy:
            numpy.seed(seed % 2**32)
        return random_state()
    finally:
        set_random_state(before)


@contextlib.contextmanager
def undisturbed() -> Iterator[io.StringIO]:
    """Gradients on, float32, the CPU, no warnings, output caught and given; afterwards all is as it was."""
    import torch

    state, dtype, grad = random_state(), torch.get_default_dtype(), torch.is_grad_enabled()
    caught = io.StringIO()
    try:
        torch._C._set_grad_enabled(True)
        torch._C._set_default_dtype(torch.float32)
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(caught),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield caught
    finally:
        torch._C._set_grad_enabled(grad)
        torch._C._set_default_dtype(dtype)
        set_random_state(state)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block after ``seconds``; without a limit outside the main thread and on Windows.

    Raised again each second, for code that swallows it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong

    handler = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
