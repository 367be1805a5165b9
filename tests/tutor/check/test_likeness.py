"""What wrong values have in common with the right ones: told where it is so, and only there."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.check.compare import Wants, compare
from tests.lessons.playing import play

TABLE = [[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]


def said(value: object, wanted: object = TABLE) -> str:
    return compare("m", torch.as_tensor(value), Wants(torch.as_tensor(wanted), rtol=1e-6)) or ""


@pytest.mark.parametrize(
    ("value", "wanted", "told"),
    [
        (torch.tensor(TABLE).T, TABLE, "rows and columns are swapped."),
        ([[1, 3], [2, 4]], [[1, 2], [3, 4]], "rows and columns are swapped."),
        (torch.arange(24).reshape(2, 3, 4).mT, torch.arange(24).reshape(2, 3, 4), "dims 1 and 2 are swapped."),
        (torch.tensor(TABLE).flip(0), TABLE, "along dim 0 they are in reverse order."),
        (torch.tensor(TABLE).flip(1), TABLE, "along dim 1 they are in reverse order."),
        ([3, 2, 1], [1, 2, 3], "but in reverse order."),
        ([12, 7, 29], [12.5, 7.5, 29.0], "It holds integers (int64), which have no place for a fraction."),
        (
            torch.tensor([2, -1], dtype=torch.int8),
            [2.9, -1.9],
            "It holds integers (int8), which have no place for a fraction.",
        ),
        ([True, True, False], [False, False, True], "True and False have changed places."),
        ([True, True, False], [0.0, 0.0, 1.0], "True and False have changed places."),
        ([[0, 1], [0, 0]], [[1.0, 0.0], [1.0, 1.0]], "0 and 1 have changed places."),
        ([-1.0, 2.0, -3.0], [1.0, -2.0, 3.0], "Each number has the other sign."),
        ([45.0, 135.0, 90.0], [45.0, 135.0, -90.0], "The minus signs are missing."),
        ([13.0, 8.0, 30.0], [12.5, 7.5, 29.5], "Each number is 0.5 too large."),
        ([0, 1, 5], [3, 4, 8], "Each number is 3 too small."),
        ([1.00002, 1.00003, 1.00004], [1.0, 1.00001, 1.00002], "Each number is 2.003e-05 too large."),
        ([3.0, 0.0, 9.0], [1.0, 0.0, 3.0], "Each number is 3 times what it should be."),
        ([0.25, 0.5, 0.0], [1.0, 2.0, 0.0], "Each number would have to be 4 times as large."),
    ],
)
def test_it_is_told(value: object, wanted: object, told: str) -> None:
    assert said(value, wanted).endswith(told)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], TABLE),
        ([[1.0, 5.0, 3.0], [4.0, 2.0, 7.0]], TABLE),
        ([1, 2], [1.0, 3.5]),
        ([2, 4], [1, 2]),  # two numbers may be so by chance
        ([True, False, True], [False, False, True]),
        ([1 + 1j, 2j, 3.0], [1j, -1 + 2j, 2.0]),
        ([float("nan"), 1.0, 2.0], [1.0, 2.0, 3.0]),
        ([float("inf"), 1.0, 2.0], [1.0, 2.0, 3.0]),
        ([1.0, 2.0, float("nan")], [1.0, 3.0, 9.0]),
        ([1.0, 2.0, float("inf")], [1.0, 3.0, 9.0]),
        ([1.0, 2.0, 3.0], [1.0, 2.0, float("inf")]),
        (torch.tensor([1e-320, 2, 3], dtype=torch.float64), torch.tensor([1e300, 2, 3], dtype=torch.float64)),
        ([2**62, 1, 2], [2**62 - 1, 5, 2]),
        (torch.zeros(3), [1.0, 2.0, 4.0]),
        ([1.0, 2.0, 4.0], torch.zeros(3)),
    ],
)
def test_nothing_is_told_of_what_is_not_so(value: object, wanted: object) -> None:
    text = said(value, wanted)
    assert text
    assert text.endswith(".")
    assert text.count(". ") == 0


def test_as_many_numbers_in_another_number_of_dims() -> None:
    wants = Wants(shape=(2, 3))
    assert "as many numbers as it should" in (compare("m", torch.ones(6), wants) or "")
    for other in (torch.ones(5), torch.ones(3, 2), torch.ones(2, 2)):
        assert "as many" not in (compare("m", other, wants) or "")


def test_a_shape_under_the_name_of_its_tensor() -> None:
    for wants in (Wants(torch.ones(2)), Wants(shape=(2,))):
        assert compare("m", torch.ones(2).shape, wants) == (
            "m is only the shape of a tensor; this step wants the tensor itself."
        )


@pytest.mark.parametrize(("made", "is_at_0"), [("(torch.ones(2),)", True), ("[torch.ones(2, 2)]", False)])
def test_a_list_that_holds_the_tensor_is_told_apart_from_one_that_holds_another(made: str, is_at_0: bool) -> None:
    told = compare("m", eval(made), Wants(torch.tensor([1.0, 2.0]))) or ""
    assert ("which is at [0]" in told) is is_at_0


@pytest.mark.parametrize(
    ("step", "typed", "told"),
    [
        ("shapes/four-weeks", "weeks = torch.stack(days.split(7), dim=1)", "rows and columns are swapped"),
        ("shapes/red-green-blue", "colours = photo.permute(2, 0, 1).flip(1)", "along dim 1 they are in reverse order"),
        ("math/boats", "direction = torch.rad2deg(torch.atan2(-north, east))", "Each number has the other sign"),
        ("start/fill-in", "prices = torch.tensor([[2.5, 4], [3, 3.5]]).int()", "no place for a fraction"),
    ],
)
def test_it_is_told_at_a_step(step: str, typed: str, told: str) -> None:
    assert told in play(step, typed).said[-1]
