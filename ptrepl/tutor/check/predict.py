"""Does a typed answer agree with what really happens? Pure; a near miss gets a sentence of its own."""

from __future__ import annotations

import cmath
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import isfinite

from ptrepl.engine.watch.facts import shape_text
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.answers import (
    Answer,
    DeviceAnswer,
    Dtype,
    Error,
    Nothing,
    Number,
    Numbers,
    WordAnswer,
    is_node_name,
    read_answer,
)
from ptrepl.tutor.format.lesson import CodeFence


class Result(Enum):
    """How an answer stands to the truth."""

    RIGHT = "right"
    NEAR = "near"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result, and a whole sentence about it where there is more to say than right or wrong."""

    result: Result
    message: str = ""


_TOLERANCE = 2e-3
"""Of a fraction about three digits are enough."""
_RIGHT = Judgement(Result.RIGHT)
_WRONG = Judgement(Result.WRONG)


def judge(answer: Answer, truth: Answer | None) -> Judgement:
    """Compare; ``truth`` None is a result that cannot be typed, which no answer agrees with."""
    match answer, truth:
        case Error(), Error():
            return _errors(answer, truth)
        case Error(), _:
            return Judgement(Result.WRONG, gettext("It runs without an error."))
        case _, Error():
            return Judgement(Result.WRONG, gettext("It raises an error before it gives a value."))
        case Numbers(), Numbers():
            return _numbers(answer, truth)
        case Dtype(), Dtype():
            return _dtypes(answer, truth)
        case DeviceAnswer(), DeviceAnswer():
            return _RIGHT if answer == truth else _WRONG
        case DeviceAnswer(), _:
            return Judgement(Result.WRONG, gettext("That is a device, and what comes out here is none."))
        case WordAnswer(text), WordAnswer(wanted):
            return _RIGHT if _folded(text) == _folded(wanted) else _WRONG
        case WordAnswer(text), Dtype(wanted):
            return _RIGHT if text.strip().removeprefix("torch.").casefold() == wanted else _WRONG
        case WordAnswer(text), Numbers():
            return _quoted(text, truth)
        case Dtype(), Numbers():
            return Judgement(Result.WRONG, gettext("That is a dtype, and what comes out here is none."))
        case Nothing(), Nothing():
            return _RIGHT
        case Nothing(), _:
            return Judgement(Result.WRONG, gettext("It gives a value, not None."))
        case Numbers(), Nothing():
            return Judgement(Result.WRONG, gettext("It does not give a number."))
        case ((Numbers() | Dtype() | WordAnswer()), DeviceAnswer()):
            return Judgement(Result.WRONG, gettext("The question is about a device, such as cuda or mps."))
        case Numbers(), Dtype():
            return Judgement(Result.WRONG, gettext("The question is about a dtype, such as float32."))
    return _WRONG


def misconception(answer: Answer, wrongs: Iterable[CodeFence]) -> str:
    """What the fence of a known wrong answer says that ``answer`` agrees with; "" where none does.

    Each line of such a fence is one answer.
    """
    return next((code.says for code in wrongs for each in wrong_answers(code) if _same(answer, each)), "")


def _same(answer: Answer, known: Answer) -> bool:
    """Whether they agree. An ``error`` without a name, typed or known, is one of any name."""
    if isinstance(answer, Error) and isinstance(known, Error) and not (answer.name and known.name):
        return True
    return judge(answer, known) == _RIGHT


def wrong_answers(code: CodeFence) -> list[Answer]:
    """The answers in a ``wrong`` fence of a question; a line that no answer looks like is left out."""
    return [answer for line in code.source.splitlines() if (answer := read_answer(line)) is not None]


def _errors(answer: Error, truth: Error) -> Judgement:
    if answer.name == truth.name:
        return _RIGHT
    if not answer.name:
        return Judgement(Result.RIGHT, gettext("It is an error: {error}.", error=truth.name))
    return Judgement(Result.NEAR, gettext("It is an error, but one with another name."))


_IN_PYTHON = {"int32": "int64", "float32": "float64"}
"""What torch says for ``int`` and ``float`` → what Python's own numbers have."""


def _dtypes(answer: Dtype, truth: Dtype) -> Judgement:
    if answer.name == truth.name:
        return _RIGHT
    if answer.python and _IN_PYTHON[answer.name] == truth.name:
        return Judgement(
            Result.NEAR,
            gettext(
                "The kind is right. In PyTorch {dtype} has 32 bits: say how many this one has, as in {example}.",
                dtype=f"torch.{answer.name.rstrip('23')}",
                example=f"{answer.name.rstrip('23')}16",
            ),
        )
    if answer.name.strip("0123456789") == truth.name.strip("0123456789"):
        return Judgement(Result.NEAR, gettext("The kind of dtype is right, the number of bits is not."))
    return _WRONG


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip("0123456789").casefold()


def _quoted(text: str, truth: Numbers) -> Judgement:
    try:
        same = len(truth.flat) == 1 and _close(float(text), truth.flat[0])
    except ValueError:
        same = False
    if same:
        return Judgement(Result.NEAR, gettext("The value is right, but it is a number, not a string."))
    if is_node_name(text):
        return _WRONG
    return Judgement(Result.WRONG, gettext("That is a string, in quotation marks, and what comes out here is none."))


def _numbers(answer: Numbers, truth: Numbers) -> Judgement:
    if answer.beside is not None and len(truth.flat) > 1 and len(answer.flat) != len(truth.flat):
        answer = answer.beside
    if len(answer.flat) == len(truth.flat) and all(map(_close, answer.flat, truth.flat)):
        return _same_numbers(answer, truth)
    if truth.boolean and truth.shape == () and not answer.boolean:
        return Judgement(Result.WRONG, gettext("The result is True or False."))
    if truth.boolean and not answer.boolean:
        return Judgement(Result.WRONG, gettext("Each value here is True or False."))
    if answer.boolean and not truth.boolean:
        return Judgement(
            Result.WRONG,
            ngettext(
                "The result is a number here, neither True nor False.",
                "The result is {count} numbers here, neither True nor False.",
                len(truth.flat),
            ),
        )
    if truth.shape is not None and len(truth.flat) > 1 and answer.flat == truth.shape and answer.shape != ():
        return Judgement(Result.NEAR, gettext("That is its shape; the question is about the values."))
    if len(answer.flat) == len(truth.flat):
        judgement = _same_count(answer, truth)
        if judgement == _WRONG and truth.shape == () and answer.shape != ():
            return Judgement(Result.WRONG, gettext("It gives a single number, without brackets."))
        return judgement
    if truth.shape == () and not answer.flat:
        return Judgement(Result.WRONG, gettext("That is an empty shape or list; the question is about a number."))
    if truth.shape == () and len(answer.flat) > 1 and truth.boolean:
        return Judgement(Result.WRONG, gettext("It gives one True or False for all."))
    if truth.shape == () and len(answer.flat) > 1:
        if len(answer.flat) == 2 and _is_fraction(truth.flat[0]) and all(type(each) is int for each in answer.flat):
            point = gettext(
                "It gives a single number. A decimal fraction has a point in Python, as in {example}.", example="12.5"
            )
            return Judgement(Result.NEAR, point)
        return Judgement(Result.WRONG, gettext("It gives a single number."))
    if len(truth.flat) > 1 and answer.shape == ():
        if all(each == answer.flat[0] for each in truth.flat) and not truth.boolean:
            return Judgement(Result.NEAR, gettext("Each of its numbers is that. Type all of them."))
        return Judgement(Result.WRONG, gettext("It gives more than one number."))
    if len(answer.flat) < len(truth.flat):
        return Judgement(Result.WRONG, gettext("It gives more values than these."))
    return Judgement(Result.WRONG, gettext("It gives fewer values than these."))


def _same_numbers(answer: Numbers, truth: Numbers) -> Judgement:
    if answer.boolean != truth.boolean:
        if truth.boolean:
            return Judgement(Result.NEAR, gettext("That is right, but the result is written as True and False."))
        return Judgement(Result.NEAR, gettext("That is right, but the result is written as numbers."))
    if answer.shape == truth.shape:
        return _RIGHT
    if answer.bare and len(answer.flat) > 1:
        if truth.shape is None:
            return _RIGHT
        return Judgement(Result.RIGHT, gettext("Its shape is {shape}.", shape=shape_text(truth.shape)))
    if truth.shape == () and truth.boolean:
        return Judgement(Result.NEAR, gettext("The value is right, but it is a single one, without brackets."))
    if truth.shape == ():
        return Judgement(Result.NEAR, gettext("The value is right, but it is a single number, without brackets."))
    if truth.shape == (1,) and answer.shape == ():
        return Judgement(Result.NEAR, gettext("The value is right, but it has one dimension, as in [6] or (6,)."))
    return Judgement(Result.NEAR, gettext("The values are right, but their shape is another one."))


def _same_count(answer: Numbers, truth: Numbers) -> Judgement:
    if all(_close(-one, other) for one, other in zip(answer.flat, truth.flat, strict=True)):
        return Judgement(Result.NEAR, gettext("The size is right; look at the sign again."))
    if len(truth.flat) > 1 and Counter(answer.flat) == Counter(truth.flat):
        return Judgement(Result.NEAR, gettext("Those are the right values, in another order."))
    if all(_close(one, other, 0.02) for one, other in zip(answer.flat, truth.flat, strict=True)):
        if all(map(_is_whole, truth.flat)):
            return Judgement(Result.NEAR, gettext("That is very near, but not exact."))
        return Judgement(Result.NEAR, gettext("That is very near; it needs more digits."))
    right = sum(map(_close, answer.flat, truth.flat))
    if right and right == len(truth.flat) - 1:
        if right == 1:
            return Judgement(Result.NEAR, gettext("One of the two numbers is right."))
        return Judgement(Result.NEAR, gettext("All of the numbers but one are right."))
    return _WRONG


def _is_whole(one: Number) -> bool:
    return isinstance(one, int) or (isinstance(one, float) and one.is_integer())


def _is_fraction(one: Number) -> bool:
    return isinstance(one, float) and isfinite(one) and not one.is_integer()


def _is_cut_off(one: Number, other: Number) -> bool:
    """Whether ``one`` drops digits of ``other``, which has no more than four, without being it rounded: 28.7 of 28.75.

    Of a fraction that goes on, 0.666 is as good as 0.667.
    """
    if (
        not _is_fraction(other)
        or not isinstance(one, int | float)
        or not isfinite(one)
        or cmath.isclose(one, other, rel_tol=1e-5)
    ):
        return False
    typed, exact = Decimal(repr(float(one))).normalize(), Decimal(format(other, ".6g")).normalize()
    if len(exact.as_tuple().digits) > 4:
        return False
    unit = Decimal(1).scaleb(int(typed.as_tuple().exponent))
    twice = abs(typed - exact) * 2
    return twice > unit or (twice == unit and abs(typed) < abs(exact))


def _close(one: Number, other: Number, tolerance: float = _TOLERANCE) -> bool:
    """Whether ``one`` as typed is ``other``: whole numbers exactly, others to about three digits."""
    try:
        if cmath.isnan(one) or cmath.isnan(other):
            return cmath.isnan(one) and cmath.isnan(other)
        if _is_whole(other):
            tolerance = tolerance if tolerance > _TOLERANCE else 1e-6
        if tolerance == _TOLERANCE and _is_cut_off(one, other):
            return False
        return cmath.isclose(one, other, rel_tol=tolerance, abs_tol=1e-4 if other else 1e-6)
    except OverflowError:
        return one == other
