"""The event loop that the prompt runs in, between two statements and never during one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

Tell = Callable[[BaseException], bool]
"""Shows an error that comes from the learner's own code, such as a signal handler; False for one that is ours."""


class PressedCtrlC(Exception):
    """Ctrl-C at the prompt. asyncio re-raises KeyboardInterrupt out of the running loop; we use our own exception."""


class PromptLoop:
    """A loop of our own: ``asyncio.run()`` would take away the one that the learner's ``get_event_loop()`` makes.

    ``tell``: asked for whatever is raised while the loop waits; the prompt stays where it has shown the error.
    """

    def __init__(self, tell: Tell = lambda error: False) -> None:
        self._tell = tell
        self._lost: list[object] = []
        """Loops that are never closed, nor collected: their descriptors may be files of the learner's by now."""
        self._open()

    def _open(self) -> None:
        import asyncio  # which prompt_toolkit brings; who reads a pipe does not wait for it

        from ptrepl.shell.prompt.input_hook import HookedSelector

        self._loop = asyncio.SelectorEventLoop(HookedSelector())
        self._loop.set_exception_handler(self._told)
        self._descriptors = {number: os.fstat(number) for number in self._numbers()}

    def _numbers(self) -> list[int]:
        selector, ends = self._loop._selector, (self._loop._ssock, self._loop._csock)  # type: ignore[attr-defined]
        return [number for number in (_number(selector), *map(_number, ends)) if number >= 0]

    def _mend(self) -> None:
        """A new loop where the learner's code has closed what this one waits on: ``os.closerange(3, 100)``."""
        for number, opened in self._descriptors.items():
            try:
                now = os.fstat(number)
            except OSError:
                break
            if (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino):
                break
        else:
            return
        self._lost.append(self._loop)
        self._open()

    def run(self, asking: Coroutine[Any, Any, str]) -> str:
        """What ``asking`` gives. Raises KeyboardInterrupt for Ctrl-C, whenever it is pressed."""
        self._mend()
        with _our_own_threads():
            return self._run(asking)

    def _run(self, asking: Coroutine[Any, Any, str]) -> str:
        task = self._loop.create_task(asking)
        while True:
            try:
                return self._loop.run_until_complete(task)
            except PressedCtrlC:
                raise KeyboardInterrupt from None
            except Exception as error:
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


def _set_hooks(traces: Any, profiles: Any) -> None:
    import threading

    threading.settrace(traces)
    threading.setprofile(profiles)


def say_own(error: Exception) -> None:
    """Keep an error of ours in the log, and say so in one line; the prompt goes on."""
    from ptrepl.error_log import own_error

    sys.stderr.write(own_error(error, "editing the line") + "\n")
