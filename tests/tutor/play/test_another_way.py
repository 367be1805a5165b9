"""After a pass: another way is another way, not the learner's own with other numbers in it."""

from __future__ import annotations

import pytest

from ptrepl.tutor.play.say import CodeBlock
from tests.tutor.trying import player_of


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
