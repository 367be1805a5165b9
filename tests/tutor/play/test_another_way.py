"""After a pass: another way is another way, not the learner's own with other numbers in it."""

from __future__ import annotations

import pytest

from ptrepl.tutor.format.lesson import Role
from ptrepl.tutor.play.say import CodeBlock
from tests.tutor.trying import player_of, shipped


@pytest.mark.parametrize(
    ("step", "typed", "names"),
    [
        ("creation/one-price", "price = torch.full_like(stock, 2.5, dtype=float)", {"by its shape"}),
        ("creation/one-price", "price = torch.full_like(stock, 2.5, dtype=torch.float64)", {"by its shape"}),
        ("creation/one-price", "price = torch.full(stock.shape, 2.50)", {"like the stock"}),
        ("creation/price-list", "prices = torch.tensor([[3, 4, 5], [6, 7, 8]], dtype=torch.float)",
         {"floating point numbers"}),
        ("creation/price-list", "prices = torch.tensor([[3., 4., 5.], [6., 7., 8.]])", {"with dtype="}),
        ("indexing/broken-gauge", "rain[-2] = -1\nrain[0, -1] = 4", {"with slices"}),
    ],
)  # fmt: skip
def test_the_way_that_is_shown_is_another_one(step: str, typed: str, names: set[str]) -> None:
    lesson, _, name = step.partition("/")
    player = player_of(lesson)
    player.begin(name)
    said = player.type(typed)
    assert {each.name for each in said if isinstance(each, CodeBlock)} == names


ROUND = (
    "    income = price * (100 - 10 * price); income.backward()\n    with torch.no_grad(): price {} 0.01 * price.grad"
)
CLIMB = "for i in range(30):\n" + ROUND + "; price.grad = None"


@pytest.mark.parametrize(
    ("step", "typed", "own"),
    [
        (
            "autograd/best-price",
            ["price = torch.tensor(3.0, requires_grad=True)\n" + CLIMB.format(sign) for sign in ("-=", "+=")],
            "in place",
        ),
        (
            "graph/ice-cream",
            ["direct = sold", "through_sold = price + price", "income.backward()", "through_sold = price * -10"],
            "slope by slope",
        ),
        (
            "autograd-more/two-at-once",
            ["hours = km / speed\nper_km, per_speed = torch.autograd.grad(hours, [km, speed])"],
            "both at once",
        ),
        (
            "autograd/your-own",
            ["x = torch.tensor([2.0], requires_grad=True)\ny = x**3 + x\ny.backward()"],
            "as it was begun",
        ),
    ],
)
def test_attempts_before_and_lists_of_numbers_make_no_other_way(step: str, typed: list[str], own: str) -> None:
    lesson, _, name = step.partition("/")
    player = player_of(lesson)
    player.begin_work(name)
    said = [each for text in typed for each in player.type(text)]
    names = {each.name for each in said if isinstance(each, CodeBlock)}
    (found,) = [each for each in shipped(lesson).steps if each.id == name]
    assert own in {code.name for code in found.codes(Role.SOLUTION)}
    assert names
    assert own not in names
