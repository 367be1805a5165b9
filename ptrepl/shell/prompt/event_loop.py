"""The event loop that the prompt runs in, between two statements and never during one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

_MOST_AWAITS = 20
Tell = Callable[[BaseException], bool]
"""Shows an error that comes from the learner's own code, such as a signal handler; False for one that is ours."""


class PressedCtrlC(Exception):
    """Ctrl-C at the prompt. asyncio re-raises KeyboardInterrupt out of the running loop; we use our own exception."""


class LoopTakenAway(Exception):
    """Code of the learner's has closed what the prompt waited on: it was ended, and can be asked again."""


class PromptLoop:
    """A loop of our own: ``asyncio.run()`` would take away the one that the learner's ``get_event_loop()`` makes.

    ``tell``: asked for whatever is raised while the loop waits; the prompt stays where it has shown the error.
    ``mend_streams``: opens again what the prompt reads and draws on, where that was closed.
    """

    def __init__(self, tell: Tell = lambda error: False, mend_streams: Callable[[], object] = lambda: None) -> None:
        self._tell = tell
        self._mend_streams = mend_streams
        self._lost: list[object] = []
        """What is never closed, nor collected: loops whose descriptors may be files of the learner's by now."""
        self._open()

    def _open(self) -> None:
        from ptrepl.shell.prompt.input_hook import HookedSelector

        self._process = os.getpid()
        self._loop = _loop_class()(HookedSelector())
        self._loop.set_exception_handler(self._told)
        self._descriptors = {number: os.fstat(number) for number in self._numbers()}

    def _numbers(self) -> list[int]:
        selector, ends = self._loop._selector, (self._loop._ssock, self._loop._csock)
        return [number for number in (_number(selector), *map(_number, ends)) if number >= 0]

    def _mend(self) -> bool:
        """A new loop where the learner's code has taken this one away; whether it has."""
        if not self._is_taken_away():
            return False
        self._mend_streams()  # first: else the new loop would have their descriptors
        self._lost.append(self._loop)
        self._open()
        return True

    def _is_taken_away(self) -> bool:
        """Whether what it waits on was closed, ``os.closerange(3, 100)``, or is shared: ``os.fork()``.

        What one process no longer waits for, the kernel would tell neither of them.
        """
        if os.getpid() != self._process:
            return True
        for number, opened in self._descriptors.items():
            try:
                now = os.fstat(number)
            except OSError:
                return True
            if (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino):
                return True
        return False

    def run(self, asking: Coroutine[Any, Any, str]) -> str:
        """What ``asking`` gives. Raises KeyboardInterrupt for Ctrl-C, whenever it is pressed; LoopTakenAway."""
        self._mend()
        with _our_own_threads(), _their_resizing():
            return self._run(asking)

    def _run(self, asking: Coroutine[Any, Any, str]) -> str:
        task = self._loop.create_task(asking)
        while True:
            try:
                text: str = self._loop.run_until_complete(task)
                return text
            except PressedCtrlC:
                raise KeyboardInterrupt from None
            except Exception as error:
                if self._mend():
                    self._lost.append(task)  # asyncio complains about one that is collected before it is done
                    _close(asking)
                    raise LoopTakenAway from error
                # out of a loop whose task goes on comes only what a signal handler has raised
                if task.done() or not self._tell(error):
                    self._cancel(task)
                    raise
            except BaseException:
                # Ctrl-C in the moments when the prompt has not yet, or no longer, its own handler; or a signal handler
                # that leaves
                self._cancel(task)
                raise

    def _cancel(self, task: Any) -> None:
        """End the prompt, which puts the terminal back; asyncio complains about a failed task that nobody asked."""
        import asyncio

        task.cancel()
        with suppress(asyncio.CancelledError, KeyboardInterrupt):
            self._loop.run_until_complete(asyncio.wait([task]))

    def soon(self, call: Callable[[], object], seconds: float = 0.0) -> None:
        """Call ``call`` when what waits by now is done, and ``seconds`` are over."""
        if seconds:
            self._loop.call_later(seconds, call)
        else:
            self._loop.call_soon(call)

    def close(self) -> None:
        """Close the loop."""
        with suppress(OSError):  # what it waits on is closed already
            self._loop.close()

    def _told(self, loop: object, context: Mapping[str, Any]) -> None:
        """What a key, a drawing or a completion raised: one line above the prompt, which stays."""
        error = context.get("exception")
        if isinstance(error, Exception) and not self._tell(error):
            say_own(error)


@cache
def _loop_class() -> Any:
    import asyncio  # which prompt_toolkit brings; who reads a pipe does not wait for it

    class Loop(asyncio.SelectorEventLoop):
        """Closed by the process that has made it alone: a child would take what it waits on from its parent."""

        def __init__(self, selector: Any) -> None:
            super().__init__(selector)
            self._process = os.getpid()

        def close(self) -> None:
            if self._process == os.getpid():
                super().close()

    return Loop


def _close(asking: Coroutine[Any, Any, str]) -> None:
    """End ``asking`` where no loop can: it puts the terminal back, and would await other things in between."""
    for _ in range(_MOST_AWAITS):
        with suppress(RuntimeError):  # it has awaited one of them
            asking.close()
            return


def _number(what: Any) -> int:
    """The file descriptor of ``what``; -1 for a selector that has none."""
    return int(what.fileno()) if hasattr(what, "fileno") else -1


@contextmanager
def _our_own_threads() -> Iterator[None]:
    """Inside, no loop is taken to run already, and threads start without the learner's trace and profile functions."""
    import threading
    from asyncio import _get_running_loop, _set_running_loop

    if getattr(sys, "excepthook", None) is None:  # no thread can be made then
        sys.excepthook = sys.__excepthook__
    running, traces, profiles = _get_running_loop(), threading.gettrace(), threading.getprofile()
    if running is None and traces is None and profiles is None:
        yield
        return
    _set_running_loop(None)
    _set_hooks(None, None)
    try:
        yield
    finally:
        _set_running_loop(running)
        _set_hooks(traces, profiles)


@contextmanager
def _their_resizing() -> Iterator[None]:
    """Afterwards, what the learner does about SIGWINCH, and where signals are written to, is in place again.

    prompt_toolkit and asyncio leave the defaults there.
    """
    number = getattr(signal, "SIGWINCH", None)
    if number is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    handler, written_to = signal.getsignal(number), signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        if handler not in (signal.SIG_DFL, None):
            signal.signal(number, handler)
        if written_to != -1:
            with suppress(OSError, ValueError):  # closed since
                signal.set_wakeup_fd(written_to)


def _set_hooks(traces: Any, profiles: Any) -> None:
    threading.settrace(traces)
    threading.setprofile(profiles)


def say_own(error: Exception) -> None:
    """Keep an error of ours in the log, and say so in one line; the prompt goes on."""
    from ptrepl.error_log import own_error

    sys.stderr.write(own_error(error, "editing the line") + "\n")
