"""The code that a text shows, between backticks and in fences; what stands there as plain English is not code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ptrepl.tutor.format.lesson import Lesson, Prose, Role, Step

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


def wanted_words(step: Step) -> frozenset[str]:
    """The words of code that a step shows, asks for, and takes for an answer."""
    shown = (words_shown(block.text) for block in step.blocks if isinstance(block, Prose))
    roles = (Role.DEMO, Role.STARTER, Role.SOLUTION)
    return frozenset[str]().union(*shown, *(words_in(code.source) for code in step.codes(*roles)))


def taught_words(lesson: Lesson, index: int) -> frozenset[str]:
    """The words of code that a lesson teaches, and those of its steps before ``index``."""
    before = (wanted_words(step) for step in lesson.steps[:index])
    return words_in(" ".join(lesson.teaches)).union(*before)
