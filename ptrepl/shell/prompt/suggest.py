"""How a line may go on, from what was typed before: shown dim behind the cursor until it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

_SEARCHED_BY_LINE = 500
"""Entries; whole inputs are compared with all of them."""


class HistorySuggest(AutoSuggest):
    """Suggests at the end of the input, where it is ``wanted``. Not at ``answer>``: earlier answers do not help."""

    def __init__(self, wanted: Callable[[], bool]) -> None:
        self._wanted = wanted

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        if not self._wanted() or not document.is_cursor_at_the_end:
            return None
        rest = rest_of_line(document.text, buffer.history.get_strings())
        return Suggestion(rest) if rest else None


def rest_of_line(text: str, entries: Sequence[str]) -> str:
    """How the last line of ``text`` goes on in the newest of ``entries`` (oldest first) that begins like ``text``.

    Else in the newest line of a late entry that begins like the last line; "" if there is none.
    """
    line = text.rpartition("\n")[2]
    if not text.strip():
        return ""
    for entry in reversed(entries):
        if entry.startswith(text) and (rest := entry[len(text) :].partition("\n")[0]):
            return rest
    if not line.strip():
        return ""
    for entry in reversed(entries[-_SEARCHED_BY_LINE:]):
        for older in reversed(entry.split("\n")):
            if older.startswith(line) and len(older) > len(line):
                return older[len(line) :]
    return ""
