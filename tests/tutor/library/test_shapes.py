"""The lesson shapes: right answers that no author thought of pass, wrong ones are told what they did; its figures."""

from __future__ import annotations

import pytest
import torch

from tests.lessons.playing import play
from tests.tutor.trying import each, tried, unanswered

BATCH = "batch = photo.unsqueeze(0)\n"

RIGHT = {
    "four-weeks": [
        "weeks = torch.reshape(days, (4, -1))",
        "weeks = torch.stack(days.split(7))",
        "weeks = days.unflatten(0, (4, 7)).double()",
        "weeks = torch.stack([days[7 * week : 7 * week + 7] for week in range(4)])",
        "weeks = torch.tensor([list(range(1 + 7 * week, 8 + 7 * week)) for week in range(4)])",
    ],
    "red-green-blue": [
        "colours = photo.movedim(-1, 0)",
        "colours = photo.transpose(0, 2).mT",
        "colours = torch.stack(photo.unbind(2))",
        'colours = torch.einsum("hwc->chw", photo)',
        "colours = photo.reshape(4, 3).T.reshape(3, 2, 2)",
    ],
    "batch-of-one": [
        "batch = torch.stack([photo])\nlabels = answers.flatten()",
        "batch = photo.reshape(1, 3, 2, 2)\nlabels = answers.squeeze()",
        "batch = photo.view(1, *photo.shape)\nlabels = answers.T[0]",
        "batch = photo.expand(1, 3, 2, 2)\nlabels = torch.tensor([each.item() for each in answers])",
    ],
    "on-the-screen": [
        "stock.sub_(3)",
        "screen -= 3",
        "till[:] = till - 3",
        "for place in range(3):\n    stock[place] -= 3",
        "stock.copy_(stock - 3)",
    ],
    "town-by-town": [
        "by_town = log.view(-1, 3).transpose(0, 1)",
        "by_town = torch.stack(log.split(3), dim=1)",
        "by_town = torch.stack([log[town::3] for town in range(3)]).double()",
        "by_town = torch.empty(3, 4)\nfor place in range(12):\n    by_town[place % 3, place // 3] = log[place]",
        "by_town = torch.as_strided(log, (3, 4), (1, 3))",
    ],
}

WRONG = {
    "four-weeks": [
        ("weeks = days.reshape(7, 4)", "seven rows of four"),
        ("weeks = days.reshape(7, -1).T", "every fourth day"),
        ("weeks = days.split(7)", "a tuple of four rows"),
        ("weeks = days.reshape(28 / 7, 7)", "28 / 7 is 4.0"),
        ("weeks = days.T", "`weeks` is one row still"),
        ("days.reshape(4, 7)", "Give it the name `weeks`"),
    ],
    "red-green-blue": [
        ("colours = photo.view(3, 2, 2)", "the colours are scrambled"),
        ("colours = photo.transpose(2, 0)", "each picture lies on its side"),
        ("colours = photo.permute(2, 1, 0)", "each picture lies on its side"),
        ("colours = photo.mT", "the row is still first"),
        ("colours = photo.reshape(2, 0, 1)", "reshape takes lengths"),
        ("colours = photo[..., 0]", "the red alone"),
    ],
    "batch-of-one": [
        ("batch = photo.unsqueeze(3)", "stands at the end"),
        ("batch = photo[:, None]", "behind the colours"),
        ("batch = photo.squeeze()", "`photo` has none"),
        ("batch = [photo]", "is a list with the photo in it"),
        ("batch = (1, 3, 2, 2)", "only the shape"),
        (BATCH + "labels = answers.squeeze(0)", "dim 0 is 4 long"),
        (BATCH + "labels = answers.transpose(0, 1)", "a table still"),
        (BATCH + "labels = answers[:]", "a column still"),
    ],
    "on-the-screen": [
        ("stock = stock - 3", "`stock` is a new tensor now"),
        ("stock - 3", "gives them no name"),
        ("screen = screen - 3", "`screen` is a new tensor now"),
        ("stock =- 3", "=- is two things"),
        ("stock -= 3\nscreen -= 3", "subtracted 3 twice"),
        ("stock = torch.tensor([9, 4, 27])", "is a new tensor, typed in"),
        ("stock = stock - 3\nscreen = screen - 3", "two of the names have a new tensor each"),
        ("stock = [9, 4, 27]", "is a Python list now"),
        ("for s in stock:\n    s = s - 3", "`stock` stays as it is"),
    ],
    "town-by-town": [
        ("by_town = log.view(3, -1)", "the towns are mixed up"),
        ("by_town = torch.stack(log.split(4))", "the towns are mixed up"),
        ("by_town = log.reshape(-1, 3)", "This is day by day"),
        ("by_town = log.reshape(3, 4).permute(1, 0)", "groups four neighbours"),
        ("by_town = log.reshape(4, 3).reshape(3, 4)", "turned nothing"),
        ("by_town = log.T.reshape(3, 4)", "T comes too early"),
        ("by_town = log.reshape(4, 3)\nby_town.T", "leaves `by_town` as it is"),
    ],
}


@pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2")
@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("shapes", step, source)
    assert passed, told


@pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2")
@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("shapes", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("shapes", RIGHT, 3) == unanswered("shapes", WRONG, 3) == set()


@pytest.mark.parametrize("source", ["stock - 3", "screen - 3", "stock.sub(3)"])
def test_nobody_is_told_to_name_a_new_tensor_where_the_old_memory_is_asked_for(source: str) -> None:
    assert not any("Give it the name" in said for said in play("shapes/on-the-screen", source).said)


def test_the_figures_that_the_text_tells_are_those_of_torch() -> None:
    boxed = torch.zeros(1, 2, 3, 1)
    assert [tuple(each.shape) for each in (boxed.squeeze(), boxed.squeeze(0), boxed.squeeze(1))] == [
        (2, 3),
        (2, 3, 1),
        (1, 2, 3, 1),
    ]
    table = torch.tensor([[1, 2, 3], [4, 5, 6]])
    assert (table.stride(), table.view(3, 2).stride(), table.T.stride()) == ((3, 1), (2, 1), (1, 3))
    assert torch.arange(4).unsqueeze(1).expand(4, 3).stride() == (1, 0)
    assert round(torch.tensor([3.5]).item()) == 4


@pytest.mark.parametrize("names", [["stock", "screen", "till"], ["till", "stock", "screen"]])
def test_each_name_that_gets_a_new_tensor_is_told_so(names: list[str]) -> None:
    one, two, three = play("shapes/on-the-screen", [f"{name} = {name} - 3" for name in names]).said
    assert f"`{names[0]}` is a new tensor now" in one
    assert "two of the names have a new tensor each" in two
    assert "Each name got a tensor of its own" in three


@pytest.mark.parametrize("typed", ["3 or 4", "3, or maybe 4"])
def test_who_cannot_decide_is_not_told_of_true_and_false(typed: str) -> None:
    assert not any("True" in text for text in play("shapes/half-a-degree", typed).said)
