"""Questions in plain words lead to the command that answers them."""

from __future__ import annotations

import pytest

from ptrepl.shell.asked_in_words import asked_in_words


@pytest.mark.parametrize(
    "text", ["what is dtype?", "What is a dtype", "what does dtype mean?", "dtype?", "what's dtype?", "explain dtype"]
)
def test_what_a_word_means(text: str) -> None:
    assert asked_in_words(text, {}, tuple, in_lesson=False) == "%help dtype explains that word."


@pytest.mark.parametrize("text", ["hint", "Hint?", "skip", "next", "solution.", "help"])
def test_the_name_of_a_command_without_its_sign(text: str) -> None:
    word = text.rstrip("?.").casefold()
    assert asked_in_words(text, {}, tuple, in_lesson=True) == f"Commands begin with %: type %{word}."
    assert asked_in_words(text, {}, tuple, in_lesson=False) == ""
    assert asked_in_words(text, {word: 1}, tuple, in_lesson=True) == ""


@pytest.mark.parametrize("text", ["x", "x?", "what is love?", "what", "dtype", "what is x", "x is dtype", "hint()"])
def test_code_and_other_questions(text: str) -> None:
    assert asked_in_words(text, {"x": 1}, tuple, in_lesson=True) == ""


def test_a_name_of_the_learners_is_theirs() -> None:
    assert asked_in_words("dtype?", {"dtype": 1}, tuple, in_lesson=True) == ""
    assert asked_in_words("what is dtype", {"what": 1}, tuple, in_lesson=True) == ""


@pytest.mark.parametrize(
    "text",
    ["hello what do I do", "I don't know how to start", "how do I make a tensor?", "go to the next step, please"],
)
def test_prose_is_answered_and_not_run(text: str) -> None:
    said = "That is no Python, so nothing ran. %hint helps with this step; %help lists the commands."
    assert asked_in_words(text, {}, tuple, in_lesson=True) == said
    assert asked_in_words(text, {}, tuple, in_lesson=False).endswith("ran. %help lists the commands.")


@pytest.mark.parametrize(
    "text",
    [
        "import torch as t",
        "x is not y",
        "print hello world",
        "for x in y",
        "a b",
        "x y z",
        "not a in b",
        "lambda x y",
        "pip install pandas",
    ],
)
def test_what_is_nearly_python_is_left_to_python(text: str) -> None:
    assert asked_in_words(text, {"x": 1}, tuple, in_lesson=True) == ""
