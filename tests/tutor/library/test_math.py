"""The lesson math: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest
import torch

from tests.lessons.playing import play
from tests.tutor.trying import each, tried, unanswered

RIGHT = {
    "fahrenheit": [
        "fahrenheit = celsius.mul(9).div(5).add(32)",
        "fahrenheit = 32 + celsius * (9 / 5)",
        "fahrenheit = celsius.double() / 5 * 9 + 32",
        "fahrenheit = torch.tensor([each * 9 / 5 + 32 for each in celsius])",
        "fahrenheit = torch.zeros(4)\nfor place in range(4):\n    fahrenheit[place] = celsius[place] * 9 / 5 + 32",
    ],
    "boats": [
        "direction = north.atan2(east).rad2deg()",
        "direction = 90 - torch.rad2deg(torch.atan2(east, north))",
        "direction = torch.atan2(north, east) / torch.pi * 180",
        "import math\ndirection = torch.tensor([math.degrees(math.atan2(y, x)) for y, x in zip(north, east)])",
        "direction = torch.rad2deg(torch.complex(east, north).angle())",
        "direction = torch.atan2(north, east)\ndirection.rad2deg_()",
    ],
    "rain-gauge": [
        "so_far = rain.cumsum(1)\nwettest, where = rain.max(0)",
        "so_far = torch.cumsum(rain.double(), -1)\nwettest = torch.stack([column.max() for column in rain.T])",
        "so_far = rain.clone()\nfor day in range(1, 4):\n    so_far[:, day] += so_far[:, day - 1]\n"
        "wettest = rain.sort(dim=0).values[-1]",
        "wettest = rain.T.amax(dim=1)\nso_far = rain.T.cumsum(dim=0).T",
        "so_far = rain.cumsum(axis=1)\nwettest = torch.maximum(torch.maximum(rain[0], rain[1]), rain[2])",
    ],
    "half-a-euro": [
        "prices = torch.tensor([12, 7, 29]).float().add_(0.5)\naverage = prices.sum() / 3",
        "prices = torch.tensor([12, 7, 29], dtype=torch.float64)\nprices += 0.5\naverage = prices.mean().item()",
        "prices = torch.tensor([12, 7, 29]) + 1 / 2\naverage = sum(prices) / len(prices)",
        "prices = torch.tensor([12.0, 7, 29])\nfor place in range(3):\n    prices[place] += 0.5\n"
        "average = torch.mean(prices)",
    ],
    "bills": [
        'bills = torch.einsum("pa,a->p", amounts, prices)',
        'bills = torch.einsum("a, pa -> p", prices, amounts)',
        'bills = torch.einsum("ij,j", amounts, prices)',
        "bills = amounts @ prices",
        "bills = (amounts * prices).sum(1)",
        "bills = torch.tensor([(row * prices).sum().item() for row in amounts])",
    ],
}

WRONG = {
    "fahrenheit": [
        ("fahrenheit = celsius * 9 // 5 + 32", "// rounds down"),
        ("fahrenheit = celsius.float() * 9 // 5 + 32", "// rounds down"),
        ("fahrenheit = celsius * (9 // 5) + 32", "9 // 5 is 1"),
        ("fahrenheit = (celsius + 32) * 9 / 5", "added first"),
        ("fahrenheit = (celsius * 9 + 32) / 5", "divided by 5 as well"),
        ("fahrenheit = celsius * 5 / 9 + 32", "changed places"),
        ("fahrenheit = torch.tensor([-40.0, 32.0, 69.8, 212.0])", "typed in as numbers"),
        ("celsius * 9 / 5 + 32", "Give it the name `fahrenheit`"),
    ],
    "boats": [
        ("direction = torch.atan2(north, east)", "These are radians"),
        ("direction = torch.rad2deg(torch.atan(north / east))", "looks at both"),
        ("direction = torch.rad2deg(torch.atan2(east, north))", "counted from the north"),
        ("direction = torch.atan2(torch.rad2deg(north), torch.rad2deg(east))", "put it outside"),
        ("direction = torch.rad2deg(torch.atan2(north, east)) % 360", "leave out the 360"),
        ("direction = torch.atan2(north, east) * 180", "divide by pi"),
        ("direction = torch.tensor([45, 135, -90])", "typed in as numbers"),
    ],
    "rain-gauge": [
        ("so_far = rain.cumsum(dim=0)", "down the columns"),
        ("so_far = rain.sum(dim=1)", "cumsum keeps every step"),
        ("so_far = rain.cumsum(dim=1)\nwettest = rain.max(dim=0)", "two things"),
        ("so_far = rain.cumsum(dim=1)\nwettest = rain.amax(dim=1)", "the most of each town"),
        ("so_far = rain.cumsum(dim=1)\nwettest = rain.max()", "the whole table"),
        ("so_far = rain.cumsum(dim=1)\nwettest = rain.max(dim=0).indices", "These are places"),
        ("so_far = rain.cumsum_(dim=1)\nwettest = rain.amax(dim=0)", "into `rain` itself"),
        ("so_far = rain.cumsum(dim=1)\nwettest = so_far.amax(dim=0)", "sums so far"),
        ("so_far = rain.cumsum(dim=1)\nwettest = rain.max(dim=0).value", "with an s"),
    ],
    "half-a-euro": [
        ("prices = torch.tensor([12, 7, 29])\nprices += 0.5\naverage = prices.mean()", "no place for a half"),
        ("prices = torch.tensor([12, 7, 29])\nprices += 1 / 2\naverage = prices.mean()", "no place for a half"),
        ("prices = torch.tensor([12, 7, 29])\nprices.float()\nprices += 0.5", "Give that the name"),
        ("prices = torch.tensor([12, 7, 29])\nprices + 0.5\naverage = prices.float().mean()", "The half euro got lost"),
        ("prices = torch.tensor([12.0, 7, 29])\naverage = prices.mean()\nprices += 0.5", "Change the order"),
        ("prices = torch.tensor([12.0, 7, 29])\nprices += 0.5\naverage = prices.sum()", "That is the sum"),
        ("prices = torch.tensor([12.5, 7.5, 29.5])\naverage = prices.mean()", "typed in as numbers"),
    ],
    "bills": [
        ('bills = torch.einsum("ij,j->j", amounts, prices)', "Here the article stays"),
        ('bills = torch.einsum("ij,j->ij", amounts, prices)', "the single products"),
        ('bills = torch.einsum("ij,j->", amounts, prices)', "both bills together"),
        ('bills = torch.einsum("ij,i->i", amounts, prices)', "the letter of the persons"),
        ('bills = torch.einsum("ij,k->i", amounts, prices)', "pairs nothing"),
        ('bills = torch.einsum("ij->i", amounts, prices)', "letters of its own"),
        ("bills = amounts.sum(dim=1)", "multiplied by its price"),
        ("bills = torch.tensor([10.5, 15.0])", "typed in as numbers"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("math", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("math", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("math", RIGHT, 3) == unanswered("math", WRONG, 3) == set()


def test_what_the_text_says_of_torch_is_so() -> None:
    way, speed, whole = torch.tensor([100.0, 30.0]), torch.tensor([50.0, 60.0]), torch.tensor([8, 9])
    assert torch.equal(torch.add(way, speed, alpha=3), torch.tensor([250.0, 210.0]))
    assert torch.equal(torch.addcdiv(whole.float(), way, speed), torch.tensor([10.0, 9.5]))
    with pytest.raises(RuntimeError, match="Integer division with addcdiv"):
        torch.addcdiv(whole, whole, whole)
    with pytest.raises(RuntimeError, match="can't be cast"):
        whole += 0.5
    assert torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc").tolist() == [3, -3]
    assert (torch.tensor([7, -7]) % 2).tolist() == [1, 1]
    late = torch.tensor([3.0, 0.0, 12.0])
    assert late.std(correction=0) == ((late - 5) ** 2).mean().sqrt()
    assert torch.rad2deg(torch.acos(torch.tensor(0.5))).item() == pytest.approx(60)
    assert torch.tensor([1.0, float("nan")]).sum().isnan()
    rain = torch.rand(12, 30, 24)
    assert rain.mean(dim=(1, 2)).shape == (12,)
    assert rain.sum(axis=1, keepdims=True).shape == (12, 1, 24)


@pytest.mark.filterwarnings("ignore:This overload of add is deprecated")
def test_the_number_in_the_middle_still_means_alpha() -> None:
    way, speed = torch.tensor([100.0, 30.0]), torch.tensor([50.0, 60.0])
    assert torch.equal(torch.add(way, 3, speed), torch.add(way, speed, alpha=3))


def test_the_cars_are_where_the_text_says() -> None:
    way, speed = torch.tensor([100.0, 30.0]), torch.tensor([50.0, 60.0])
    assert torch.add(way, speed, alpha=3).tolist() == [250, 210]
    assert torch.addcdiv(torch.tensor([8.0, 9.0]), way, speed).tolist() == [10, 9.5]
    with pytest.raises(RuntimeError, match="Integer division"):
        torch.addcdiv(torch.tensor([8]), torch.tensor([3]), torch.tensor([2]))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("[100, 180]", "the product alone"),
        ("150, 90", "after one hour"),
        ("[250, 210]", "alpha=3"),
        ("[300, 270]", "adds first and multiplies then"),
        ("410", "Nothing adds them up"),
    ],
)
def test_what_addcmul_does_not_do_is_told(answer: str, said: str) -> None:
    assert said in play("math/by-its-name", answer).words
    assert play("math/by-its-name", "[200, 210]").accepted


def test_a_bare_number_is_no_shape_of_a_shape() -> None:
    assert "That is its shape" not in play("math/what-is-left", "2").words
    assert "Two dims are left" in play("math/what-is-left", "(2,)").words
