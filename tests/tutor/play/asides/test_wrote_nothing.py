"""Lines that were to do more than they did: what they did is told."""

from __future__ import annotations

import pytest

from ptrepl.tutor.play.asides.wrote_nothing import only_compared, wrote_nothing
from tests.lessons.playing import play

IN_PLACE = ["stock -= 3", "stock[:] = stock - 3"]
STOCK = frozenset({"stock"})


@pytest.mark.parametrize(
    ("source", "solutions", "told"),
    [
        ("stock.sub(3)", IN_PLACE, "sub() gives a new tensor and leaves `stock` as it is. -= writes into"),
        ("stock.subtract(3)", IN_PLACE, "-= writes into `stock` itself"),
        ("stock.add(4)", ["stock += 4"], "+= writes into `stock` itself"),
        ("stock.clamp(0)", ["stock.clamp_(min=0)"], "clamp_() writes into `stock` itself"),
        ("stock.add(3)", IN_PLACE, ""),
        ("stock.sub_(3)", IN_PLACE, ""),
        ("left = stock.sub(3)", IN_PLACE, ""),
        ("other.sub(3)", IN_PLACE, ""),
        ("stock.sum()", IN_PLACE, ""),
        ("stock.sub(3)", ["left = stock - 3"], ""),
    ],
)
def test_a_method_without_the_underscore(source: str, solutions: list[str], told: str) -> None:
    said = wrote_nothing(source, STOCK, solutions)
    assert told in said
    assert bool(told) == bool(said)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("stock == torch.ones(2)", True),
        ("x = 1\nstock == 3", True),
        ("other == 3", False),
        ("3 == stock", False),
        ("stock != 3", False),
        ("stock.sum() == 3", False),
        ("stock ==", False),
    ],
)
def test_a_name_that_is_compared_and_not_made(source: str, told: bool) -> None:
    assert bool(only_compared(source, STOCK)) is told


@pytest.mark.parametrize(
    ("step", "typed", "told"),
    [
        ("shapes/on-the-screen", ["stock.sub(3)"], "gives a new tensor and leaves `stock` as it is"),
        ("shapes/on-the-screen", ["for s in stock:\n    s = s - 3"], "gives the name `s` to a new value each time"),
        ("indexing/broken-gauge", ["for row in rain:\n    row = -1"], "`rain` stays as it is"),
        ("start/play", ["mine == torch.zeros(2, 3)"], "write one ="),
        ("math/bills", ['bills == torch.einsum("ij,j->i", amounts, prices)'], "To give a value to the name `bills`"),
        ("broadcasting/gauges", ["corrected == rain - too_much[:, None]"], "To give a value to the name `corrected`"),
    ],
)
def test_it_is_told_at_a_step(step: str, typed: list[str], told: str) -> None:
    assert told in play(step, typed).said[-1]


@pytest.mark.parametrize(
    "loop", ["s -= 3", "s[0] = 3", "print(s)", "t = s - 3", "s = s - 3\n    stock[0] = s", "s.sub_(3)"]
)
def test_a_loop_that_may_do_more_is_not_spoken_of(loop: str) -> None:
    assert not wrote_nothing(f"for s in stock:\n    {loop}", STOCK, IN_PLACE)


def test_who_compares_what_is_made_only_looks() -> None:
    played = play("broadcasting/gauges", ["corrected = rain - 1", "corrected == rain"])
    assert "write one =" not in " ".join(played.said)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("torch.zeros(2, 3)", True),
        ("torch.rand((2, 3), device=device)", True),
        ("torch.tensor([[1, 2, 3], [4, 5, 6]])", True),
        ("torch.zeros(3, 2)", False),
        ("towns * 2", False),
        ("towns", False),
        ("towns.float()", False),
    ],
)
def test_a_tensor_of_the_shape_that_is_asked_for_lacks_its_name(typed: str, told: bool) -> None:
    assert ("Give it the name `mine`" in play("start/play", typed).words) is told


def test_a_tensor_that_has_its_name_lacks_none() -> None:
    assert "Give it" not in play("start/play", ["mine = torch.ones(3, 2)", "torch.ones(2, 3)"]).words


@pytest.mark.parametrize("source", ["for s in stock:\n    s = s.sub_(4)", "for s in stock:\n    s = stock.sub_(1)"])
def test_a_loop_that_wrote_all_the_same_is_not_told_that_it_did_not(source: str) -> None:
    assert wrote_nothing(source, STOCK, IN_PLACE)
    assert not wrote_nothing(source, STOCK, IN_PLACE, STOCK)
    assert "stays as it is" not in play("shapes/on-the-screen", source).words
