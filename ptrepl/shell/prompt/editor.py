"""The handlers of the keys that know Python: each asks ``editing`` what to do and does it to the buffer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode

from ptrepl.shell.prompt.blanks import next_blank, sends_all
from ptrepl.shell.prompt.editing import (
    Check,
    NewLine,
    indent_width,
    on_enter,
    on_new_line,
    on_paste,
    outdent_width,
    shift_lines,
)


class Editor:
    """Key handlers that edit and send the input, and what they need: how code is checked, what was prefilled."""

    def __init__(
        self, check: Check, clean: Callable[[str], str], is_command: Callable[[str], bool], *, can_leave: bool = True
    ) -> None:
        self._check = check
        self._clean = clean
        self._is_command = is_command
        self.can_leave = can_leave
        """Whether the user's own editor can be opened."""
        self.start(takes_code=True)

    def start(self, *, takes_code: bool, prefill: str = "") -> None:
        """Forget the input before. Unless it ``takes_code``, Enter takes the line as it is."""
        self.takes_code = takes_code
        self.entered = math.inf
        """When Enter was pressed last."""
        self._prefill = prefill
        self._offered: Document | None = None
        self._types_indents = False
        self.leaves_for_editor = False
        """Whether the input ended because its text is to be edited in the user's own editor."""

    def enter(self, event: KeyPressEvent) -> None:
        """Run the input if it is complete, else go on in a new line with the right indent."""
        self.entered = time.monotonic()
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
            return
        buffer.exit_selection()
        if self._prefill:
            if self.select_blank(buffer):
                return
            if sends_all(buffer.document, self._prefill):
                buffer.cursor_position = len(buffer.text)
        decision = on_enter(buffer.text, buffer.cursor_position, self._check, self._is_command)
        if isinstance(decision, NewLine):
            self._break_line(buffer, decision)
        else:
            _send(buffer, decision.text)

    def enter_from_navigation(self, event: KeyPressEvent) -> None:
        """Run the input as from its end, or go on there in a new line if it is not complete."""
        buffer = event.current_buffer
        decision = on_enter(buffer.text, len(buffer.text), self._check, self._is_command)
        if isinstance(decision, NewLine):
            event.app.vi_state.input_mode = InputMode.INSERT
            buffer.cursor_position = len(buffer.text)
            self._break_line(buffer, decision)
        else:
            _send(buffer, decision.text)

    def take_line(self, event: KeyPressEvent) -> None:
        """Hand over the line as it stands."""
        event.current_buffer.validate_and_handle()

    def new_line(self, event: KeyPressEvent) -> None:
        """Add a line, whether or not the input is complete."""
        buffer = event.current_buffer
        buffer.exit_selection()
        self._break_line(buffer, on_new_line(buffer.text, buffer.cursor_position, self._check))

    def run_all(self, event: KeyPressEvent) -> None:
        """Run the whole input, wherever the cursor is."""
        _send(event.current_buffer, event.current_buffer.text.rstrip())

    def edit_outside(self, event: KeyPressEvent) -> None:
        """End the input, so that the caller can open the user's own editor on it."""
        self.leaves_for_editor = True
        event.app.erase_when_done = True
        event.app.exit(result=event.current_buffer.text)

    def take_suggestion(self, event: KeyPressEvent) -> None:
        """Insert the rest of the line that the history suggests."""
        buffer = event.current_buffer
        if buffer.suggestion is not None:
            buffer.insert_text(buffer.suggestion.text)

    def undo(self, event: KeyPressEvent) -> None:
        """Take back the last change, also while something is selected."""
        event.current_buffer.undo()

    def redo(self, event: KeyPressEvent) -> None:
        """Do again what was undone last."""
        event.current_buffer.redo()

    def drop_selected(self, event: KeyPressEvent) -> None:
        """Press the key again where nothing is selected any more."""
        event.current_buffer.exit_selection()
        event.app.key_processor.feed_multiple(event.key_sequence, first=True)

    def paste(self, event: KeyPressEvent) -> None:
        """Insert what was pasted, whole, without the prompts that were copied with it."""
        buffer = event.current_buffer
        if buffer.selection_state:
            buffer.cut_selection()
        buffer.insert_text(on_paste(event.data, buffer.document.text_before_cursor, self._clean, self._check))

    def space(self, event: KeyPressEvent) -> None:
        """Start an indent of one's own in place of the offered one, and offer none again in this input.

        Some type indents out of habit, and some terminals send a paste as if it were typed.
        """
        buffer = event.current_buffer
        self._take_own_indents(buffer)
        buffer.insert_text(" ")

    def _take_own_indents(self, buffer: Buffer) -> None:
        buffer.delete_before_cursor(len(buffer.document.current_line_before_cursor))
        self._offered = None
        self._types_indents = True

    def indent(self, event: KeyPressEvent) -> None:
        """Go to the next tab stop; from the margin where more keys wait: a paste that the terminal sends as keys."""
        buffer = event.current_buffer
        if self.at_offered_indent(buffer) and event.app.key_processor.input_queue:
            self._take_own_indents(buffer)
        buffer.insert_text(" " * indent_width(buffer.document.current_line_before_cursor))

    def outdent(self, event: KeyPressEvent) -> None:
        """Go back to the previous tab stop."""
        buffer = event.current_buffer
        buffer.delete_before_cursor(outdent_width(buffer.document.current_line_before_cursor))

    def indent_block(self, event: KeyPressEvent) -> None:
        """Move the selected lines one tab stop to the right."""
        _shift_selection(event.current_buffer, 1)

    def outdent_block(self, event: KeyPressEvent) -> None:
        """Move the selected lines one tab stop to the left."""
        _shift_selection(event.current_buffer, -1)

    def at_offered_indent(self, buffer: Buffer) -> bool:
        """Whether nothing was typed since an indent was offered."""
        return self._offered is not None and buffer.document == self._offered

    def select_blank(self, buffer: Buffer) -> bool:
        """Select the next blank after the cursor, so that what is typed takes its place; whether there is one."""
        blank = next_blank(buffer.text, buffer.cursor_position)
        if blank is None:
            return False
        _select(buffer, blank.start, blank.stop)
        return True

    def _break_line(self, buffer: Buffer, decision: NewLine) -> None:
        if decision.at_end:
            buffer.cursor_position = len(buffer.text)
        indent = 0 if self._types_indents else decision.indent
        buffer.insert_text("\n" + " " * indent)
        self._offered = buffer.document if indent else None


def _send(buffer: Buffer, text: str) -> None:
    buffer.document = Document(text)
    buffer.validate_and_handle()


def _select(buffer: Buffer, start: int, stop: int) -> None:
    """Select from ``start`` to ``stop``, so that what is typed takes its place."""
    buffer.cursor_position = start
    buffer.start_selection()
    if buffer.selection_state is not None:
        buffer.selection_state.enter_shift_mode()
    buffer.cursor_position = stop


def _shift_selection(buffer: Buffer, tab_stops: int) -> None:
    start, stop = buffer.document.selection_range()
    text, start, stop = shift_lines(buffer.text, start, stop, tab_stops)
    buffer.document = Document(text, stop)
    _select(buffer, start, stop)
