"""Where a training begins: what was made for it is right so far, and one that goes on from another is told so."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play

PRICE = "price = torch.tensor(3.0, requires_grad=True)"
CLIMBS = """\
for i in range(30):
    income = price * (100 - 10 * price)
    income.backward()
    with torch.no_grad():
        price {sign} 0.01 * price.grad
    price.grad = None"""
WRONG, RIGHT = CLIMBS.format(sign="-="), CLIMBS.format(sign="+=")
GOES_ON = "`price` was no longer at 3.0 when these lines began: make it anew, and run them once more."
GO_ON = "Right so far: go on."


def test_a_loop_that_goes_on_from_a_wrong_one_is_told_so() -> None:
    assert play("autograd/best-price", [PRICE, WRONG, RIGHT]).said[-1] == GOES_ON


@pytest.mark.parametrize("again", [PRICE, "price = torch.tensor([3.0], requires_grad=True)"])
def test_to_make_it_anew_is_right_so_far(again: str) -> None:
    assert play("autograd/best-price", [PRICE, WRONG, again]).said[-1] == GO_ON


def test_what_was_made_anew_may_be_trained() -> None:
    assert play("autograd/best-price", [PRICE, WRONG, RIGHT, PRICE, RIGHT]).accepted


@pytest.mark.parametrize("made", ["torch.zeros(1, requires_grad=True)", "torch.tensor(0.0, requires_grad=True)"])
def test_parameters_of_any_shape_begin_alike(made: str) -> None:
    said = play("regression/loop", [f"w = {made}", f"b = {made}"]).said
    assert {*said} == {GO_ON}


def test_a_parameter_that_is_not_followed_is_told_of_all_the_same() -> None:
    assert play("regression/loop", ["w = torch.tensor(0.0)"]).said[-1] == "`w` does not require grad yet."
