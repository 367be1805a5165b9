"""The event loop that the prompt runs in, between two statements and never during one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
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
        import asyncio  # which prompt_toolkit brings; who reads a pipe does not wait for it

        from ptrepl.shell.prompt.input_hook import HookedSelector

        self._tell = tell
        self._loop = asyncio.SelectorEventLoop(HookedSelector())
        self._loop.set_exception_handler(self._told)

    def run(self, asking: Coroutine[Any, Any, str]) -> str:
        """What ``asking`` gives. Raises KeyboardInterrupt for Ctrl-C, whenever it is pressed."""
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
        self._loop.close()

    def _told(self, loop: object, context: Mapping[str, Any]) -> None:
        """What a key, a drawing or a completion raised: one line above the prompt, which stays."""
        error = context.get("exception")
        if isinstance(error, Exception) and not self._tell(error):
            from ptrepl.error_log import own_error

            sys.stderr.write(own_error(error, "editing the line") + "\n")
