"""Run one compiled statement in the learner's settings. The only module of ours with a frame below the learner's."""

from __future__ import annotations

import builtins
import os
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import CO_COROUTINE
from types import CodeType, TracebackType
from typing import Any

from ptrepl.engine.run.echoes import Echoes, without_echoes
from ptrepl.engine.run.environment import Environment
from ptrepl.engine.run.failure import trim, without_ours
from ptrepl.engine.run.interrupt import Interrupter, interrupt_in, without_handler

_eval = eval  # while the learner's code runs, every builtin may be the learner's


@dataclass(slots=True)
class Ended:
    """How a statement ended: with a value, or with an exception. Holds both: to be dropped at once.

    With both where the value could not be shown.
    """

    value: Any = None
    error: BaseException | None = None


@dataclass(slots=True, weakref_slot=True)
class Executor:
    """Runs code in a namespace, between ``environment.enter()`` and ``environment.leave()``."""

    _interrupter: Interrupter = field(default_factory=lambda: Interrupter(__file__))
    environment: Environment = field(init=False)
    _loop: Any = None
    _below: tuple[str, ...] = (__file__,)
    """Files whose frames stand below the learner's."""

    def __post_init__(self) -> None:
        self.environment = Environment(self._interrupter)

    def execute(
        self,
        code: CodeType,
        namespace: dict[str, Any],
        display: Callable[[Any], None] | None,
        folds: bool = False,
    ) -> Ended:
        """Run ``code``; ``display`` gets the value while the learner's settings are still in force.

        ``folds``: the code is a block, and what expressions in it show again is counted.
        """
        environment = self.environment
        echoes = Echoes() if folds and sys.displayhook is sys.__displayhook__ else None
        value = None
        try:
            if echoes is not None:
                sys.displayhook = echoes.show
            try:
                environment.enter()
                value = _eval(code, namespace)
                if code.co_flags & CO_COROUTINE:  # await at top level
                    value = self._await(value)
                if display is not None:
                    display(value)
                if echoes is not None:
                    echoes.end()
                return Ended(value)
            finally:
                environment.leave()
                if echoes is not None:
                    sys.displayhook = sys.__displayhook__
        except BaseException as error:
            environment.leave()
            if echoes is not None:
                sys.displayhook = sys.__displayhook__
                try:
                    echoes.end()
                except Exception:
                    pass  # a stream that takes no more; the error itself matters more
                error.__traceback__ = without_echoes(error.__traceback__)
            found = interrupt_in(error)
            if found is not None and found is not error:
                # a Ctrl-C is one, whatever a library has made of it
                error = found.with_traceback(error.__traceback__)
            del found
            if isinstance(error, KeyboardInterrupt):
                environment.restore_grad_mode()
                error.__traceback__ = without_handler(error.__traceback__)
                # one that came out of the learner's exec("…") makes CPython end the whole process by SIGINT at its
                # exit, hours later, unless source is run once more (unhandled_keyboard_interrupt in pythonrun.c)
                eval("None", {})  # not in this frame: it would keep a copy of its names
            error.__traceback__ = without_ours(trim(error.__traceback__, *self._below))
            return Ended(value, error)

    def close(self) -> None:
        """Close the loop that ``await`` has run in."""
        if self._loop is not None:
            self._loop.close()

    def _await(self, coroutine: Any) -> Any:
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
            self._below = (__file__, os.path.dirname(asyncio.__file__) + os.sep)
            weakref.finalize(self, self._loop.close)
        task = self._loop.create_task(coroutine)
        try:
            return self._loop.run_until_complete(task)
        except KeyboardInterrupt as error:
            waiting = None if task.done() else _where_it_waits(coroutine)
            # one that came out of the task itself has ended it, and the loop would wait for it forever
            if task.cancel():
                try:
                    self._loop.run_until_complete(task)
                except BaseException:
                    pass  # its cancellation; the interrupt is what the learner hears of
            if waiting is not None:
                raise error.with_traceback(waiting) from None
            raise


def _where_it_waits(coroutine: Any) -> TracebackType | None:
    """A traceback of the lines at which ``coroutine``, and those that it awaits, wait: the loop has none of them."""
    frames = []
    while coroutine is not None:
        kind = next((kind for kind in ("cr", "ag", "gi") if hasattr(coroutine, f"{kind}_frame")), None)
        if kind is None:
            break
        frame = getattr(coroutine, f"{kind}_frame")
        if frame is not None:
            frames.append(frame)
        coroutine = getattr(coroutine, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
    trace = None
    for frame in reversed(frames):
        trace = TracebackType(trace, frame, frame.f_lasti, frame.f_lineno)
    return trace


def show_value(value: Any) -> None:
    """As Python's prompt does: print the value and bind it to ``_``. Not where the learner has closed stdout."""
    python = sys.__stdout__
    if sys.displayhook is sys.__displayhook__ and python is not None and sys.stdout is python and python.closed:
        keep_value(value)  # who closes it wants no more output, and a pipe shows no values in Python
    else:
        sys.displayhook(value)


def keep_value(value: Any) -> None:
    """Bind the value to ``_`` without printing it."""
    if value is not None:
        builtins._ = value  # type: ignore[attr-defined]
