"""The code that a text shows, between backticks and in fences; what stands there as plain English is not code."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODE = re.compile(r"(?ms)^(?P<mark>`{3,}|~{3,})[^\n]*\n(?P<block>.*?)^(?P=mark)|(?<!`)`(?P<span>[^`\n]+)`(?!`)")
_WORD = re.compile(r"\w+|@")


def code_in(text: str) -> Iterator[tuple[str, int]]:
    """Each piece of code in a Markdown text, with the number of lines before it."""
    for match in _CODE.finditer(text):
        yield match["block"] or match["span"] or "", text.count("\n", 0, match.start())


def words_in(source: str) -> frozenset[str]:
    """The words of a piece of code; ``@``, which is ``matmul`` written short, is one of them."""
    return frozenset(_WORD.findall(source))


def words_shown(text: str) -> frozenset[str]:
    """The words that a Markdown text shows as code."""
    return frozenset[str]().union(*(words_in(code) for code, _ in code_in(text)))
