"""``%keys``: what the keys of the prompt do."""

from __future__ import annotations

from ptrepl.engine.run.source import check_input, clean
from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.screen.wrap import WIDEST, columns, fill
from ptrepl.shell.commands.dispatch import is_command
from ptrepl.shell.context import ShellContext
from ptrepl.shell.pager import show_in_pages
from ptrepl.shell.prompt.editor import Editor
from ptrepl.shell.prompt.keys import GIVEN_KEYS, key_table
from ptrepl.shell.prompt.offers import Offers
from ptrepl.texts.messages import N_, gettext

_WORDS = {"c": "Ctrl", "s": "Shift", "escape": "Alt"}
_NAMES = {" ": N_("Space"), "<any>": N_("A character"), "<bracketed-paste>": N_("A paste")}
_NARROW, _GAP = 60, 2


def show_keys(context: ShellContext, arguments: str) -> None:
    """``%keys``. Raises UsageError for an argument."""
    if arguments.strip():
        raise UsageError(gettext("%keys takes no argument: it lists all keys of the prompt."))
    show_in_pages(context, key_lines(context.printer.width))


def key_lines(width: int | None = None) -> list[Line]:
    """One row for each thing that keys do, with all the keys that do it."""
    keys: dict[str, list[str]] = {}
    editor = Editor(check_input, clean, is_command)
    for pressed, describes in [*((row.keys, row.describes) for row in key_table(editor, Offers())), *GIVEN_KEYS]:
        names = keys.setdefault(describes, [])
        if (name := key_name(pressed)) not in names:
            names.append(name)
    rows = [(", ".join(names), gettext(describes)) for describes, names in keys.items()]
    column = max(columns(names) for names, _ in rows) + _GAP
    return [line for names, describes in rows for line in _row(names, describes, column, width)]


def key_name(keys: tuple[str, ...]) -> str:
    """``("c-x", "c-e")`` → ``Ctrl-X Ctrl-E``, ``("escape", "enter")`` → ``Alt-Enter``."""
    if keys[0] == "escape" and len(keys) > 1:
        return f"{_WORDS['escape']}-{' '.join(map(_one, keys[1:]))}"
    return " ".join(map(_one, keys))


def _one(key: str) -> str:
    if key in _NAMES:
        return gettext(_NAMES[key])
    head, dash, tail = key.partition("-")
    if dash and head in _WORDS:
        return f"{_WORDS[head]}-{_one(tail)}"
    return key if len(key) == 1 and not key.isalpha() else key.capitalize()


def _row(names: str, describes: str, column: int, width: int | None) -> list[Line]:
    if width is None:
        return [(("key", names), ("", " " * (column - columns(names)) + describes))]
    if width < _NARROW:
        return [(("key", names),), *((("", part),) for part in fill(describes, width, "    "))]
    first, *more = fill(describes, min(width, WIDEST) - column)
    rest = [(("", " " * column + part),) for part in more]
    return [(("key", names), ("", " " * (column - columns(names)) + first)), *rest]
