"""The keys of the prompt that are not every editor's: one table, each row with its handler and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from prompt_toolkit.application.current import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    Condition,
    Filter,
    emacs_insert_mode,
    emacs_mode,
    has_completions,
    has_focus,
    has_selection,
    vi_insert_mode,
    vi_navigation_mode,
)
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from ptrepl.shell.prompt.editor import Editor
from ptrepl.shell.prompt.offers import Offers
from ptrepl.shell.prompt.undo_runs import UndoStepKeys
from ptrepl.texts.messages import N_


def _always(event: KeyPressEvent) -> bool:
    return True


def _never(event: KeyPressEvent) -> bool:
    return False


_PUTS_AWAY = N_("In a lesson: put the lines of the step away; Up brings them back.")
_BEGINS = N_("In a lesson: put the lines of the step away and begin a command.")
_DROP = N_("Drop the input, or stop the code that runs.")
_TYPES = N_("Insert the character.")
_ERASES = N_("Delete the character before the cursor.")
_NEXT = N_("Choose the next completion.")
_PREVIOUS = N_("Choose the previous completion.")

GIVEN_KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("tab",), N_("Complete the name that is being typed.")),
    (("up",), N_("Go to older input that begins like what is typed.")),
    (("down",), N_("Go to newer input.")),
    (("c-r",), N_("Search older input.")),
    (("right",), N_("Accept the rest of the line that the history suggests, shown dim.")),
    (("c-e",), N_("Accept the rest of the line that the history suggests, shown dim.")),
    (("s-left",), N_("Select, as Shift does with every key that moves the cursor.")),
    (("c-l",), N_("Clear the screen.")),
    (("c-c",), _DROP),
    (("c-d",), N_("Leave, where nothing is typed.")),
)
"""(keys, what they do): those of every editor that are worth a row on a page of help."""


class Binding(NamedTuple):
    """One row. ``keys`` are pressed one after the other; ``describes`` is what a user reads about it."""

    keys: tuple[str, ...]
    handler: Callable[[KeyPressEvent], None]
    filter: Filter
    describes: str
    saves: Callable[[KeyPressEvent], bool] = _always
    """Whether an undo comes back to the text before this key."""
    eager: bool = False
    """Whether it comes before longer combinations that begin alike, and waits for none of their keys."""


@Condition
def _in_margin() -> bool:
    """Only white space is left of the cursor."""
    return not get_app().current_buffer.document.current_line_before_cursor.strip()


@Condition
def _after_margin() -> bool:
    """White space, and at least one of it, is left of the cursor."""
    return get_app().current_buffer.document.current_line_before_cursor.isspace()


@Condition
def _is_suggested() -> bool:
    """The cursor is at the end, and the history knows how it may go on."""
    buffer = get_app().current_buffer
    return buffer.suggestion is not None and buffer.document.is_cursor_at_the_end


@Condition
def _block_is_selected() -> bool:
    """Lines are selected, not a part of one."""
    document = get_app().current_buffer.document
    start, stop = document.selection_range()
    selected = document.text[start:stop]
    return "\n" in selected or (bool(selected) and selected.strip() == document.current_line.strip())


def key_table(editor: Editor, offers: Offers) -> tuple[Binding, ...]:
    """All rows, bound to ``editor`` and ``offers``. Where two rows have the same keys, the later one is tried first."""
    focused = has_focus(DEFAULT_BUFFER)
    takes_code = focused & Condition(lambda: editor.takes_code)
    typing = focused & ~has_selection & (emacs_insert_mode | vi_insert_mode)
    takes_key = focused & Condition(lambda: editor.takes_key)
    can_leave = takes_code & Condition(lambda: editor.can_leave)
    block = takes_code & has_selection & _block_is_selected
    offered = Condition(lambda: editor.at_offered_indent(get_app().current_buffer))
    on_offer = typing & takes_code & Condition(lambda: offers.can_take(get_app().current_buffer))
    undo_keys = UndoStepKeys()
    choosing = typing & has_completions
    in_editor = takes_code & ~vi_navigation_mode
    untouched = in_editor & Condition(lambda: editor.untouched(get_app().current_buffer))
    with_starter = takes_code & ~has_selection & Condition(lambda: editor.holds_starter(get_app().current_buffer))
    away = in_editor & Condition(lambda: editor.can_bring_back(get_app().current_buffer))
    behind_blank = typing & takes_code & Condition(lambda: editor.fills_blank(get_app().current_buffer))
    ends_blank = typing & takes_code & Condition(lambda: editor.ends_blank(get_app().current_buffer))
    ends_word = Condition(lambda: editor.ends_word(get_app().current_buffer))
    emptied = in_editor & Condition(lambda: editor.is_in_emptied_blank(get_app().current_buffer))
    between_blanks = in_editor & ~has_completions & Condition(lambda: editor.at_end_of_blank(get_app().current_buffer))
    return (
        Binding((Keys.Any.value,), undo_keys.insert, typing, _TYPES, undo_keys.begins_word),
        Binding((Keys.Any.value,), editor.fill_blank, behind_blank, _TYPES),
        Binding(("backspace",), undo_keys.erase, typing, _ERASES, undo_keys.begins_erasing),
        Binding(("backspace",), editor.empty_blank, ends_blank, _ERASES),
        *(Binding((key,), editor.keep_blank, emptied, _ERASES) for key in ("backspace", "c-w")),
        Binding(("c-w",), editor.erase_to_blank, in_editor & ends_word, _ERASES),
        Binding(("escape", "backspace"), editor.keep_blank, emptied & emacs_mode, _ERASES),
        Binding(
            ("enter",), editor.enter, takes_code, N_("Run the input, or go on in a new line if it is not complete.")
        ),
        Binding(
            ("enter",),
            editor.enter_from_navigation,
            takes_code & vi_navigation_mode,
            N_("In vi's normal mode: run the input, or go on at its end."),
        ),
        Binding((Keys.Any.value,), editor.take_key, takes_key, N_("Stop the text, or go on to its next screen.")),
        Binding(("enter",), editor.take_line, focused & ~takes_code, N_("Give the answer.")),
        # in vi mode Escape must not wait for a second key
        Binding(("escape", "enter"), editor.new_line, takes_code & emacs_mode, N_("Add a line.")),
        # vi has its own Ctrl-O
        Binding(("c-o",), editor.run_all, takes_code & emacs_mode, N_("Run the whole input, wherever the cursor is.")),
        Binding(("tab",), editor.indent, typing & _in_margin, N_("Indent to the next tab stop.")),
        Binding(("s-tab",), editor.outdent, typing & _after_margin, N_("Go back to the previous tab stop.")),
        Binding(("backspace",), editor.outdent, typing & _after_margin, N_("Go back to the previous tab stop.")),
        Binding(("tab",), undo_keys.next_choice, choosing, _NEXT, undo_keys.begins_choosing),
        Binding(("down",), undo_keys.next_choice, choosing, _NEXT, undo_keys.begins_choosing),
        Binding(("s-tab",), undo_keys.previous_choice, choosing, _PREVIOUS, undo_keys.begins_choosing),
        Binding(("up",), undo_keys.previous_choice, choosing, _PREVIOUS, undo_keys.begins_choosing),
        Binding(("tab",), editor.go_to_blank, between_blanks, N_("In a lesson: go to the next blank.")),
        *(Binding((key,), editor.put_away_for_command, untouched, _BEGINS) for key in "%?!"),
        Binding(("c-d",), editor.put_away, untouched, _PUTS_AWAY),
        Binding(("c-c",), editor.put_away, with_starter, _PUTS_AWAY, eager=True),
        Binding(("up",), editor.bring_back, away, N_("In a lesson: bring the lines of the step back.")),
        Binding(("tab",), editor.indent_block, block, N_("Indent the selected lines.")),
        Binding(("s-tab",), editor.outdent_block, block, N_("Outdent the selected lines.")),
        Binding((" ",), editor.space, typing & offered, N_("Replace the offered indent by your own.")),
        Binding(
            ("end",),
            editor.take_suggestion,
            takes_code & _is_suggested,
            N_("Accept the rest of the line that the history suggests, shown dim."),
        ),
        Binding(
            ("c-t",), offers.take, on_offer, N_("After an error: put what is offered into the prompt, one by one.")
        ),
        Binding(("c-_",), editor.undo, focused & emacs_mode, N_("Undo."), _never),
        Binding(("escape", "_"), editor.redo, focused & emacs_mode, N_("Redo."), _never),
        Binding(("c-x", "c-e"), editor.edit_outside, can_leave & emacs_mode, N_("Edit the input in your editor.")),
        Binding(("f2",), editor.edit_outside, can_leave, N_("Edit the input in your editor.")),
        # emacs has Ctrl-C > and Ctrl-C < for a selection, so that Ctrl-C alone would wait for another key
        Binding(("c-c",), editor.drop_selected, focused & has_selection, _DROP, eager=True),
        Binding(
            (Keys.BracketedPaste.value,), editor.paste, focused, N_("Insert the pasted text whole, without prompts.")
        ),
    )


def build(table: Iterable[Binding]) -> KeyBindings:
    """The table in the form that the prompt takes."""
    bindings = KeyBindings()
    for row in table:
        bindings.add(*row.keys, filter=row.filter, eager=row.eager, save_before=row.saves)(row.handler)
    # Ctrl-Space too, which other programs complete or switch input methods with. Emacs begins a selection there: a
    # mode in which all that is typed would be lost.
    bindings.add("c-@")(_ignore)
    return bindings


def _ignore(event: KeyPressEvent) -> None:
    """Do nothing."""
