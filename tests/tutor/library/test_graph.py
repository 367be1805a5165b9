"""The lesson graph: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest
import torch

from tests.tutor.trying import each, prose_of, tried, unanswered

pytestmark = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")

MEND = "spread = weights.std()\nguess = (rainfall * weights).sum()\nguess.backward()"

RIGHT = {
    "taxi": [
        "bill = torch.add(fare, torch.mul(km, rate))\nbill.backward()",
        "bill = rate * km + fare\ntorch.autograd.backward(bill)",
        "bill = torch.addcmul(fare, km, rate)\nbill.backward()",
        "way = km * rate\nway = way + fare\nbill = way\nbill.backward()",
        "def cost(a, b, c):\n    return a + b * c\nbill = cost(fare, km, rate)\nbill.backward()",
    ],
    "ice-cream": [
        "direct = 100 - 10 * price\nthrough_sold = -10 * price\nincome.backward()",
        "income.backward()\ndirect = sold.detach()\nthrough_sold = price.grad - direct",
        "direct, through_sold = sold.item(), price.item() * -10\nincome.backward()",
        "through_sold = torch.autograd.grad(income, sold, retain_graph=True)[0] * -10\ndirect = sold + 0\n"
        "income.backward()",
        "direct = income / price\nthrough_sold = -(10 * price)\nincome.backward()",
    ],
    "kept": [
        "sold.retain_grad()\nincome.backward()\none_more = sold.grad.item()",
        "sold.retain_grad(), income.backward()\none_more = sold.grad.clone()",
        "price = torch.tensor(3.0, requires_grad=True)\nsold = 100 - 10 * price\nsold.retain_grad()\n"
        "((price - 1) * sold).backward()\none_more = sold.grad",
        "sold.retain_grad()\ntorch.autograd.backward(income)\none_more = float(sold.grad)",
    ],
    "half-price": [
        "def to_pay(total):\n    return torch.where(total > 100, 50 + total / 2, total)",
        "def to_pay(total):\n    return min(total, 100) + max(total - 100, 0) / 2",
        "def to_pay(total):\n    return torch.minimum(total, 50 + total / 2)",
        "to_pay = lambda total: total if total <= 100 else 50 + 0.5 * total",
        "def to_pay(total):\n    return total.clamp(max=100) + (total - 100).clamp(min=0) / 2",
        "def to_pay(price):\n    beyond = F.relu(price - 100)\n    return price - beyond * 0.5",
    ],
    "lost-gradient": [
        "weights = torch.randn(100) / 10\nweights.requires_grad = True\n" + MEND,
        "weights = (torch.randn(100, requires_grad=True) / 100**0.5).detach().requires_grad_()\n" + MEND,
        "weights = nn.Parameter(torch.randn(100) * 0.1)\n" + MEND,
        "weights = torch.randn(100, requires_grad=True)\nwith torch.no_grad():\n    weights /= 10\n" + MEND,
        "weights = torch.tensor([each / 10 for each in torch.randn(100).tolist()], requires_grad=True)\n" + MEND,
    ],
}

WRONG = {
    "taxi": [
        ("bill = (fare + km) * rate\nbill.backward()", "the fare is multiplied too"),
        ("bill = km * rate\nbill.backward()", "still to be added"),
        ("bill = fare + km + rate\nbill.backward()", "Everything is added"),
        ("bill = torch.tensor(16.0, requires_grad=True)\nbill.backward()", "written down, not computed"),
        ("bill = fare + km.item() * rate\nbill.backward()", "plain Python number"),
        ("bill = fare + km * rate", "still to come: `fare.grad`"),
    ],
    "ice-cream": [
        ("direct = price\nthrough_sold = price * -10\nincome.backward()", "is not the price"),
        ("direct = sold\nthrough_sold = price * 10\nincome.backward()", "so the slope is -10"),
        ("direct = sold\nthrough_sold = -10\nincome.backward()", "multiplied by that of income"),
        ("direct = sold\nthrough_sold = price * sold\nincome.backward()", "where the path goes through"),
        ("direct = 70\nthrough_sold = -30\nincome.backward()", "typed in as a number"),
    ],
    "kept": [
        ("income.backward()\none_more = sold.grad", "its gradient was freed"),
        ("income.backward()\nsold.retain_grad()\none_more = sold.grad", "freed before you asked"),
        ("income.retain_grad()\nincome.backward()\none_more = sold.grad", "It is `sold`"),
        ("sold.retain_grad()\nsold.backward()\none_more = sold.grad", "The pass started at `sold`"),
        ("sold.retain_grad()\nincome.backward()\none_more = price.grad", "50 is the gradient of `price`"),
        ("sold.retain_grad()\nincome.backward()\none_more = price", "making it costs 1 of that"),
    ],
    "half-price": [
        ("def to_pay(x):\n    if x > 100:\n        return x * 0.5\n    return x", "everything is halved"),
        ("def to_pay(total):\n    return (total - (total - 100).clamp(min=0) / 2).item()", "item() gives a plain"),
        ("def to_pay(total):\n    if total > 100:\n        return 100 + (total - 100) / 2", "returns nothing"),
        ("def to_pay(total):\n    return 100 + (total - 100) / 2", "holds only above 100"),
        ("def to_pay(total):\n    return torch.where(total > 100, total, 50 + total / 2)", "changed places"),
    ],
    "lost-gradient": [
        ("weights = torch.randn(100, requires_grad=True) / 100**0.5\n" + MEND, "still a result"),
        ("weights = torch.randn(100, requires_grad=True) / 10\nweights.retain_grad()\n" + MEND, "changes leaves"),
        ("weights = torch.randn(100, requires_grad=True)\n" + MEND, "The division is gone"),
        ("weights = torch.randn(100) / 100**0.5\n" + MEND, "Nobody asks for a gradient now"),
        ("weights = (torch.randn(100) / 100).requires_grad_()\n" + MEND, "100 times smaller"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("graph", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("graph", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("graph", RIGHT, 3) == unanswered("graph", WRONG, 3) == set()


def test_the_figures_of_the_text() -> None:
    yard, strip = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    length, width = yard + strip, strip + 1
    area = length * width
    length.retain_grad()
    width.retain_grad()
    area.backward()
    assert [each.is_leaf for each in (yard, strip, length, width, area)] == [True, True, False, False, False]
    assert [each.grad.item() for each in (yard, strip, length, width) if each.grad is not None] == [2, 5, 2, 3]
    coins = torch.tensor(3.0, requires_grad=True)
    pot = coins
    while pot < 20:
        pot = pot * 2
    pot.backward()
    assert coins.grad is not None
    assert coins.grad == pot / coins == 8


def test_a_cent_more_brings_what_the_gradient_says() -> None:
    def income(price: float) -> float:
        return price * (100 - 10 * price)

    dearer, fewer = 0.01 * (100 - 10 * 3.01), 10 * 0.01 * 3
    assert (round(100 * dearer), round(100 * fewer)) == (70, 30)
    assert "about 70 cents more, those who stay away 30 less" in prose_of("graph", "ice-cream")
    assert (income(3.01) - income(3)) / 0.01 == pytest.approx(40, abs=0.2)
    assert income(4) - income(3) == 30  # a whole euro is no small push
