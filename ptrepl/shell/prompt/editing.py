"""What Enter, Tab, Backspace and a paste do to the text of the prompt. Pure: text in, decision out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

if TYPE_CHECKING:
    from ptrepl.engine.run.source import Complete, Incomplete, Invalid


Check: TypeAlias = "Callable[[str], Complete | Incomplete | Invalid]"
INDENT = 4


class Run(NamedTuple):
    """Hand ``text`` to the engine."""

    text: str


class NewLine(NamedTuple):
    """Go on in a new line with ``indent`` spaces; ``at_end``: after the text, wherever the cursor is."""

    indent: int
    at_end: bool = False


def on_enter(text: str, cursor: int, check: Check, is_command: Callable[[str], bool]) -> Run | NewLine:
    """Run what is complete or can never be, unless the cursor is above the last line; else go on in a new line."""
    if text.lstrip()[:1] in ("%", "!") and is_command(text):
        return Run(text.strip())
    below = text[cursor:].partition("\n")[2]
    if below.strip():
        return on_new_line(text, cursor, check)
    if not _goes_on(check(_without_last_indent(text))):
        return Run(tidy(text, check))
    if "\n" in text:
        return on_new_line(text, cursor, check)
    # Enter sends one line as a whole in every shell, also from its middle
    return NewLine(on_new_line(text, len(text), check).indent, at_end=True)


def on_new_line(text: str, cursor: int, check: Check) -> NewLine:
    """The new line that the text before the cursor asks for."""
    before = text[:cursor]
    verdict = check(before)
    if _goes_on(verdict):
        return NewLine(verdict.indent)
    line = before.rpartition("\n")[2]
    return NewLine(len(line) - len(line.lstrip(" ")))


def on_paste(pasted: str, before: str, clean: Callable[[str], str], check: Check) -> str:
    """What to insert after ``before`` for ``pasted``: whole, without prompts, below the indent that the cursor is at.

    In the middle of a line it is inserted as it is.
    """
    pasted = pasted.replace("\r\n", "\n").replace("\r", "\n")
    margin = before.rpartition("\n")[2]
    if margin.strip():
        return pasted
    cleaned = clean(pasted)
    if not margin:
        return cleaned if before.strip() else tidy(cleaned, check)
    first, *others = cleaned.split("\n")
    return "\n".join([first, *(margin + line if line.strip() else "" for line in others)])


def indent_width(before: str) -> int:
    """Spaces that Tab inserts after ``before``, the part of the line left of the cursor."""
    return INDENT - len(before) % INDENT


def outdent_width(before: str) -> int:
    """Characters that Backspace removes from ``before``, which is white space."""
    if not before.endswith(" "):
        return 1
    spaces = len(before) - len(before.rstrip(" "))
    return min(spaces, (len(before) - 1) % INDENT + 1)


def shift_lines(text: str, start: int, end: int, tab_stops: int) -> tuple[str, int, int]:
    """``text`` with the lines between ``start`` and ``end`` moved by so many tab stops, and where they stand then.

    Empty lines stay empty; a line is moved to the left as far as it can be.
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", max(first, end - 1 if text[end - 1 : end] == "\n" else end))
    last = len(text) if last < 0 else last
    moved = "\n".join(_shifted(line, tab_stops * INDENT) for line in text[first:last].split("\n"))
    return text[:first] + moved + text[last:], first, first + len(moved)


def _shifted(line: str, columns: int) -> str:
    if columns > 0:
        return " " * columns + line if line.strip() else line
    return line[min(-columns, len(line) - len(line.lstrip(" "))) :]


def _without_last_indent(text: str) -> str:
    """``text`` with a last line of white space made empty: an offered indent must not keep a block open."""
    head, newline, last = text.rpartition("\n")
    return text if last.strip() else head + newline


def tidy(text: str, check: Check) -> str:
    """``text`` without white space at its end, but with the empty line that ends a block, so that one Enter runs it."""
    stripped = text.rstrip()
    return stripped + "\n" if _goes_on(check(stripped)) and stripped != text else stripped


def _goes_on(verdict: Complete | Incomplete | Invalid) -> TypeGuard[Incomplete]:
    from ptrepl.engine.run.source import Incomplete  # behind the first prompt, as preload.py says

    return isinstance(verdict, Incomplete)
