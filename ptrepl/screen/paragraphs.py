"""Sentences, in as many lines as the terminal needs."""

from __future__ import annotations

import re

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import fill

NO_BREAK = "\u00a0"
"""A space at which no line is broken."""
_WIDEST = 100
_BRACKETS = re.compile(r"(?<=\w)\([^()]*\)|\[[^\[\]]*\]")


def told(text: str, width: int | None, style: str = "", indent: str = "", widest: int = _WIDEST) -> list[Line]:
    """``text`` in lines of ``width`` columns, at most ``widest``; in one where there is no terminal (None)."""
    if width is None:
        return [text_line(indent + text, style)]
    return [text_line(line, style) for line in fill(text, min(width, widest), indent)]


def told_unbroken(text: str, width: int | None, style: str = "", indent: str = "") -> list[Line]:
    """The same, in lines that do not break within an index, the arguments of a call, or a list of numbers."""
    whole = _BRACKETS.sub(lambda found: found[0].replace(" ", NO_BREAK), text)
    return [
        text_line("".join(part for _, part in line).replace(NO_BREAK, " "), style)
        for line in told(whole, width, style, indent)
    ]
