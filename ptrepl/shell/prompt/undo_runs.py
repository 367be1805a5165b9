"""The keys that type and erase: a run of them is undone at once, word by word, not by single characters."""

from __future__ import annotations

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding.key_processor import KeyPressEvent


def ends_word(before: str, typed: str) -> bool:
    """Whether ``typed`` is the first character behind a word that ``before`` ends in."""
    return _in_word(before[-1:]) and not _in_word(typed[:1])


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


class UndoStepKeys:
    """Key handlers, and for each of them whether an undo step begins with this key."""

    def __init__(self) -> None:
        self._typed: Document | None = None
        self._erased: Document | None = None

    def insert(self, event: KeyPressEvent) -> None:
        """Insert the character."""
        buffer = event.current_buffer
        buffer.insert_text(event.data * event.arg)
        self._typed = buffer.document

    def begins_word(self, event: KeyPressEvent) -> bool:
        """Whether something else happened since the last typed character, or a word ends here."""
        document = event.current_buffer.document
        return document != self._typed or ends_word(document.text_before_cursor, event.data)

    def erase(self, event: KeyPressEvent) -> None:
        """Remove the character before the cursor."""
        buffer = event.current_buffer
        if not buffer.delete_before_cursor(event.arg):
            event.app.output.bell()
        self._erased = buffer.document

    def begins_erasing(self, event: KeyPressEvent) -> bool:
        """Whether something else happened since the last character was erased."""
        return event.current_buffer.document != self._erased

    def next_choice(self, event: KeyPressEvent) -> None:
        """Choose the next of the completions that are shown."""
        event.current_buffer.complete_next(event.arg)

    def previous_choice(self, event: KeyPressEvent) -> None:
        """Choose the one before."""
        event.current_buffer.complete_previous(event.arg)

    def begins_choosing(self, event: KeyPressEvent) -> bool:
        """Whether none of the completions is chosen yet."""
        return not _chosen(event.current_buffer)


def _chosen(buffer: Buffer) -> bool:
    return buffer.complete_state is not None and buffer.complete_state.current_completion is not None
