"""The view form: a line of styled fragments, before it becomes plain text or ANSI.

Plain tuples, as prompt_toolkit's formatted text has them, because the x-ray line is drawn after every statement and
must not wait for rich to be imported.
"""

from __future__ import annotations

import re

Line = tuple[tuple[str, str], ...]
"""(style name, text) pairs; the style names are the keys of ``theme.STYLES``, "" is the terminal's own."""


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOURS = re.compile(r"(\x1b\[[\d;]*m)")


def harmless(text: str) -> str:
    """``text`` with its control characters written as escapes, but for tabs and line ends.

    A name or a file name may hold any character, and what a terminal obeys (ECMA-48, C0 and C1) must not reach it.
    """
    return _CONTROLS.sub(_escaped, text)


def harmless_but_coloured(text: str) -> str:
    """The same, where the text may bring colours of its own, as the message of an exception does (SGR sequences)."""
    if "\x1b" not in text:
        return harmless(text)
    return "".join(part if number % 2 else harmless(part) for number, part in enumerate(_COLOURS.split(text)))


def _escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def plain(line: Line) -> str:
    """The text of ``line`` without its styles."""
    return "".join(text for _, text in line)


def text_line(text: str, style: str = "") -> Line:
    """A line in one style."""
    return ((style, text),)
