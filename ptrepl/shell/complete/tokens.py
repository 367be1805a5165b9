"""Code that is being typed → tokens. Takes any text; what is not finished is read as far as it goes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<space>(?:[^\S\n]|\\\n)+)
    | (?P<comment>\#[^\n]*)
    | (?P<string>(?P<letters>[rbfuRBFU]{0,2})(?P<quote>\"{3}|'{3}|"|'))
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\d[\w.]*|\.\d[\w.]*)
    | (?P<newline>\n)
    | (?P<op>->|:=|\*\*|//|[=!<>+\-*/%@&|^]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BODIES = {
    quote: re.compile(rf"(?:\\.|(?!{quote}).)*", re.DOTALL)
    if len(quote) == 3
    else re.compile(rf"(?:\\.|[^{quote}\\\n])*")
    for quote in ("'''", '"""', "'", '"')
}
_OPENING, _CLOSING = "([{", ")]}"
_VALUES = ("None", "True", "False")
DEFINES = ("def", "class")
"""Words before a name that is being given."""


class Token(NamedTuple):
    """``kind``: "name", "number", "string", "op" or "newline"; ``start`` and ``end`` are places in the text."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenString:
    """A string that has no end yet. ``letters``: those before its ``quote``; ``body``: what stands in it so far."""

    letters: str
    quote: str
    body: str


class OpenCall(NamedTuple):
    """A call without its closing bracket, in indices of tokens.

    ``start``: the first token of what is called; ``cuts``: the opening bracket, then the commas between arguments.
    """

    start: int
    cuts: list[int]


@dataclass(frozen=True, slots=True)
class TokenizedCode:
    """The tokens before the cursor; new lines inside brackets are none. ``partner``: of each closing bracket, by index.

    ``unclosed``: the open brackets, by index, the innermost last.
    """

    text: str
    tokens: Sequence[Token]
    partner: dict[int, int]
    unclosed: Sequence[int]
    string: OpenString | None
    in_comment: bool

    def source(self, start: int, end: int) -> str:
        """The text of the tokens from ``start`` up to ``end``."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]


def read_code(text: str) -> TokenizedCode:
    """Never raises."""
    tokens: list[Token] = []
    partner: dict[int, int] = {}
    unclosed: list[int] = []
    in_comment = False
    at, end = 0, len(text)
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            break
        kind, start, at = match.lastgroup or "op", at, match.end()
        in_comment = match["comment"] is not None
        if match["string"] is not None:
            body = _BODIES[match["quote"]].match(text, at)
            at = body.end() if body is not None else at
            if at >= end:
                opened = OpenString(match["letters"], match["quote"], text[match.end() :])
                return TokenizedCode(text, tokens, partner, unclosed, opened, False)
            # one that ends with its line has no second quote
            at += len(match["quote"]) if text.startswith(match["quote"], at) else 0
            tokens.append(Token("string", text[start:at], start, at))
        elif kind in ("space", "comment") or (kind == "newline" and unclosed):
            continue
        else:
            if kind == "op" and match[0] in _CLOSING and unclosed:
                partner[len(tokens)] = unclosed.pop()
            elif kind == "op" and match[0] in _OPENING:
                unclosed.append(len(tokens))
            tokens.append(Token(kind, match[0], start, at))
    return TokenizedCode(text, tokens, partner, unclosed, None, in_comment)


def is_operand_end(token: Token) -> bool:
    """Whether an expression can end with ``token``."""
    if token.kind == "name":
        return not keyword.iskeyword(token.text) or token.text in _VALUES
    return token.kind in ("number", "string") or token.text in (")", "]", "}")


def primary_start(code: TokenizedCode, end: int) -> int | None:
    """Where the ``a.b(c)[d]`` that ends before token ``end`` starts; None if there is none."""
    tokens, at = code.tokens, end - 1
    while at >= 0 and is_operand_end(tokens[at]):
        if tokens[at].text in (")", "]", "}") and tokens[at].kind == "op":
            if at not in code.partner:
                return None
            at = code.partner[at]
            if tokens[at].text != "{" and at and is_operand_end(tokens[at - 1]):
                at -= 1
                continue
        if at == 0 or tokens[at - 1].text != ".":
            return at
        at -= 2
    return None


def open_call(code: TokenizedCode, opening: int) -> OpenCall | None:
    """The call that the unclosed bracket ``opening`` begins; None for a tuple, an index or a list of parameters."""
    tokens = code.tokens
    start = primary_start(code, opening) if tokens[opening].text == "(" else None
    if start is None or (start and tokens[start - 1].text in DEFINES):
        return None
    closing = {first: last for last, first in code.partner.items()}
    end = next((at for at in code.unclosed if at > opening), len(tokens))
    cuts, at, lambdas = [opening], opening + 1, 0
    while at < end:
        at = closing.get(at, at)
        text = tokens[at].text
        if text == "lambda":
            lambdas += 1
        elif text == ":" and lambdas:
            lambdas -= 1
        elif text == "," and not lambdas:  # a comma between the parameters of a lambda parts no arguments
            cuts.append(at)
        at += 1
    return OpenCall(start, cuts)
