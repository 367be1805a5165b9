"""Ctrl-T: what an explanation offers, put into the prompt to be looked at, changed and run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding.key_processor import KeyPressEvent


class Offers:
    """``fixes()``: the code that is on offer, the simplest first."""

    def __init__(self, fixes: Callable[[], Sequence[str]] = tuple) -> None:
        self._fixes = fixes

    def can_take(self, buffer: Buffer) -> bool:
        """Whether there is one, and nothing of the user's own stands in ``buffer``."""
        fixes = self._fixes()
        return bool(fixes) and (not buffer.text.strip() or buffer.text in fixes)

    def take(self, event: KeyPressEvent) -> None:
        """Put the first fix into the empty prompt, and the next one in its place."""
        buffer, fixes = event.current_buffer, self._fixes()
        index = fixes.index(buffer.text) + 1 if buffer.text in fixes else 0
        code = fixes[index % len(fixes)]
        buffer.document = Document(code, len(code))
