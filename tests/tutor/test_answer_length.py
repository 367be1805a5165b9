"""The length of an answer: what counts, and which lines are the answer."""

from __future__ import annotations

import pytest

from ptrepl.tutor.answer_length import answer_in, length_of


@pytest.mark.parametrize(
    ("source", "length"),
    [
        ("def f(x):\n    return x + 1", 3),
        ("f = lambda x: x + 1", 3),
        ("def f(the_amount_of_rain):\n    # much of it\n    return the_amount_of_rain   +   1\n", 3),
        ('def f(x):\n    """Adds one."""\n    return (x + 1)', 3),
        ("def f(x):\n    return x[:, None]", 6),
        ("import math\ndef f(x):\n    return math.pi", 5),
        ("def f(x):\n    if x:\n        return x\n    return 1", 5),
        ("def f(x", 0),
        ("", 0),
    ],
)
def test_names_numbers_and_signs_count_each_as_one(source: str, length: int) -> None:
    assert length_of(source) == length


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("def f(x):\n    return x", "def f(x):\n    return x"),
        ("y = 1\ndef f(x):\n    return 2\ndef f(x):\n    return x  # now", "def f(x):\n    return x  # now"),
        (
            "def half(x):\n    return x / 2\nprint(1)\ndef f(x):\n    return half(x)",
            "def half(x):\n    return x / 2\ndef f(x):\n    return half(x)",
        ),
        ("f = abs", "f = abs"),
        ("y = 1", ""),
        ("def f(", ""),
    ],
)
def test_the_answer_is_what_made_the_asked_name(typed: str, answer: str) -> None:
    assert answer_in(typed, frozenset({"f"})) == answer
