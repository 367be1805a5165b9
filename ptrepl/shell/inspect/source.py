"""Python source → lines in the colours of its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.theme import TOKENS

if TYPE_CHECKING:
    from pygments.token import _TokenType


def highlighted(source: str, *, colour: bool) -> list[Line]:
    """The lines of ``source``; without ``colour`` as they are, and nothing is imported for it."""
    if not colour:
        return [text_line(line) for line in source.splitlines()]
    from pygments.lexers.python import PythonLexer

    lines: list[Line] = []
    current: list[tuple[str, str]] = []
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source):
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append(tuple(current))
                current = []
            if part:
                current.append((_style(kind), part))
    if current:
        lines.append(tuple(current))
    return lines


def _style(kind: _TokenType) -> str:
    """That of the token type, or of the nearest above it that has one."""
    above: _TokenType | None = kind
    while above is not None:
        if (name := str(above).removeprefix("Token.")) in TOKENS:
            return TOKENS[name]
        above = above.parent
    return ""
