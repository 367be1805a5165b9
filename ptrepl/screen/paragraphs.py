"""Sentences, in as many lines as the terminal needs."""

from __future__ import annotations

import textwrap

from ptrepl.screen.line import Line, text_line

_WIDEST = 100


def told(text: str, width: int | None, style: str = "", indent: str = "") -> list[Line]:
    """``text`` wrapped at its spaces to ``width`` columns; on one line where there is no terminal (None)."""
    if width is None:
        return [text_line(indent + text, style)]
    room = max(min(width, _WIDEST), len(indent) + 20)
    return [
        text_line(line, style)
        for line in textwrap.wrap(
            text, room, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    ]
