"""Typed answers: read by their form, compared with what really happens."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.tutor.check.answer_in_words import answer_in_words
from ptrepl.tutor.check.answers import (
    DeviceAnswer,
    Dtype,
    Error,
    Nothing,
    Numbers,
    WordAnswer,
    read_answer,
    read_letter,
    without_doubt,
)
from ptrepl.tutor.check.predict import Result, judge
from ptrepl.tutor.check.truth import truth_of
from ptrepl.tutor.format.lesson import Choice, Choices, CodeFence, Role


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("(2, 3)", Numbers((2, 3), (2,))),
        ("(2,3)", Numbers((2, 3), (2,))),
        ("[2, 3]", Numbers((2, 3), (2,))),
        ("2, 3", Numbers((2, 3), (2,))),
        ("2 3", Numbers((2, 3), (2,))),
        ("2 and 3", Numbers((2, 3), (2,))),
        ("1, -2 and 3.5", Numbers((1, -2, 3.5), (3,))),
        ("2x3", Numbers((2, 3), (2,))),
        ("2 × 3", Numbers((2, 3), (2,))),
        ("torch.Size([2, 3])", Numbers((2, 3), (2,))),
        ("Size([2, 3])", Numbers((2, 3), (2,))),
        ("torch.size([2,3])", Numbers((2, 3), (2,))),
        ("list([4, 4, 2])", Numbers((4, 4, 2), (3,))),
        ("tuple([4, 2])", Numbers((4, 2), (2,))),
        ("shape (2, 3)", Numbers((2, 3), (2,))),
        ("shape=(2, 3)", Numbers((2, 3), (2,))),
        ("(2,)", Numbers((2,), (1,))),
        ("()", Numbers((), (0,))),
        ("tensor([1., 2.])", Numbers((1.0, 2.0), (2,))),
        ("torch.tensor([1, 2], dtype=torch.int8)", Numbers((1, 2), (2,))),
        ("tensor(8., grad_fn=<MulBackward0>)", Numbers((8.0,), ())),
        ("tensor(8., device='cuda:0')", Numbers((8.0,), ())),
        ("[[1, 2], [3, 4]]", Numbers((1, 2, 3, 4), (2, 2))),
        ("[[1], [2, 3]]", Numbers((1, 2, 3), None)),
        ("(tensor(6.),)", Numbers((6.0,), (1,))),
        ("-1.5e3", Numbers((-1500.0,), ())),
        ("[-1 2. 3]", Numbers((-1, 2.0, 3), (3,))),
        ("1 + 2j", Numbers((1 + 2j,), ())),
        ("True", Numbers((True,), ())),
        ("yes", Numbers((True,), ())),
        ("false", Numbers((False,), ())),
        ("yes, they are equal", Numbers((True,), ())),
        ("no, there is one more", Numbers((False,), ())),
        ("it raises an error", Error("")),
        ("it fails", Error("")),
        ("True or False", None),
        ("True, False", None),
        ("True, False, True", Numbers((True, False, True), (3,))),
        ("false true false True", Numbers((False, True, False, True), (4,))),
        ("[true, false]", Numbers((True, False), (2,))),
        ("true, false, or true", None),
        ("tensor([True, False])", Numbers((True, False), (2,))),
        ("`False`", Numbers((False,), ())),
        ("`(2, 3)`.", Numbers((2, 3), (2,))),
        ("None", Nothing()),
        ("float32", Dtype("float32")),
        ("torch.float32", Dtype("float32")),
        ("dtype=torch.int64", Dtype("int64")),
        ("long", Dtype("int64")),
        ("4,000", Numbers((4000,), ())),
        ("4,000 bytes", Numbers((4000,), ())),
        ("-1,250,000", Numbers((-1250000,), ())),
        ("100,200", Numbers((100, 200), (2,))),
        ("cpu", DeviceAnswer("cpu")),
        ("on the CPU", DeviceAnswer("cpu")),
        ('"cuda:0"', DeviceAnswer("cuda")),
        ("device='meta'", DeviceAnswer("meta")),
        ("device(type='cuda', index=0)", DeviceAnswer("cuda")),
        ('torch.device("mps")', DeviceAnswer("mps")),
        ("RuntimeError", Error("RuntimeError")),
        ("index error", Error("IndexError")),
        ("Value Error", Error("ValueError")),
        ("typeerror", Error("TypeError")),
        ("zero division error", Error("ZeroDivisionError")),
        ("'value error'", WordAnswer("value error")),
        ("torch.OutOfMemoryError", Error("OutOfMemoryError")),
        ("KeyboardInterrupt", Error("KeyboardInterrupt")),
        ("error", Error("")),
        ("MulBackward0", WordAnswer("MulBackward0")),
        ("<MulBackward0 object at 0x7f>", WordAnswer("MulBackward0")),
        ("'a text'", WordAnswer("a text")),
        ("2 + 2", Numbers((4,), ())),
        ("2 -3", Numbers((-1,), ())),
        ("3*2*4", Numbers((24,), ())),
        ("230/8", Numbers((28.75,), ())),
        ("1 - 0.1 * -20", Numbers((3.0,), ())),
        ("[0+1, 4 + 1]", Numbers((1, 5), (2,))),
        ("[[1 - 1, 2], [3, 5 - 15]]", Numbers((0, 2, 3, -10), (2, 2))),
        ("(2 + 2, 4)", Numbers((4, 4), (2,))),
        ("[3] * 2 + [1]", Numbers((3, 3, 1), (3,))),
        ("float('-inf')", Numbers((float("-inf"),), ())),
        ("not False", Numbers((True,), ())),
        ("1 == 1", Numbers((True,), ())),
        ("2**10", Numbers((1024,), ())),
        ("len([2, 2, 1])", Numbers((3,), ())),
        ("three", Numbers((3,), ())),
        ("Twenty-four", Numbers((24,), ())),
        ("3 pieces", Numbers((3,), ())),
        ("1000%", Numbers((10.0,), ())),
        ("12.5 %", Numbers((0.125,), ())),
        ("[[0 2 3]\n [4 -10 6]]", Numbers((0, 2, 3, 4, -10, 6), (2, 3))),
        ("array([[  0,   2],\n       [  4, -10]])", Numbers((0, 2, 4, -10), (2, 2))),
        ("Int64", Dtype("int64")),
        ("torch.tensor(8).dtype", Dtype("int64")),
        ("torch.tensor([8, 1.0]).dtype", Dtype("float32")),
    ],
)
def test_what_an_answer_means(text: str, answer: object) -> None:
    assert read_answer(text) == answer
    assert read_answer(f"  {text} ") == answer


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("200 and 210", "200, 210"),
        ("12, 7, and -30.5", "12, 7, -30.5"),
        ("[1, 2] and [3, 4]", "[1, 2], [3, 4]"),
    ],
)
def test_an_and_counts_numbers_up_as_a_comma_does(text: str, plain: str) -> None:
    assert read_answer(text) == read_answer(plain) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "x.shape",
        "print(2)",
        "x = 3",
        "f(2)",
        "torch.zeros(2)",
        "torch.tensor(x)",
        "[x, 2]",
        "2; 3",
        "import os",
        "__import__('os').system('true')",
        "(2, 3",
        "lambda: 2",
        "-True",
        "9**9**9",
        "10**400",
        "[0] * 10**9",
        "'a' * 9",
        "1 / 0",
        "len('abc')",
        "x + 1",
        "3 if x",
        "max(x)",
        "float('12')",
        "sum([1, y])",
        "[RuntimeError]",
        "9" * 5000,
        "(" * 1000,
    ],
)
def test_what_is_code_and_no_answer(text: str) -> None:
    assert read_answer(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    answer = read_answer(text)
    if answer is not None:
        judge(answer, Numbers((1.0,), ()))
        judge(answer, None)


PAIRS: list[tuple[str, Any, Result]] = [
    ("24", torch.tensor(24.0), Result.RIGHT),
    ("24.0", torch.tensor(24), Result.RIGHT),
    ("[1, 2]", torch.tensor([1.0, 2.0]), Result.RIGHT),
    ("tensor([1., 2.])", [1, 2], Result.RIGHT),
    ("(2, 3)", torch.zeros(2, 3).shape, Result.RIGHT),
    ("2x3", torch.zeros(2, 3).shape, Result.RIGHT),
    ("(tensor(6.),)", (torch.tensor(6.0),), Result.RIGHT),
    ("0 2 3 4", torch.tensor([[0, 2], [3, 4]]), Result.RIGHT),
    ("0, 2, 3, 4", torch.tensor([[0, 2], [3, 4]]), Result.NEAR),
    ("float('nan')", torch.tensor(float("nan")), Result.RIGHT),
    ("'int64'", torch.int64, Result.RIGHT),
    ('"torch.int64"', torch.int64, Result.RIGHT),
    ("int", torch.int64, Result.NEAR),
    ("float", torch.float64, Result.NEAR),
    ("float", torch.float32, Result.RIGHT),
    ("[True]", True, Result.NEAR),
    ("int", torch.int32, Result.RIGHT),
    ("3 -4", torch.tensor([3, -4]), Result.RIGHT),
    ("[3 -4]", torch.tensor([3, -4]), Result.RIGHT),
    ("[[3 -4] [1 -2]]", torch.tensor([[3, -4], [1, -2]]), Result.RIGHT),
    ("3 - 4", torch.tensor([3, -4]), Result.WRONG),
    ("3 -4", torch.tensor(-1), Result.RIGHT),
    ("[3 -4, 1 -2]", torch.tensor([-1, -1]), Result.RIGHT),
    ("27.18", torch.tensor(27.1828), Result.RIGHT),
    ("3.333", torch.tensor(10 / 3), Result.RIGHT),
    ("0.666", torch.tensor(2 / 3), Result.RIGHT),
    ("infinity", torch.tensor(float("inf")), Result.RIGHT),
    ("-Infinity", torch.tensor(float("-inf")), Result.RIGHT),
    ("infinity", torch.tensor(float("nan")), Result.WRONG),
    ("0, -infinity, NaN", torch.tensor([0.0, float("-inf"), float("nan")]), Result.RIGHT),
    ("[0 -Inf nan]", torch.tensor([0.0, float("-inf"), float("nan")]), Result.RIGHT),
    ("28.75", torch.tensor(28.75), Result.RIGHT),
    ("28.8", torch.tensor(28.75), Result.RIGHT),
    ("28.7", torch.tensor(28.75), Result.NEAR),
    ("28.76", torch.tensor(28.75), Result.NEAR),
    ("14.38", torch.tensor(14.375), Result.RIGHT),
    ("0.100000001490", torch.tensor(0.1), Result.RIGHT),
    ("28,75", torch.tensor(28.75), Result.NEAR),
    ("0,5", torch.tensor(0.5), Result.NEAR),
    ("28,75", torch.tensor(28.0), Result.WRONG),
    ("0", torch.tensor(0.0), Result.RIGHT),
    ("nan", torch.tensor(float("nan")), Result.RIGHT),
    ("inf - inf", torch.tensor(float("nan")), Result.RIGHT),
    ("torch.inf - torch.inf", torch.tensor(float("nan")), Result.RIGHT),
    ("0 * inf", torch.tensor(float("nan")), Result.RIGHT),
    ("-inf + 1", torch.tensor(float("-inf")), Result.RIGHT),
    ("[True, False]", torch.tensor([True, False]), Result.RIGHT),
    ("float32", torch.float32, Result.RIGHT),
    ("float", torch.float32, Result.RIGHT),
    ("None", None, Result.RIGHT),
    ("'cpu'", torch.device("cpu"), Result.RIGHT),
    ("1000", torch.tensor(1001), Result.NEAR),
    ("[24]", torch.tensor(24.0), Result.NEAR),
    ("24", torch.tensor([24.0]), Result.NEAR),
    ("[[1, 2]]", torch.tensor([1, 2]), Result.NEAR),
    ("[2, 1]", torch.tensor([1, 2]), Result.NEAR),
    ("-6", torch.tensor(6.0), Result.NEAR),
    ("(4, 1)", torch.Size([4, 4]), Result.NEAR),
    ("[1, 2, 4]", torch.tensor([1, 2, 3]), Result.NEAR),
    ("[2, 2, 4]", torch.tensor([1, 2, 3]), Result.WRONG),
    ("'6'", torch.tensor(6), Result.NEAR),
    ("1", True, Result.NEAR),
    ("(2,)", torch.tensor([5.0, 6.0]), Result.NEAR),
    ("(2, 2)", torch.ones(2, 2), Result.NEAR),
    ("float64", torch.float32, Result.NEAR),
    ("3.3", torch.tensor(10 / 3), Result.NEAR),
    ("[1, 2, 3]", torch.tensor([1, 2]), Result.WRONG),
    ("5", torch.tensor([1, 2]), Result.WRONG),
    ("[1, 2]", torch.tensor(1), Result.WRONG),
    ("7", torch.tensor(3.0), Result.WRONG),
    ("True", torch.tensor(3.0), Result.WRONG),
    ("3", torch.tensor([True, False]), Result.WRONG),
    ("None", torch.tensor(3.0), Result.WRONG),
    ("3", None, Result.WRONG),
    ("3", torch.float32, Result.WRONG),
    ("int64", torch.float32, Result.WRONG),
    ("RuntimeError", torch.tensor(3.0), Result.WRONG),
    ("3", object, Result.WRONG),
    ("1e400", 3.0, Result.WRONG),
]


@pytest.mark.parametrize(("text", "value", "result"), PAIRS, ids=lambda value: str(value)[:30])
def test_an_answer_beside_what_came_out(text: str, value: object, result: Result) -> None:
    answer = read_answer(text)
    assert answer is not None
    judgement = judge(answer, truth_of(value))
    assert judgement.result is result
    if result is Result.NEAR:
        assert judgement.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "result"),
    [("RuntimeError", Result.RIGHT), ("error", Result.RIGHT), ("ValueError", Result.NEAR), ("3", Result.WRONG)],
)
def test_an_answer_beside_an_error(text: str, result: Result) -> None:
    answer = read_answer(text)
    assert answer is not None
    assert judge(answer, Error("RuntimeError")).result is result


@pytest.mark.parametrize(
    ("printed", "text"),
    [("tensor([1, 2])\n", "[1, 2]"), ("first\n24\n", "24"), ("True\n", "yes"), ("two words\n", "'two words'")],
)
def test_what_was_printed_is_the_truth_of_code_without_a_value(printed: str, text: str) -> None:
    answer = read_answer(text)
    assert answer is not None
    assert judge(answer, truth_of(None, printed)).result is Result.RIGHT


def test_grad_fn_is_answered_by_its_name_with_or_without_its_number() -> None:
    node = (torch.ones(1, requires_grad=True) * 2).grad_fn
    for text in ("MulBackward0", "MulBackward"):
        answer = read_answer(text)
        assert answer is not None
        assert judge(answer, truth_of(node)).result is Result.RIGHT


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=6))
def test_what_torch_prints_of_a_tensor_is_a_right_answer(values: list[float]) -> None:
    tensor = torch.tensor(values)
    with_all_digits = f"tensor({tensor.tolist()})"
    answer = read_answer(with_all_digits)
    assert answer is not None
    assert judge(answer, truth_of(tensor)).result is Result.RIGHT


@pytest.mark.parametrize(
    ("truth", "answer", "message"),
    [
        (24.0, "24.001", "That is very near, but not exact."),
        (100, "101", "That is very near, but not exact."),
        (0.3333, "0.33", "That is very near; it needs more digits."),
    ],
)
def test_digits_are_asked_for_only_where_there_are_more(truth: float, answer: str, message: str) -> None:
    typed = read_answer(answer)
    assert typed is not None
    assert judge(typed, Numbers((truth,), ())).message == message


@pytest.mark.parametrize(
    ("text", "sure"),
    [("int64?", "int64"), ("8 ?", "8"), ("[1, 2]?", "[1, 2]"), ("RuntimeError?", "RuntimeError")],
)
def test_an_answer_in_doubt_is_an_answer(text: str, sure: str) -> None:
    assert without_doubt(text, CodeFence(Role.PREDICT, "x", 1)) == sure


@pytest.mark.parametrize("text", ["x?", "x.grad?", "int64??", "?", "", "8", "what is a dtype?"])
def test_what_is_no_answer_keeps_its_question_mark(text: str) -> None:
    assert without_doubt(text, CodeFence(Role.PREDICT, "x", 1)) == text


CHOICES = Choices(
    (
        Choice("The same: it is 27.18", "", False, 1),
        Choice("a copy, which stays", "", False, 1),
        Choice("`y.backward()` raises an error", "", True, 1),
        Choice("zero", "", False, 1),
    ),
    1,
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("c: error", 2),
        ("c it raises an error", 2),
        ("c) raises", 2),
        ("C - an error", 2),
        ("d zero", 3),
        ("(d) zero", 3),
        ("a: the same", 0),
        ("a same", 0),
        ("a copy", None),
        ("d error", None),
        ("c no error", None),
        ("c or d", None),
        ("c = error", None),
        ("e zero", None),
        ("c it is", None),
    ],
)
def test_a_letter_with_words_of_its_choice(text: str, place: int | None) -> None:
    assert read_letter(text, CHOICES) == place


@pytest.mark.parametrize(("text", "sizes"), [("4 by 4", (4, 4)), ("2 by 3 by 4", (2, 3, 4)), ("2x3", (2, 3))])
def test_sizes_in_words(text: str, sizes: tuple[int, ...]) -> None:
    assert read_answer(text) == Numbers(sizes, (len(sizes),))


def test_inf_drops_no_digits_of_a_fraction() -> None:
    typed, truth = read_answer("0, nan, -inf"), Numbers((2.5, float("nan"), 28.75), (3,))
    assert isinstance(typed, Numbers)
    assert judge(typed, truth).result is Result.WRONG


@pytest.mark.parametrize(
    ("answer", "truth", "said"),
    [
        ("float32", "24", "That is a dtype, and what comes out here is none."),
        ("torch.int64", "[1, 2]", "That is a dtype, and what comes out here is none."),
        ("cpu", "24", "That is a device, and what comes out here is none."),
        ("'cuda'", "float32", "That is a device, and what comes out here is none."),
        ("float32", "cpu", "The question is about a device, such as cuda or mps."),
        ("[1, 2]", "meta", "The question is about a device, such as cuda or mps."),
        ("'3.5'", "3", "That is a string, in quotation marks, and what comes out here is none."),
        ("'abc'", "[1, 2]", "That is a string, in quotation marks, and what comes out here is none."),
        ("(3,)", "12", "It gives a single number, without brackets."),
        ("[35]", "3", "It gives a single number, without brackets."),
        ("AddBackward0", "3", ""),
        ("35", "3", ""),
    ],
)
def test_an_answer_of_another_kind_is_told_to_be_one(answer: str, truth: str, said: str) -> None:
    typed, real = read_answer(answer), read_answer(truth)
    assert typed is not None
    judgement = judge(typed, real)
    assert (judgement.result, judgement.message) == (Result.WRONG, said)


def test_a_device_is_right_by_its_kind():
    truth = truth_of(torch.ones(2, device="meta").device)
    for typed in ("meta", "META", '"meta"', "device(type='meta')", "on meta"):
        answer = read_answer(typed)
        assert answer is not None
        assert judge(answer, truth).result is Result.RIGHT, typed
    for typed in ("cpu", "cuda:0", "gpu"):
        answer = read_answer(typed)
        assert answer is not None
        assert judge(answer, truth).result is Result.WRONG, typed
    assert answer_in_words("it stays on the CPU, because of the second line", DeviceAnswer("cpu")) == DeviceAnswer(
        "cpu"
    )
    assert read_answer("cpu + 1") is None
