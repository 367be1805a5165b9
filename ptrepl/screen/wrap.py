"""Text in as many lines as the terminal needs, counted in columns: a Chinese character and an emoji take two.

``parts`` says where a line may be broken: at spaces, and beside characters of two columns, which stand without spaces;
but never before a closing mark or after an opening one (Unicode Standard Annex #14, its classes CL, CP, EX, IS, NS and
OP). ``fill`` and ``slices`` make lines of a text, ``wrap`` makes them of pieces that rather stay together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ptrepl.screen.line import Line

Piece = Line
"""Fragments that stay together: a name, ``shape=(3, 4)``, ``· new``."""

GUTTER = "│ "
WIDEST = 88
"""Columns; longer lines of prose are hard to follow with the eye."""
_HANG = 2

# what may break a line, and what stands together; a no-break space is a part of its word
_WORD = re.compile(r"([^\S\u00a0\u2007\u202f]*)((?:· )?[\S\u00a0\u2007\u202f]+)")
_BLANKS = dict.fromkeys(map(ord, "\t\n\v\f\r"), " ")
_CONTROLS = re.compile(r"[\x01-\x1f\x7f-\x9f]")
_CLOSING = frozenset("!%,.:;?、。！％，．：；？…‥・ー～〜々〻ゝゞヽヾぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ")
_OPENING = frozenset("$#¥￥＃＄")


def columns(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    size = wcswidth(text)
    if size >= 0:
        return size
    # one with control characters has no width; they count as one column each
    return len(_CONTROLS.findall(text)) + sum(max(wcswidth(part), 0) for part in _CONTROLS.split(text))


def line_width(line: Line) -> int:
    """Columns that ``line`` takes."""
    return sum(columns(text) for _, text in line)


def parts(text: str) -> Iterator[tuple[str, str]]:
    """What stands together in ``text``, each with the space before it: ``("", "One"), (" ", "张"), ("", "量。")``."""
    for gap, word in _WORD.findall(text):
        if word.isascii():
            yield gap, word
            continue
        for part in _parted(word):
            yield gap, part
            gap = ""


def slices(text: str, first: int, rest: int) -> list[slice]:
    """Where ``text`` is cut into a line of at most ``first`` columns and others of at most ``rest``.

    The spaces where a line ends are in none of them. A word that fits no line is broken between its characters.
    """
    lines: list[slice] = []
    room, used, start, end, at = first, 0, 0, 0, 0
    for gap, word in parts(text):
        before, size = columns(gap), columns(word)
        if used + before + size > room:
            if end:
                lines.append(slice(start, end))
                room = rest
            start, used, before = at + len(gap), 0, 0
        at += len(gap)
        for number, bit in enumerate([word] if used + before + size <= room else _bits(word, room, rest)):
            if number:
                lines.append(slice(start, end))
                start, used, before, room = at, 0, 0, rest
            at += len(bit)
            end = at
            used += before + columns(bit)
    return [*lines, slice(start, end)] if end else lines


def fill(text: str, width: int, indent: str = "", hang: str | None = None) -> list[str]:
    """``text`` in lines of at most ``width`` columns, spaces before them: ``indent``, or ``hang`` after the first.

    Where the terminal is narrow, half of a line at most is indented.
    """
    indent, hang = (each[: width // 2] for each in (indent, indent if hang is None else hang))
    text = text.translate(_BLANKS)
    lines = slices(text, width - len(indent), width - len(hang))
    return [(hang if number else indent) + text[line] for number, line in enumerate(lines)]


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
            for space, word in parts(text):
                gap = gap or space[:1]
                for bit in _bits(word, most, most):
                    yield gap, ((style, bit),)
                    gap = ""


def _parted(word: str) -> Iterator[str]:
    """A word, parted where one of two characters side by side takes two columns and no mark belongs to the other."""
    part, previous, was_wide = "", "", False
    for character in _characters(word):
        is_wide = columns(character) > 1
        if part and (is_wide or was_wide) and not (_opens(previous) or _closes(character[0])):
            yield part
            part = ""
        part, previous, was_wide = part + character, character[0], is_wide
    yield part


def _opens(character: str) -> bool:
    return character in _OPENING or unicodedata.category(character) in ("Ps", "Pi")


def _closes(character: str) -> bool:
    return character in _CLOSING or unicodedata.category(character) in ("Pe", "Pf")


def _characters(word: str) -> Iterable[str]:
    """What a reader takes for one: a letter with its accents, an emoji with all that it is made of."""
    if word.isascii():
        return word
    from wcwidth import iter_graphemes

    return iter_graphemes(word)


def _bits(word: str, first: int, rest: int) -> Iterator[str]:
    """``word`` in a bit of at most ``first`` columns and others of at most ``rest``, at least one character each."""
    bit, used, most = "", 0, first
    for character in _characters(word):
        size = columns(character)
        if bit and used + size > most:
            yield bit
            bit, used, most = "", 0, rest
        bit += character
        used += size
    yield bit
