"""Answers with words around them: taken where it is sure which value they mean."""

from __future__ import annotations

import pytest

from ptrepl.tutor.check.answer_in_words import answer_in_words, letter_in_words
from ptrepl.tutor.check.answers import Answer, Dtype, Error, Numbers
from ptrepl.tutor.format.lesson import Choice, Choices

INT64, TRUE, ROW, SIX = Dtype("int64"), Numbers((True,), ()), Numbers((100, 0, 6, 8), (4,)), Numbers((6,), ())


@pytest.mark.parametrize(
    ("text", "truth", "meant"),
    [
        ("an int64, because 8 is an integer", INT64, INT64),
        ("I think it is int64", INT64, INT64),
        ("a torch.float32 since ones gives that", INT64, Dtype("float32")),
        ("the dtype is bool.", INT64, Dtype("bool")),
        ("True, because the seed is the same", TRUE, TRUE),
        ("it gives False", TRUE, Numbers((False,), ())),
        ("it becomes 100, 0, 6, 8", ROW, ROW),
        ("it becomes [100, 0, 6, 8], since they share the memory", ROW, ROW),
        ("the numbers 100, 0, 6 and 8", ROW, ROW),
        ("100, 0, 6, 8 since it is shared", ROW, ROW),
        ("it will be 6", SIX, SIX),
        ("it is 6", SIX, SIX),
        ("The result is -6.5, I guess", SIX, Numbers((-6.5,), ())),
        ("I think it is 40,000", SIX, Numbers((40_000,), ())),
        ("only 6, since nothing else is left", SIX, SIX),
        ("it is not 6, because 5 is enough", SIX, None),
        ("an error, since an if cannot go two ways", Error("RuntimeError"), Error("")),
        ("it raises a TypeError because of the dtypes", Error("TypeError"), Error("TypeError")),
        ("an error, because 6 is too large", SIX, Error("")),
        ("no error, since both are 6", SIX, None),
        ("RuntimeError or TypeError", Error("RuntimeError"), None),
        ("it is not int64", INT64, None),
        ("int64, not int32", INT64, None),
        ("int64 or int32", INT64, None),
        ("float32, and int64 would be wrong", INT64, None),
        ("half of int64", INT64, None),
        ("True is what random never gives", TRUE, None),
        ("it isn't True", TRUE, None),
        ("two rows of 6", SIX, None),
        ("6, because 4 and 2 make that", SIX, None),
        ("row 6 goes away", SIX, None),
        ("is it 6?", SIX, None),
        ("it depends", SIX, None),
        ("6.weight", SIX, None),
        ("it is 6.bias", SIX, None),
        ("an index error, because 7 is out", Error("IndexError"), Error("IndexError")),
        ("it raises a zero division error", Error("IndexError"), Error("ZeroDivisionError")),
        ("it gives an indexerror", Error("IndexError"), Error("IndexError")),
        ("it is 6", None, None),
    ],
)
def test_which_value_words_mean(text: str, truth: Answer | None, meant: Answer | None) -> None:
    found = answer_in_words(text, truth)
    assert found == meant


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("b, because it is left over", 1),
        ("I think b, it is random", 1),
        ("(a) because it is a number", 0),
        ("the answer is b.", 1),
        ("b, because it cannot wait", 1),
        ("not b, because it is a number", None),
        ("a, or b", None),
        ("b, like c and a", None),
        ("a tensor, I think", None),
        ("b is a letter", None),
        ("the three", 2),
        ("I think it is two.", 1),
        ("it is not two", None),
        ("is it two?", None),
        ("a two of them", None),
    ],
)
def test_which_letter_words_mean(text: str, index: int | None) -> None:
    question = Choices(tuple(Choice(text, "", text == "two", 1) for text in ("one", "two", "three")), 1)
    assert letter_in_words(text, question) == index
