"""Brackets that were forgotten: the tutor says so, at whatever step, and once."""

from __future__ import annotations

import pytest

from tests.tutor.lessons import feedback, notes
from tests.tutor.trying import player_of


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("creation/at-random", "torch.randn", "`torch.randn` is the function itself. Write `torch.randn()` to call it"),
        ("creation/filled", "torch.zeros", "`torch.zeros` is the function itself."),
        ("creation/price-list", "r = torch.randn", "`r` is the function `torch.randn` itself, which was not called."),
        ("indexing/quiz", "scores.argmax", "`scores.argmax` is the method itself. Write `scores.argmax()` to call it"),
        ("indexing/quiz", "(scores + chosen.sum()).argmax", "Write `(scores + chosen.sum()).argmax()` to call it"),
        ("indexing/thermometer", "keep = readings.abs", "`keep` is the method `readings.abs` itself"),
        ("autograd/clear", "y = (x*x).sum", "`y` is the method `(x*x).sum` itself"),
        ("regression/train", "sgd", "`sgd` is the function itself."),
    ],
)
def test_a_function_that_was_only_named(step: str, typed: str, said: str) -> None:
    lesson, _, name = step.partition("/")
    player = player_of(lesson)
    player.begin(name)
    (text,) = notes(player.type(typed))
    assert text.startswith(said) or said in text


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("creation/dice", "dice = torch.randint", "`dice` is the function `torch.randint` itself"),
        ("creation/live-and-saved", "saved = torch.tensor", "`saved` is the function `torch.tensor` itself"),
        ("indexing/quiz", "points = scores.max", "`points` is the method `scores.max` itself"),
        ("regression/loop", "w = torch.zeros", "`w` is the function `torch.zeros` itself"),
        (
            "creation/price-list",
            "prices = torch.tensor([[3, 4, 5], [6, 7, 8]]).float",
            "`prices` is the method `.float` itself, which was not called. Write `.float()` to call it",
        ),
    ],
)
def test_what_the_step_asks_for_is_a_function_that_was_not_called(step: str, typed: str, said: str) -> None:
    lesson, _, name = step.partition("/")
    player = player_of(lesson)
    player.begin(name)
    ((mood, text),) = feedback(player.type(typed))
    assert mood == "bad"
    assert text.startswith(said)


def test_a_backward_pass_that_did_not_run_is_told_each_time() -> None:
    player = player_of("autograd")
    player.begin("clear")
    player.type("z = (x * x).sum()")
    said = [*player.type("z.backward"), *player.type("z.backward")]
    told = [*(trap for outcome in player.outcomes for trap in outcome.traps), *notes(said)]
    assert "`z.backward` is the method itself. Write `z.backward()` to call it, with its" in told[-1]


def test_another_name_for_a_function_is_meant_so() -> None:
    player = player_of("regression")
    player.begin("train")
    assert player.type("measure = squared_loss") == []


def test_a_function_may_be_what_is_asked_for() -> None:
    player = player_of("regression")
    player.begin("squared-loss")
    said = feedback(player.type("squared_loss = F.mse_loss"))
    assert all("itself" not in text for _, text in said)


def test_a_tensor_whose_name_went_to_its_method_is_gone() -> None:
    player = player_of("creation")
    player.begin("old-program")
    player.type("hours = torch.linspace(0, 24, 9)")
    player.type("board = torch.full((2, 3), 8)")
    ((_, text),) = feedback(player.type("board = board.float"))
    assert text.startswith("`board` is the method `board.float` itself now, and no longer the tensor. Make that again;")


def test_what_gives_none_is_not_taken_for_the_function_shown_before() -> None:
    player = player_of("autograd")
    player.begin("your-own")
    player.type("x = torch.tensor(2.0, requires_grad=True)")
    assert notes(player.type("torch.randn")) != []
    assert notes(player.type("x.grad")) == []
    player.type("nothing = None")
    assert notes(player.type("nothing")) == []
