"""What other threads print while the prompt is up appears above it, whole lines at a time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from prompt_toolkit.application import Application, run_in_terminal

_BUNDLED = 0.05
"""Seconds that lines are gathered before the prompt is drawn anew below them."""


class AbovePrompt:
    """Replaces ``stream``; passes everything on to it when no prompt is up.

    That matters because a library imported behind the prompt may keep it for ever, as the log handlers of torch do.
    """

    def __init__(self, stream: TextIO, app: Application[Any]) -> None:
        self._stream = stream
        self._app = app
        self._held = ""
        self._scheduled = False
        self._lock = threading.RLock()  # a destructor that prints may run while this thread prints

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Hold ``text`` until its line is complete; straight to the stream when no prompt is up."""
        loop = self._app.loop
        if loop is None:
            self.drain()
            return self._stream.write(text)
        with self._lock:
            self._held += text
            if "\n" not in text or self._scheduled:
                return len(text)
            self._scheduled = True
        try:
            loop.call_soon_threadsafe(loop.call_later, _BUNDLED, self._show, context=self._app.context)
        except RuntimeError:  # the loop was closed since
            self.drain()
        return len(text)

    def flush(self) -> None:
        """Flush the stream; held text waits for the end of its line."""
        self._stream.flush()

    def drain(self, *, whole_lines: bool = False) -> None:
        """Write what is held to the stream, all of it or whole lines only."""
        with self._lock:
            self._scheduled = False
            cut = self._held.rfind("\n") + 1 if whole_lines else len(self._held)
            ready, self._held = self._held[:cut], self._held[cut:]
        if ready:
            self._stream.write(ready)
            self._stream.flush()

    def _show(self) -> None:
        if self._app.is_running:
            run_in_terminal(lambda: self.drain(whole_lines=True))


@contextmanager
def prints_above(app: Application[Any]) -> Iterator[None]:
    """Within it, what is printed to ``sys.stdout`` and ``sys.stderr`` appears above the prompt of ``app``."""
    streams = sys.stdout, sys.stderr
    proxies = AbovePrompt(sys.stdout, app), AbovePrompt(sys.stderr, app)
    sys.stdout, sys.stderr = cast("TextIO", proxies[0]), cast("TextIO", proxies[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        for proxy in proxies:
            proxy.drain()
