"""How far the next line of unfinished input is indented."""

from __future__ import annotations

import io
import tokenize

_LEAVES_BLOCK = frozenset({"return", "pass", "break", "continue", "raise"})
_WIDTH = 4


def next_indent(text: str) -> int:
    """Spaces to put before the line after ``text``: deeper after ``:`` or an open bracket, back after ``return``."""
    lines = text.expandtabs(8).split("\n")
    tokens, inside_string = _tokens(text)
    if inside_string:
        return 0
    brackets: list[int] = []
    for token in tokens:
        if token.type == tokenize.OP and token.string in "([{":
            brackets.append(token.start[0])
        elif token.type == tokenize.OP and token.string in ")]}" and brackets:
            brackets.pop()
    if brackets:
        opener = lines[brackets[-1] - 1]
        return len(opener) - len(opener.lstrip()) + _WIDTH
    significant = [
        t for t in tokens if t.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE) and t.string.strip()
    ]
    # a block is as deep as the line that began the statement, not the continuation that ended it
    first = _first_line_of_last_statement(tokens, lines)
    indent = len(first) - len(first.lstrip())
    if significant and significant[-1].string == ":":
        return indent + _WIDTH
    if first.strip() and first.split()[0].rstrip(";") in _LEAVES_BLOCK:
        return max(0, indent - _WIDTH)
    return indent


def _tokens(text: str) -> tuple[list[tokenize.TokenInfo], bool]:
    found: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            if token.type == tokenize.ERRORTOKEN and token.string in "\"'":
                break
            found.append(token)
    except tokenize.TokenError as error:
        return found, "string" in str(error)
    except (IndentationError, SyntaxError):
        pass
    return found, False


def _first_line_of_last_statement(tokens: list[tokenize.TokenInfo], lines: list[str]) -> str:
    start = 0
    fresh = True
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            fresh = True
        elif fresh and token.type not in (
            tokenize.NL,
            tokenize.COMMENT,
            tokenize.INDENT,
            tokenize.DEDENT,
            tokenize.ENDMARKER,
        ):
            start, fresh = token.start[0], False
    return lines[start - 1] if start else ""
