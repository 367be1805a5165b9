"""The event loop that the prompt runs in, between two statements and never during one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any


class PressedCtrlC(Exception):
    """Ctrl-C at the prompt. asyncio re-raises KeyboardInterrupt out of the running loop; we use our own exception."""


class PromptLoop:
    """A loop of our own: ``asyncio.run()`` would take away the one that the learner's ``get_event_loop()`` makes."""

    def __init__(self) -> None:
        import asyncio  # which prompt_toolkit brings; who reads a pipe does not wait for it

        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_tell)

    def run(self, asking: Coroutine[Any, Any, str]) -> str:
        """What ``asking`` gives. Raises KeyboardInterrupt for Ctrl-C, whenever it is pressed."""
        task = self._loop.create_task(asking)
        try:
            return self._loop.run_until_complete(task)
        except PressedCtrlC:
            raise KeyboardInterrupt from None
        except KeyboardInterrupt:
            # pressed in the moments when the prompt has not yet, or no longer, its own handler; asyncio complains about
            # a task that failed unless it is cancelled, even afterwards
            import asyncio

            task.cancel()
            with suppress(asyncio.CancelledError, KeyboardInterrupt):
                self._loop.run_until_complete(asyncio.wait([task]))
            raise

    def soon(self, call: Callable[[], object], seconds: float = 0.0) -> None:
        """Call ``call`` when what waits by now is done, and ``seconds`` are over."""
        if seconds:
            self._loop.call_later(seconds, call)
        else:
            self._loop.call_soon(call)

    def close(self) -> None:
        """Close the loop."""
        self._loop.close()


def _tell(loop: object, context: Mapping[str, Any]) -> None:
    """What a key, a drawing or a completion raised: one line above the prompt, which stays."""
    error = context.get("exception")
    if isinstance(error, Exception):
        from ptrepl.error_log import own_error

        sys.stderr.write(own_error(error, "editing the line") + "\n")
