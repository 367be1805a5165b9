"""The handlers of the keys that know Python: each asks ``editing`` what to do and does it to the buffer."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode

from ptrepl.shell.prompt.blanks import (
    begun_by_word,
    command_in_blank,
    emptied_blank,
    ends_blank,
    is_at_empty_blank,
    is_bare_command,
    is_question,
    next_blank,
    other_blank,
    sends_all,
    takes_all,
    whole_line,
    without_doubled_call,
    without_doubled_quotes,
)
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
from ptrepl.texts.messages import gettext

_COMMAND = re.compile(r"%[a-z]+(?:\s+[\w./-]+)?")
_MENDS = (whole_line, without_doubled_call, without_doubled_quotes)
"""What a blank was filled with beyond what was missing in it."""


class Editor:
    """Key handlers that edit and send the input, and what they need: how code is checked, what was prefilled."""

    def __init__(
        self,
        check: Check,
        clean: Callable[[str], str],
        is_command: Callable[[str], bool],
        *,
        can_leave: bool = True,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._check = check
        self._clean = clean
        self._is_command = is_command
        self.can_leave = can_leave
        """Whether the user's own editor can be opened."""
        self._tell = tell
        self._step = ""
        self._told = False
        self.start(takes_code=True)

    def start(self, *, takes_code: bool, prefill: str = "", kept: str = "", one_key: bool = False) -> None:
        """Forget the input before. Unless it ``takes_code``, Enter takes the line as it is.

        ``kept``: a starter that Up brings into an empty prompt. ``one_key``: the first key is the input.
        """
        self.takes_code = takes_code
        self.entered = math.inf
        """When Enter was pressed last."""
        self._prefill = prefill
        self._starter = prefill or kept
        if takes_code and self._step != (kept or prefill):
            self._step, self._told = kept or prefill, False
        self._kept = "" if prefill else kept
        self.left = ""
        """The code that made way for a command, or that one was typed into, without it; "" where there was none."""
        self.takes_key = one_key
        self._bracket_told = False
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
            if self._take_command(buffer):
                return
            mended = next(filter(None, (mend(buffer.document, self._prefill) for mend in _MENDS)), None)
            if mended is not None:
                buffer.document = mended
            if is_at_empty_blank(buffer.document):
                self._tell_of_blank(again=True)  # nothing moves, so it is said each time
                _select(buffer, buffer.cursor_position - len("___"), buffer.cursor_position)
                return
            if self.next_blank(event):
                return
            if mended is not None or sends_all(buffer.document, self._prefill):
                buffer.cursor_position = len(buffer.text)
        if self._take_command_below(buffer):
            return
        decision = on_enter(buffer.text, buffer.cursor_position, self._check, self._is_command)
        if isinstance(decision, NewLine):
            if "\n" in buffer.text and not buffer.document.current_line.strip():
                self._tell_of_bracket()
            self._break_line(buffer, decision)
        else:
            _send(buffer, decision.text)

    def _take_command_below(self, buffer: Buffer) -> bool:
        """Run the command that was typed below code that is not complete, and keep that for the next input."""
        above, _, last = buffer.text.rpartition("\n")
        if not above.strip() or not _COMMAND.fullmatch(last.strip()) or not self._is_command(last.strip()):
            return False
        if not isinstance(on_enter(above, len(above), self._check, self._is_command), NewLine):
            return False
        self.left = above.rstrip()
        _send(buffer, last.strip())
        return True

    def _tell_of_bracket(self) -> None:
        """Once an input: why an empty line does not end it, as it ends a block."""
        if not self._bracket_told:
            self._bracket_told = True
            self._tell(gettext("A bracket or quote is still open: close it, or Ctrl-C."))

    def _take_command(self, buffer: Buffer) -> bool:
        """Run the command that was typed into a blank, whether there is one, and keep the code for the next input."""
        found = command_in_blank(buffer.document, self._prefill)
        if found is None or not (self._is_command(found[0]) or is_question(found[0]) or is_bare_command(found[0])):
            return False
        command, self.left = found
        _send(buffer, command)
        return True

    def _tell_of_blank(self, *, again: bool = False) -> None:
        if again or not self._told:
            self._told = True
            self._tell(gettext("Fill in this blank, or type %hint."))

    def next_blank(self, event: KeyPressEvent) -> bool:
        """Select the next blank, or the first that was left out; whether there is one."""
        buffer = event.current_buffer
        blank = other_blank(buffer.text, buffer.cursor_position)
        if blank is None:
            return False
        buffer.exit_selection()
        _select(buffer, blank.start, blank.stop)
        return True

    def fills_blank(self, buffer: Buffer) -> bool:
        """Whether the cursor stands behind an empty blank, where whatever is typed goes into it."""
        return bool(self._prefill) and buffer.selection_state is None and is_at_empty_blank(buffer.document)

    def fill_blank(self, event: KeyPressEvent) -> None:
        """Type into the blank before the cursor: a name or a number right behind it would make another name of it."""
        buffer = event.current_buffer
        if event.data.isalnum() or event.data in ("_", "'", '"', "[", "(", "~"):
            buffer.delete_before_cursor(len("___"))
        buffer.insert_text(event.data)

    def is_in_emptied_blank(self, buffer: Buffer) -> bool:
        """Whether the blank at the cursor holds nothing: to erase more would erase what the lesson has written."""
        return bool(self._prefill) and emptied_blank(buffer.document, self._prefill) is not None

    def keep_blank(self, event: KeyPressEvent) -> None:
        """Leave the empty blank as it is, and select it."""
        self._mark_emptied(event.current_buffer)
        self._tell_of_blank()

    def ends_blank(self, buffer: Buffer) -> bool:
        """Whether Backspace takes the last that was typed into a blank."""
        return bool(self._prefill) and ends_blank(buffer.document, self._prefill)

    def empty_blank(self, event: KeyPressEvent) -> None:
        """Erase the last that was typed into a blank, and make it one again."""
        event.current_buffer.delete_before_cursor()
        self._mark_emptied(event.current_buffer)

    def ends_word(self, buffer: Buffer) -> bool:
        """Whether Ctrl-W would take what the lesson has written before the blank, too."""
        return bool(self._prefill) and begun_by_word(buffer.document, self._prefill) > 0

    def erase_to_blank(self, event: KeyPressEvent) -> None:
        """Erase what was typed into the blank before the cursor."""
        buffer = event.current_buffer
        buffer.delete_before_cursor(begun_by_word(buffer.document, self._prefill))
        self._mark_emptied(buffer)

    def _mark_emptied(self, buffer: Buffer) -> None:
        """Put ``___`` into the blank at the cursor, if it holds nothing, and select it."""
        blank = emptied_blank(buffer.document, self._prefill)
        if blank is not None:
            buffer.exit_selection()
            buffer.insert_text("___" if not blank else "")
            _select(buffer, blank.start, blank.start + len("___"))

    def go_to_blank(self, event: KeyPressEvent) -> None:
        """Select the next blank."""
        self.next_blank(event)

    def at_end_of_blank(self, buffer: Buffer) -> bool:
        """Whether another blank is left, and nothing stands before the cursor that could be completed."""
        if not self._prefill or other_blank(buffer.text, buffer.cursor_position) is None:
            return False
        before = buffer.document.current_line_before_cursor
        return buffer.selection_state is not None or not (before[-1:].isalpha() or before[-1:] in ("_", "."))

    def untouched(self, buffer: Buffer) -> bool:
        """Whether the starter stands in the prompt as it was put there."""
        return bool(self._prefill) and buffer.text == self._prefill

    def holds_starter(self, buffer: Buffer) -> bool:
        """Whether the starter stands in the prompt, as it was or changed."""
        return bool(self._prefill) and bool(buffer.text.strip())

    @property
    def away(self) -> str:
        """The starter that was put away, as it was filled in by then; "" where there is none."""
        return self._kept if not self._prefill else ""

    def can_bring_back(self, buffer: Buffer) -> bool:
        """Whether a starter was put away, and the prompt is empty."""
        return bool(self._kept) and not buffer.text

    def put_away(self, event: KeyPressEvent) -> None:
        """Empty the prompt; what stands in it can be brought back."""
        buffer = event.current_buffer
        self._kept, self._prefill = buffer.text, ""
        buffer.exit_selection()
        buffer.document = Document()

    def put_away_for_command(self, event: KeyPressEvent) -> None:
        """Empty the prompt, and begin a command in it."""
        self.put_away(event)
        self.left = self._kept
        event.current_buffer.insert_text(event.data)

    def bring_back(self, event: KeyPressEvent) -> None:
        """Put the starter back as it was when it was put away."""
        buffer = event.current_buffer
        text, self._prefill, self._kept, self.left = self._kept, self._starter, "", ""
        buffer.document = Document(text, 0 if next_blank(text, 0) else len(text))
        self.select_blank(buffer)

    def enter_from_navigation(self, event: KeyPressEvent) -> None:
        """Run the input as from its end, or go on there in a new line if it is not complete."""
        buffer = event.current_buffer
        if self._prefill and self._take_command(buffer):
            return
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

    def take_key(self, event: KeyPressEvent) -> None:
        """Hand over the key itself."""
        event.app.exit(result=event.data.strip())

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
        if self.untouched(buffer) and takes_all(event.data, buffer.document):
            buffer.document = Document()
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
