"""Code that takes too long is ended, whatever it catches; Ctrl-C ends it at once."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from ptrepl.tutor.isolation.time_limit import Interrupted, TookTooLong, time_limit

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")


def sleeps() -> None:
    while True:
        time.sleep(1)


def counts() -> None:
    while True:
        pass


def catches_exceptions() -> None:
    while True:
        try:
            time.sleep(1)
        except Exception:
            continue


def catches_everything() -> None:
    while True:
        try:
            time.sleep(1)
        except BaseException:  # as the bare except of a beginner
            pass


def catches_everything_twice() -> None:
    while True:
        try:
            while True:
                try:
                    time.sleep(0.1)
                except BaseException:
                    pass
        except BaseException:
            pass


def suppresses_everything() -> None:
    while True:
        with suppress(BaseException):
            time.sleep(0.1)


def multiplies() -> None:
    import torch

    while True:
        try:
            torch.randn(400, 400) @ torch.randn(400, 400)
        except BaseException:
            pass


def waits_for_a_thread() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait, args=(60,), daemon=True)
    thread.start()
    try:
        while True:
            with suppress(BaseException):
                thread.join()
    finally:
        ended.set()


ENDLESS = [
    sleeps,
    counts,
    catches_exceptions,
    catches_everything,
    catches_everything_twice,
    suppresses_everything,
    multiplies,
    waits_for_a_thread,
]


@pytest.mark.parametrize("endless", ENDLESS, ids=lambda endless: endless.__name__)
def test_what_never_ends_is_ended(endless: Callable[[], None]) -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        endless()


class NeverGone:
    """The interpreter drops what is raised in its ``__del__``, and says so by sys.unraisablehook."""

    def __del__(self) -> None:
        counts()


def test_what_the_interpreter_drops_is_raised_again_and_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", told.append)
    with pytest.raises(TookTooLong), time_limit(0.02):
        NeverGone()
        counts()
    assert told == []
    assert sys.unraisablehook == told.append


class Complains:
    def __del__(self) -> None:
        raise ValueError("of its own")


def test_what_the_code_raises_there_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[sys.UnraisableHookArgs] = []
    monkeypatch.setattr("sys.unraisablehook", told.append)
    with time_limit(10):
        Complains()
    assert [type(each.exc_value) for each in told] == [ValueError]


@pytest.mark.timeout(0)  # the limit of a test is an alarm too
def test_what_ends_in_time_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGINT)
    with time_limit(60.0, interruptible=True):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert (signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGINT)) == before


@pytest.mark.parametrize("endless", [sleeps, catches_everything], ids=lambda endless: endless.__name__)
def test_ctrl_c_ends_it_at_once(endless: Callable[[], None]) -> None:
    timer = threading.Timer(0.1, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT))
    timer.start()
    with pytest.raises(Interrupted), time_limit(60.0, interruptible=True):
        endless()
    timer.join()


def test_an_interrupt_that_the_code_raises_itself_is_its_own() -> None:
    with pytest.raises(KeyboardInterrupt), time_limit(60.0, interruptible=True):
        raise KeyboardInterrupt


def test_outside_the_main_thread_there_is_no_limit() -> None:
    ended = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]


def test_a_limit_on_the_processors_time_waits_for_what_only_sleeps() -> None:
    began = time.monotonic()
    with time_limit(0.2, busy=True):
        time.sleep(0.4)
    with pytest.raises(TookTooLong), time_limit(0.05, busy=True):
        counts()
    with pytest.raises(TookTooLong), time_limit(0.05, busy=True):
        sleeps()
    assert time.monotonic() - began > 0.4 + 0.05 + 5 * 0.05
