"""Which call the cursor is in, and what stands between its brackets so far: told from the text alone."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from itertools import pairwise

_TOKEN = re.compile(
    r"""
      (?P<string>[rbuftRBUFT]{0,2}(?:\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\.|[^\\])*?(?:'{3}|\Z)
                                  |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    | (?P<comment>\#[^\n]*) | (?P<name>[^\W\d]\w*) | (?P<number>\d[\w.]*) | (?P<space>[^\S\n]+|\\\n)
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<dot>\.) | (?P<comma>,) | (?P<colon>:) | (?P<newline>\n) | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_VALUES = ("None", "True", "False")


@dataclass(frozen=True, slots=True)
class Call:
    """``function``: its source; ``arguments``: their texts, stripped, the last one as far as it is typed."""

    function: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class _Bracket:
    """An open one. ``start``: where the expression before it starts, None if there is none."""

    at: int
    start: int | None
    round: bool
    commas: list[int] = field(default_factory=list)
    lambdas: int = 0
    """Those whose parameters are not over: their commas part no arguments."""


class _Scan:
    """Goes over code once, from left to right, and keeps the brackets that are open."""

    def __init__(self) -> None:
        self.open: list[_Bracket] = []
        self.in_comment = False
        self._start: int | None = None
        self._continues = False
        self._defines = False

    def take(self, kind: str, text: str, at: int) -> None:
        """Take one token."""
        self.in_comment = kind == "comment"
        if kind in ("space", "comment"):
            return
        after_dot, self._continues = self._continues, kind == "dot"
        if kind == "name":
            self._name(text, at, after_dot)
        elif kind in ("string", "number"):
            self._start = at
        elif kind == "open":
            self.open.append(_Bracket(at, self._start, text == "("))
            self._start = None
        elif kind == "close":
            bracket = self.open.pop() if self.open else None
            self._start = None if bracket is None else bracket.at if bracket.start is None else bracket.start
        elif kind != "dot" and not (kind == "newline" and self.open):
            self._part(kind, at)

    def _name(self, text: str, at: int, after_dot: bool) -> None:
        defined, self._defines = self._defines, text in ("def", "class")
        if after_dot:
            return
        if text == "lambda" and self.open:
            self.open[-1].lambdas += 1
        is_word = keyword.iskeyword(text) and text not in _VALUES
        self._start = None if defined or is_word else at

    def _part(self, kind: str, at: int) -> None:
        """A comma, a colon, an operator or the end of a statement: the expression is over."""
        self._start = None
        bracket = self.open[-1] if self.open else None
        if bracket is None:
            return
        if kind == "comma" and not bracket.lambdas:
            bracket.commas.append(at)
        elif kind == "colon" and bracket.lambdas:
            bracket.lambdas -= 1


def call_at(before: str) -> Call | None:
    """The innermost call that the end of ``before`` is in; None where it is in none, or in a comment."""
    if "(" not in before:
        return None
    scan = _Scan()
    for match in _TOKEN.finditer(before):
        scan.take(match.lastgroup or "other", match[0], match.start())
    if scan.in_comment:
        return None
    for bracket in reversed(scan.open):
        if bracket.round and bracket.start is not None:
            ends = [bracket.at, *bracket.commas, len(before)]
            arguments = [before[left + 1 : right].strip() for left, right in pairwise(ends)]
            return Call(before[bracket.start : bracket.at].strip(), tuple(arguments))
    return None
