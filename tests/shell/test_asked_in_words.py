"""Questions in plain words lead to the command that answers them."""

from __future__ import annotations

import pytest
import torch

from ptrepl.shell.asked_in_words import asked_in_words
from ptrepl.shell.inspect.word import name_of_word


@pytest.mark.parametrize(
    "text", ["what is dtype?", "What is a dtype", "what does dtype mean?", "dtype?", "what's dtype?", "explain dtype"]
)
def test_what_a_word_means(text: str) -> None:
    assert asked_in_words(text, {}, tuple, in_lesson=False) == "%help dtype explains that word."


@pytest.mark.parametrize("text", ["hint", "Hint?", "skip", "next", "solution.", "help", "task"])
def test_the_name_of_a_command_without_its_sign(text: str) -> None:
    word = text.rstrip("?.").casefold()
    assert asked_in_words(text, {}, tuple, in_lesson=True) == f"Commands begin with %: type %{word}."
    outside = asked_in_words(text, {}, tuple, in_lesson=False)
    assert outside == ("Commands begin with %: type %help." if word == "help" else "")
    assert asked_in_words(text, {word: 1}, tuple, in_lesson=True) == ""


@pytest.mark.parametrize(
    "text",
    [
        "what was the task again?",
        "show me the task again",
        "what do I do",
        "which task is it",
        "where is the question?",
        "what is wrong?",
        "What's missing?",
    ],
)
def test_what_was_asked_is_asked(text: str) -> None:
    said = "%task shows the text of this step again; %hint helps with it."
    assert asked_in_words(text, {}, tuple, in_lesson=True) == said
    assert "%task" not in asked_in_words(text, {}, tuple, in_lesson=False)
    assert asked_in_words("show(task)", {}, tuple, in_lesson=True) == ""


@pytest.mark.parametrize("text", ["what is wrong?", "what do I do", "why is the loop slower?", "I do not know this"])
def test_where_nothing_is_asked_no_hint_is_named(text: str) -> None:
    said = asked_in_words(text, {}, tuple, in_lesson=True, waits=True)
    assert "Enter goes on" in said
    assert "%hint" not in said
    assert "%hint" in asked_in_words(text, {}, tuple, in_lesson=True)


@pytest.mark.parametrize("in_lesson", [True, False])
def test_a_lesson_that_is_named_without_the_sign(in_lesson: bool) -> None:
    said = "Commands begin with %: type %lesson start."
    assert asked_in_words("lesson start", {}, tuple, in_lesson=in_lesson) == said
    assert asked_in_words("lesson start", {"lesson": 1}, tuple, in_lesson=in_lesson) == ""
    assert asked_in_words("lesson", {}, tuple, in_lesson=in_lesson) == ""


@pytest.mark.parametrize("text", ["what is an epoch?", "what does device mean?", "explain mask", "whats a vector"])
def test_a_word_that_a_variable_has_for_its_name_is_explained_all_the_same(text: str) -> None:
    word = text.rstrip("?").removesuffix(" mean").split()[-1]
    names = {"epoch": 1, "device": 2, "mask": 3, "vector": 4}
    assert asked_in_words(text, names, tuple, in_lesson=True) == f"%help {word} explains that word."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what is zeros_like?", "torch.zeros_like? tells about it."),
        ("what is torch.empty?", "torch.empty? tells about it."),
        ("empty?", "torch.empty? tells about it."),
        ("what's backward", "%help backward explains that word."),
        ("what is cumsum?", "torch.cumsum? tells about it."),
        ("what is fill_", "torch.fill_? tells about it."),
        ("explain Linear", "torch.nn.Linear? tells about it."),
        ("what is x?", "x? tells about it."),
        ("what is solve?", "torch.linalg.solve? tells about it."),
        ("what is lstsq?", "%help lstsq explains that word."),
        ("what is a token?", "%help token explains that word."),
        ("what is print?", "print? tells about it."),
        ("what is love?", "There is no help on love. %help lists the commands and the words."),
        ("love?", ""),
    ],
)
def test_what_a_name_means(text: str, said: str) -> None:
    namespace = {"x": 1, "torch": torch}
    found = asked_in_words(text, namespace, tuple, in_lesson=True, find=lambda word: name_of_word(word, namespace))
    assert found == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what is a learning rate?", "%help learning rate explains that word."),
        ("what is a validation set?", "%help validation set explains that word."),
        ("what is the training set?", "%help training set explains that word."),
        ("what is the chain rule?", "%help chain rule explains that word."),
        ("what does forward pass mean?", "%help forward pass explains that word."),
        ("what is in-place?", "%help changed in place explains that word."),
        ('what is "leaf"?', "%help is_leaf explains that word."),
        ("what are `labels`?", "%help label explains that word."),
        ("what is %watch?", "%help watch explains that command."),
        ("what is %frob?", "There is no help on %frob. %help lists the commands and the words."),
        ("what is a great love?", "There is no help on great love. %help lists the commands and the words."),
        ('what does "how fast" mean?', "There is no help on how fast. %help lists the commands and the words."),
    ],
)
def test_what_several_words_mean(text: str, said: str) -> None:
    assert asked_in_words(text, {}, tuple, in_lesson=True) == said


@pytest.mark.parametrize("text", ["why 6 and 80?", "why is it 14?", "how do I clear x.grad?", "is `x` a leaf?"])
def test_a_question_of_any_words_is_answered(text: str) -> None:
    assert asked_in_words(text, {"x": 1}, tuple, in_lesson=True).startswith("That is no Python, so nothing ran.")


@pytest.mark.parametrize("text", ["x", "x?", "what", "dtype", "x is dtype", "hint()", "love?"])
def test_code_and_other_questions(text: str) -> None:
    assert asked_in_words(text, {"x": 1}, tuple, in_lesson=True) == ""


def test_a_name_of_the_learners_is_theirs() -> None:
    assert asked_in_words("dtype?", {"dtype": 1}, tuple, in_lesson=True) == ""
    assert asked_in_words("what is dtype", {"what": 1}, tuple, in_lesson=True) == ""


@pytest.mark.parametrize(
    "text",
    [
        "hello what do I do",
        "I don't know how to start",
        "how do I make a tensor?",
        "go to the next step, please",
        "I think it is 64 bits",
    ],
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
        "x 1 2",
        "x y 1",
        "not a in b",
        "lambda x y",
        "pip install pandas",
    ],
)
def test_what_is_nearly_python_is_left_to_python(text: str) -> None:
    assert asked_in_words(text, {"x": 1}, tuple, in_lesson=True) == ""
