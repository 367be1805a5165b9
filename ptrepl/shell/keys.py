"""The keys of the prompt that are not every editor's: one table, each row with its handler and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prompt_toolkit.application.current import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, Filter, emacs_insert_mode, has_focus, has_selection, vi_insert_mode
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.keys import Keys

from ptrepl.shell.editor import Editor

__all__ = ["Binding", "build", "key_table"]


@dataclass(frozen=True, slots=True)
class Binding:
    """One row. ``keys`` are pressed one after the other; ``describes`` is what a user reads about it."""

    keys: tuple[str, ...]
    handler: Callable[[KeyPressEvent], None]
    filter: Filter
    describes: str


@Condition
def _in_margin() -> bool:
    """Only white space is left of the cursor."""
    return not get_app().current_buffer.document.current_line_before_cursor.strip()


@Condition
def _after_margin() -> bool:
    """White space, and at least one of it, is left of the cursor."""
    return get_app().current_buffer.document.current_line_before_cursor.isspace()


@Condition
def _is_empty() -> bool:
    """Nothing is typed."""
    return not get_app().current_buffer.text


def key_table(editor: Editor) -> tuple[Binding, ...]:
    """All rows, bound to ``editor``."""
    focused = has_focus(DEFAULT_BUFFER)
    takes_code = focused & Condition(lambda: editor.takes_code)
    typing = focused & ~has_selection & (emacs_insert_mode | vi_insert_mode)
    offered = Condition(lambda: editor.at_offered_indent(get_app().current_buffer))
    return (
        Binding(("enter",), editor.enter, takes_code, "Run the input, or go on in a new line if it is not complete."),
        Binding(("enter",), editor.take_line, focused & ~takes_code, "Give the answer."),
        # in vi mode Escape must not wait for a second key
        Binding(("escape", "enter"), editor.new_line, takes_code & emacs_insert_mode, "Add a line."),
        Binding(("c-o",), editor.run_all, takes_code, "Run the whole input, wherever the cursor is."),
        Binding(("tab",), editor.indent, typing & _in_margin, "Indent to the next tab stop."),
        Binding(("s-tab",), editor.outdent, typing & _after_margin, "Go back to the previous tab stop."),
        Binding(("backspace",), editor.outdent, typing & _after_margin, "Go back to the previous tab stop."),
        Binding((" ",), editor.space, typing & offered, "Replace the offered indent by your own."),
        # a terminal turns a Ctrl-D that is typed while code runs into a null, which is Ctrl-@
        Binding(("c-@",), editor.leave, focused & _is_empty, "Leave, as Ctrl-D does."),
        Binding((Keys.BracketedPaste.value,), editor.paste, focused, "Insert the pasted text whole, without prompts."),
    )


def build(table: Iterable[Binding]) -> KeyBindings:
    """The table in the form that the prompt takes."""
    bindings = KeyBindings()
    for row in table:
        bindings.add(*row.keys, filter=row.filter)(row.handler)
    return bindings
