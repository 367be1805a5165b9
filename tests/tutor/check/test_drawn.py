"""Numbers that should be drawn evenly: fair draws always pass, others do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from ptrepl.tutor.check.drawn import other_draw, other_mean, too_flat, uneven_in_all
from tests.lessons.playing import play

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


def draws(code: str, seed: int, times: int = 10) -> list[torch.Tensor]:
    torch.manual_seed(seed)
    return [eval(code, {"torch": torch}) for _ in range(times)]


@pytest.mark.parametrize("code", ["torch.randint(1, 7, (600,))", "(torch.rand(600) * 6).long() + 1"])
def test_fair_throws_pass_ten_times_over(code: str) -> None:
    for seed in range(100):
        assert uneven_in_all("dice", draws(code, seed), DIE) is None, seed


@pytest.mark.parametrize(
    "code",
    [
        "(torch.rand(600) * 5).round() + 1",
        "torch.randint(1, 8, (600,)).clamp(max=6)",
        "torch.randint(0, 12, (600,)).remainder(7).clamp(min=1)",
        "(torch.rand(600) * 5 + 0.75).round().clamp(1, 6)",
    ],
)
def test_what_one_draw_may_hide_is_sure_in_ten(code: str) -> None:
    for seed in range(40):
        assert "each equally likely" in (uneven_in_all("dice", draws(code, seed), DIE) or ""), seed


def test_the_same_draw_again_tells_nothing() -> None:
    lucky = torch.tensor([1] * 130 + [2] * 70 + [3, 4, 5, 6] * 100)
    assert uneven_in_all("dice", [lucky] * 10, DIE) is None


@pytest.mark.parametrize("seed", range(8))
def test_a_rounded_die_is_never_taken_in_the_lesson(seed: int) -> None:
    played = play("creation/dice", [f"torch.manual_seed({seed});", "dice = (torch.rand(600) * 5).round() + 1"])
    assert not played.accepted
    assert "half as likely" in played.words


@pytest.mark.parametrize(
    "lines",
    [
        "torch.manual_seed(3)\ndice = torch.randint(1, 7, (600,))",
        "def throw():\n    return torch.randint(1, 7, (1,))\n\ndice = torch.cat([throw() for _ in range(600)])",
        "dice = torch.zeros(600)\nfor place in range(600):\n    dice[place] = torch.randint(1, 7, ())",
        "dice = (torch.rand(600) * 6 + 0.5).round()",
    ],
)
def test_a_die_may_be_thrown_in_any_way(lines: str) -> None:
    assert play("creation/dice", [lines]).accepted


@pytest.mark.parametrize("count", [20, 100, 1000])
@pytest.mark.parametrize(
    ("draw", "mean", "spread"),
    [
        (lambda count, mine: torch.normal(170.0, 10.0, (count,), generator=mine), 170, 10),
        (lambda count, mine: torch.bernoulli(torch.full((count,), 0.3), generator=mine), 0.3, 0.21**0.5),
        (lambda count, mine: torch.rand(count, generator=mine) < 0.5, 0.5, 0.5),
    ],
    ids=["normal", "bernoulli", "a fair coin"],
)
def test_numbers_around_a_mean_pass_whatever_the_seed(
    draw: Callable[[int, torch.Generator], torch.Tensor], mean: float, spread: float, count: int
) -> None:
    for seed in range(100):
        drawn = draw(count, torch.Generator().manual_seed(seed))
        assert other_mean("drawn", drawn, mean, spread) is None, seed


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("torch.randn(1000)", "The mean of drawn is"),
        ("torch.randn(1000) + 170", "The spread of drawn, its standard deviation, is 1.0"),
        ("torch.normal(170.0, 12.5, (1000,))", "this step wants about 10."),
        ("torch.normal(170.0, 100.0, (1000,))", "The spread of drawn"),
        ("torch.normal(173.0, 10.0, (1000,))", "this step wants numbers drawn around a mean of 170."),
        ("torch.full((1000,), 170.0)", "is 0; this step wants about 10."),
        ("torch.full((1000,), float('nan'))", "The mean of drawn is nan"),
        ("torch.normal(170.0, 10.0, (1000,)).sort().values", "drawn is sorted"),
        ("torch.linspace(152.7, 187.3, 1000)", "drawn is sorted"),
        ("torch.complex(torch.ones(1000), torch.ones(1000))", "cannot be read"),
    ],
)
def test_other_numbers_do_not_pass(code: str, said: str) -> None:
    torch.manual_seed(0)
    assert said in (other_mean("drawn", eval(code, {"torch": torch}), 170, 10) or "")


def test_without_a_mean_or_with_few_numbers_nothing_is_asked() -> None:
    assert other_mean("drawn", torch.zeros(1000), None, None) is None
    assert other_mean("drawn", torch.zeros(19), 170, 10) is None
    assert other_mean("drawn", torch.zeros(20), 0.3, 0.21**0.5) is None, "so it comes out once in a thousand times"
    assert other_mean("drawn", torch.randn(1000), 0, None) is None


@pytest.mark.parametrize("count", [20, 200, 1000])
def test_normal_numbers_are_not_too_flat_whatever_the_seed(count: int) -> None:
    for seed in range(100):
        drawn = torch.normal(170.0, 10.0, (count,), generator=torch.Generator().manual_seed(seed))
        assert too_flat("drawn", drawn) is None, seed
        assert too_flat("drawn", drawn.round().int()) is None, seed


@pytest.mark.parametrize(
    "code",
    ["torch.rand(1000) * 34.6 + 152.7", "torch.randint(153, 188, (1000,))", "torch.randint(0, 2, (1000,)) * 20 + 160"],
)
def test_evenly_drawn_numbers_are_no_normal_ones(code: str) -> None:
    torch.manual_seed(0)
    drawn = eval(code, {"torch": torch})
    assert other_mean("drawn", drawn, 170, 10) is None
    assert "a normal distribution" in (too_flat("drawn", drawn) or "")


def test_of_few_numbers_or_equal_ones_no_distribution_is_told() -> None:
    for drawn in (torch.zeros(0), torch.zeros(1000), torch.rand(100)):
        assert too_flat("drawn", drawn) is None
    assert "cannot be read" in (too_flat("drawn", torch.complex(torch.ones(1000), torch.ones(1000))) or "")
