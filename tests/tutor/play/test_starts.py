"""The parameters before they are trained: a right start is not held against the end, and a wrong one is told."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play

SO_FAR = "Right so far: go on."
WANTS = "this step wants"
W, B = "w = torch.zeros(1, requires_grad=True)", "b = torch.zeros(1, requires_grad=True)"
PAIR = "w = torch.tensor([1.0, 2.0], requires_grad=True)\nb = torch.tensor(2.0, requires_grad=True)"
SGD = "def sgd(params, lr):\n    with torch.no_grad():\n        for p in params:\n            p.sub_(lr * p.grad)"


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        ("regression/loop", [f"{W}\n{B}"]),
        ("regression/loop", ["w = 0.0", "b = 0.0", f"{W}\n{B}\nlr = 0.1"]),
        ("regression/sgd", [f"{SGD}\n            p.grad = None", PAIR]),
        ("autograd/running-total", ["total = 0"]),
    ],
)
def test_a_right_start_is_right_so_far_however_it_is_written(step: str, lines: list[str]) -> None:
    assert play(step, lines).said[-1] == SO_FAR


@pytest.mark.parametrize(
    ("step", "lines", "amiss"),
    [
        ("regression/loop", ["w = 0.0", "b = 0.0", W], "`b` is a float; this step wants a tensor."),
        ("regression/sgd", [SGD, *PAIR.split("\n")], "the gradient of tensor 1 is still there"),
        ("regression/train", ["w = torch.zeros(2, 1, requires_grad=True)", B], "`w` is shape (2, 1)"),
    ],
)
def test_a_right_start_beside_something_amiss_is_neither_wrong_nor_right(
    step: str, lines: list[str], amiss: str
) -> None:
    said = play(step, lines).said
    assert amiss in said[-1]
    assert SO_FAR not in said
    assert not any("within" in each or "[0.0, 1.0]" in each for each in said)


def test_a_start_that_was_computed_is_no_leaf() -> None:
    (told,) = play("regression/loop", ["w, b = torch.zeros(2, requires_grad=True)"]).said
    assert "made by UnbindBackward0, so it is not a leaf" in told


ROUND = "predicted = w * distance + b\nloss = ((predicted - price) ** 2 / 2).mean()\nloss.backward()"


def test_a_name_that_nothing_has_moved_is_said_to_be_where_it_began() -> None:
    begun = ["w = torch.tensor(2.0, requires_grad=True)", "b = torch.tensor(1.0, requires_grad=True)"]
    half = "with torch.no_grad():\n    b -= 0.1 * b.grad"
    told = play("regression/five-parts", [*begun, *ROUND.split("\n"), half]).said[-1]
    assert told == "`w` is 2.0; this step wants 3.0. It is still where it began."


def test_a_loop_behind_the_start_is_no_start() -> None:
    loop = "for epoch in range(3):\n" + "".join(f"    {line}\n" for line in ROUND.split("\n"))
    assert SO_FAR not in play("regression/loop", [f"{W}\n{B}\n{loop}"]).said
