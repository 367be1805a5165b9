"""Pieces of a line → as many lines as the terminal needs, broken between pieces, the gutter on each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ptrepl.screen.line import Line

Piece = Line
"""Fragments that stay together: a name, ``shape=(3, 4)``, ``· new``."""

GUTTER = "│ "
_HANG = 2


def columns(text: str) -> int:
    """Columns that ``text`` takes in a terminal: two for a Chinese character or an emoji."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0) or len(text)


def wrap(pieces: Iterable[Piece], width: int | None, *, indent: bool = False, hang: int = _HANG) -> list[Line]:
    """Join ``pieces`` by two spaces (a note to a note by one), behind the gutter; lines of at most ``width`` columns.

    ``indent``: the first line starts as far to the right as other continuations do. ``hang``: columns before a
    continuation of this one. A piece that is wider than a continuation is broken at its spaces.
    """
    lines: list[Line] = []
    prefix = _prefix(_HANG if indent else 0)
    current, used, empty = list(prefix), line_width(prefix), True
    for gap, piece in _spaced(pieces, None if width is None else width - len(GUTTER) - hang):
        size = line_width(piece)
        if width is not None and not empty and used + len(gap) + size > width:
            lines.append(tuple(current))
            current, used, empty = list(_prefix(hang)), line_width(_prefix(hang)), True
        if gap and not empty:
            current.append(("", gap))
            used += len(gap)
        current += piece
        used += size
        empty = False
    lines.append(tuple(current))
    return lines


def _prefix(columns_in: int) -> Line:
    return (("gutter", GUTTER), ("", " " * columns_in)) if columns_in else (("gutter", GUTTER),)


def line_width(line: Line) -> int:
    """Columns that ``line`` takes."""
    return sum(columns(text) for _, text in line)


def _spaced(pieces: Iterable[Piece], most: int | None) -> Iterator[tuple[str, Piece]]:
    """Each piece with the gap before it; what does not fit a line comes word by word, what fits no line in bits."""
    previous = ""
    for piece in pieces:
        gap = " " if previous == "note" and piece[0][0] == "note" else "  "
        previous = piece[0][0]
        if most is None or line_width(piece) <= most:
            yield gap, piece
            continue
        for style, text in piece:
            for space, word in re.findall(r"(\s*)((?:· )?\S+)", text):
                gap = gap or space[:1]
                for bit in _bits(word, most):
                    yield gap, ((style, bit),)
                    gap = ""


def _bits(word: str, most: int) -> Iterator[str]:
    """``word`` in bits of at most ``most`` columns, at least one character each."""
    bit, used = "", 0
    for character in word:
        size = columns(character)
        if bit and used + size > most:
            yield bit
            bit, used = "", 0
        bit += character
        used += size
    yield bit
