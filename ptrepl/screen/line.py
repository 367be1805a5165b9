"""The view form: a line of styled fragments, before it becomes plain text or ANSI.

Plain tuples, as prompt_toolkit's formatted text has them, because the x-ray line is drawn after every statement and
must not wait for rich to be imported.
"""

from __future__ import annotations

Line = tuple[tuple[str, str], ...]
"""(style name, text) pairs; the style names are the keys of ``theme.STYLES``, "" is the terminal's own."""


def plain(line: Line) -> str:
    """The text of ``line`` without its styles."""
    return "".join(text for _, text in line)


def text_line(text: str, style: str = "") -> Line:
    """A line in one style."""
    return ((style, text),)
