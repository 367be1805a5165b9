"""Prose at a question is told from code by its form."""

from __future__ import annotations

import pytest

from ptrepl.tutor.play.asides.plain_words import is_plain_words

KNOWN = {"x", "y", "torch", "print"}


@pytest.mark.parametrize(
    "text",
    [
        "no, it is random",
        "no idea",
        "hello what do I do",
        "maybe",
        "it is not",
        "yes or no",
        "no, not that",
        "why, oh why?",
    ],
)
def test_words_are_no_code(text: str) -> None:
    assert is_plain_words(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["x", "x is y", "x, y", "print", "x not in y", "no(x)", "no.x", "no + way", "x or no", "[no]", "5", "no = 1"],
)
def test_code_is_no_words(text: str) -> None:
    assert not is_plain_words(text, KNOWN)
