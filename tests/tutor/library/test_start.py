"""The lesson start: right answers that no author thought of pass, wrong ones are told what they did; its figures."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.format.lesson import Role
from ptrepl.tutor.library.shelf import shelf
from tests.lessons.playing import play
from tests.tutor.trying import each, shipped, tried, unanswered

SNOW = "snow = torch.tensor([[2, 5, 0], [5, 8, 5]])\n"

RIGHT = {
    "fill-in": [
        "prices = torch.tensor(((2.5, 4), (3, 3.5)), dtype=torch.float64)",
        "prices = torch.zeros(2, 2)\nprices[0, 0] = 2.5\nprices[0, 1] = 4\nprices[1, 0] = 3\nprices[1, 1] = 3.5",
        "import numpy as np\nprices = torch.from_numpy(np.array([[2.5, 4], [3, 3.5]]))",
        "prices = torch.Tensor([[2.5, 4], [3, 3.5]])",
    ],
    "a-hint": [
        "board = torch.ones((8, 8))",
        "board = torch.full((8, 8), 1)",
        "board = torch.ones(64).reshape(8, 8)",
        "board = torch.zeros(8, 8) + 1",
        "board = torch.ones([8, 8], dtype=torch.int64)",
    ],
    "ctrl-t": [
        "temps = torch.tensor(([21.5, 19.0], [18.0, 20.5]))",
        "temps = torch.stack([torch.tensor([21.5, 19.0]), torch.tensor([18.0, 20.5])])",
        "temps = torch.tensor([21.5, 19, 18, 20.5]).reshape(2, 2)",
        "temps = torch.tensor([[21.5, 19], [18, 20.5]], dtype=torch.float64)",
    ],
    "play": [
        "mine = torch.rand(2, 3)",
        "mine = torch.ones((2, 3), dtype=torch.int8)",
        "mine = torch.tensor([[True, False, True], [False] * 3])",
    ],
    "all-in-one": [
        SNOW + "count = snow.shape[0] * snow.shape[1]",
        SNOW + "count = snow.nelement()",
        SNOW + "count = torch.tensor(6)",
        "snow = torch.tensor([[2.0, 5, 0], [5, 8, 5]])\ncount = 0\nfor row in snow:\n    count += len(row)",
    ],
}

WRONG = {
    "fill-in": [
        ("prices = torch.tensor([[2.5, 3], [4, 3.5]])", "changed places"),
        ("prices = torch.tensor([[2.5, 4,0], [3,0, 3.5]])", "A comma begins another number"),
        ("prices = torch.tensor([[2.5, coffee], [tea, 3.5]])", "A blank takes a number"),
        ("prices = torch.tensor([[2.5, ___], [3, 3.5]])", "There is a blank ___ left"),
        ("price = torch.tensor([[2.5, 4], [3, 3.5]])", "Give it the name `prices`"),
        ("torch.tensor([[2.5, 4], [3, 3.5]])", "Give it the name `prices`"),
    ],
    "a-hint": [
        ("board = torch.ones(8)", "one row of eight"),
        ("board = torch.tensor([8, 8])", "holds two numbers"),
        ("board = torch.Tensor(8, 8)", "what happened to be in memory"),
        ("board = [[1] * 8] * 8", "Python lists"),
    ],
    "ctrl-t": [
        ("temps = torch.tensor([21.5, 19.0] + [18.0, 20.5])", "one row of four"),
        ("temps = torch.tensor([21.5, 19.0]), torch.tensor([18.0, 20.5])", "a pair of two tensors"),
        ("temps = torch.tensor([[21.5, 18.0], [19.0, 20.5]])", "Each row is a town"),
    ],
    "play": [
        ("mine = torch.ones(3, 2)", "three rows of two"),
        ("mine = torch.tensor((2, 3))", "the numbers 2 and 3"),
        ("mine = (2, 3)", "a tuple of two numbers"),
    ],
    "all-in-one": [
        (SNOW + "count = snow.numel", "which was not called. Write `snow.numel()`"),
        (SNOW + "count = len(snow)", "counts the rows"),
        (SNOW + "snow.numel()", "Give it the name `count`"),
        ("snow = torch.tensor([[2, 5, 0], 5, 8, 5])\ncount = snow.numel()", "brackets of its own"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("start", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("start", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("start", RIGHT, 3) == unanswered("start", WRONG, 3) == set()


def test_it_is_the_first_of_the_course() -> None:
    assert shelf()[0].id == "start"
    assert shelf()[0].needs == ()


@pytest.mark.parametrize("step", ["ctrl-t", "all-in-one"])
def test_the_error_of_a_starter_offers_its_mend_and_no_words_hide_that(step: str) -> None:
    (lesson_step,) = [each for each in shipped("start").steps if each.id == step]
    (starter,) = lesson_step.codes(Role.STARTER)
    played = play(f"start/{step}", starter.source.replace("___", "[5, 8, 5]"))
    assert not played.accepted
    assert "try" in played.explained[0]
    assert not played.said


def test_a_float32_has_no_room_for_one_more_visitor() -> None:
    visitors = torch.tensor(16_777_216.0, dtype=torch.float32)
    assert visitors + 1 == visitors
    assert torch.nextafter(visitors, torch.tensor(torch.inf)) == 16_777_218
    assert 16_777_216 + 1 != 16_777_216 == torch.tensor(16_777_216.0, dtype=torch.float64).item()
