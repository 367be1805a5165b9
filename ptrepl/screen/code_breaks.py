"""Python whose lines fit: a long one is broken within its brackets, where Python lets a line go on."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

_GOES_ON = " " * 8
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_BEGINS_A_PART = frozenset({"for", "if", "and", "or"})
_NO_CODE = frozenset({tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})


def broken_code(source: str, width: int) -> str:
    """``source`` in lines of at most ``width`` characters where that can be done; as it is where it is no Python.

    What comes out is the same program: strings, comments and what stands outside of brackets are never broken.
    """
    lines = source.split("\n")
    if all(len(line) <= width for line in lines):
        return source
    try:
        places = _places(source)
    except (tokenize.TokenError, SyntaxError):
        return source
    return "\n".join(part for row, line in enumerate(lines, 1) for part in _parts(line, places.get(row, {}), width))


def _places(source: str) -> dict[int, dict[int, tuple[int, int]]]:
    """Row → {column where the line may be broken: how many brackets are open there, and how well it may}."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    depth, strings, before, last = 0, 0, (0, 0), ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = token.start
        if depth and not strings and before[0] == row and before[1] < column and token.type not in _NO_CODE:
            how = 0 if token.string in _BEGINS_A_PART else 1 if last == "," else 2
            found.setdefault(row, {})[column] = depth, how
        name = tokenize.tok_name[token.type]
        strings += (name == "FSTRING_START") - (name == "FSTRING_END")
        if token.type == tokenize.OP and not strings:
            depth += (token.string in _OPENING) - (token.string in _CLOSING)
        before, last = token.end, token.string
    return found


def _parts(line: str, places: dict[int, tuple[int, int]], width: int) -> Iterator[str]:
    """``line``, broken where the fewest brackets are open, as far to the right as fits."""
    margin = line[: len(line) - len(line.lstrip())] + _GOES_ON
    start, begun = 0, ""
    while len(begun) + len(line) - start > width:
        fitting = [at for at in places if start < at and len(begun) + len(line[start:at].rstrip()) <= width]
        if not fitting:
            break
        end = min(fitting, key=lambda at: (*places[at], -at))
        yield begun + line[start:end].rstrip()
        start, begun = end, margin
    yield begun + line[start:]
