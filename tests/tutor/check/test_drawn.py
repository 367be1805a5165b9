"""Numbers that should be drawn evenly: fair draws always pass, others do not."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.check.drawn import other_draw

DIE = range(1, 7)


@pytest.mark.parametrize("count", [120, 600, 6000])
def test_fair_throws_pass_whatever_the_seed(count: int) -> None:
    for seed in range(100):
        thrown = torch.randint(1, 7, (count,), generator=torch.Generator().manual_seed(seed))
        assert other_draw("dice", thrown, DIE) is None, seed


def test_a_coin_and_a_floating_point_die_pass() -> None:
    mine = torch.Generator().manual_seed(3)
    assert other_draw("coin", torch.bernoulli(torch.full((600,), 0.5), generator=mine), (0, 1)) is None
    assert other_draw("dice", torch.rand(600, generator=mine).mul(6).floor() + 1, DIE) is None
    few = torch.tensor([1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 1, 6, 6, 2, 6, 6, 6, 6, 6])
    assert other_draw("dice", few, DIE) is None, "too few to tell"


def test_loaded_dice_do_not_pass() -> None:
    mine = torch.Generator().manual_seed(3)
    loaded = torch.multinomial(torch.tensor([1.0, 1, 1, 1, 1, 3]), 600, replacement=True, generator=mine) + 1
    assert "In dice, 6 comes" in (other_draw("dice", loaded, DIE) or "")
    shuffled = torch.arange(1, 7).repeat(200)[torch.randperm(1200, generator=mine)]
    assert "each number exactly 200 times" in (other_draw("dice", shuffled, DIE) or "")
