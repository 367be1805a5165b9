"""Where input comes from, as the rest of the shell sees it: a prompt, a plain terminal or a pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Reader(Protocol):
    """Gives one input after the other. Every reader raises EOFError at the end and KeyboardInterrupt on Ctrl-C."""

    def read(self, prompt: str = ">>> ", prefill: str = "", kept: str = "") -> str:
        """The next input that can run: code, or a command.

        ``prefill``: what stands in the prompt already. ``kept``: a starter that was put away, for a reader whose keys
        can bring it back.
        """
        ...

    def read_line(self, prompt: str = "", prefill: str = "") -> str:
        """The next line as it is: an answer, or Enter."""
        ...


class TerminalReader(Reader, Protocol):
    """One that is drawn on a terminal."""

    def when_drawn(self, call: Callable[[], None]) -> None:
        """Call ``call`` once a prompt has been on the screen; at once where nobody knows when that is."""
        ...

    def refresh(self) -> None:
        """Draw the bottom bar anew, if there is one. May be called from any thread."""
        ...

    def close(self) -> None:
        """Release what is held. The reader is not used afterwards."""
        ...
