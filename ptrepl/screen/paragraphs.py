"""Sentences, in as many lines as the terminal needs."""

from __future__ import annotations

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import fill

_WIDEST = 100


def told(text: str, width: int | None, style: str = "", indent: str = "", widest: int = _WIDEST) -> list[Line]:
    """``text`` in lines of ``width`` columns, at most ``widest``; in one where there is no terminal (None)."""
    if width is None:
        return [text_line(indent + text, style)]
    return [text_line(line, style) for line in fill(text, min(width, widest), indent)]
