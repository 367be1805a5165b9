"""The lessons autograd and autograd-more: right answers of other kinds pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.format.lesson import Role
from tests.tutor.trying import each, player_of, prose_of, shipped, tried, unanswered

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using backward.* with create_graph=True"),
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf"),
]

YARD = (
    "yard, strip = torch.tensor(2.0), torch.tensor(1.0, requires_grad=True)\n"
    "area, border = (yard + strip) * (strip + 1), (yard + strip) + (strip + 1)\n"
    "results = torch.stack([area, border])\n"
)
PRICE = "price = torch.tensor(3.0, requires_grad=True)\n"
INCOME = "    (price * (100 - 10 * price)).backward()\n"
STEP = "    with torch.no_grad():\n        price += 0.01 * price.grad\n"
ERROR = "    gap = w * day - place / 500\n    error = (gap * gap).mean()\n"
HOURS = "for place in range(500):\n"
OLD = "w = torch.tensor(1.0, requires_grad=True)\nfor step in range(2):\n    loss = w * w\n    loss.backward()\n"

RIGHT = {
    "autograd/best-price": [
        PRICE + "for _ in range(30):\n" + INCOME + "    price.data += price.grad / 100\n    price.grad.zero_()",
        PRICE + "best = torch.optim.SGD([price], lr=0.01, maximize=True)\nfor _ in range(30):\n"
        "    best.zero_grad()\n" + INCOME + "    best.step()",
        PRICE + "for _ in range(30):\n    (g,) = torch.autograd.grad(price * (100 - 10 * price), price)\n"
        "    with torch.no_grad():\n        price.add_(g, alpha=0.01)",
        PRICE + "rounds = 0\nwhile rounds < 40:\n" + INCOME + STEP + "    price.grad = None\n    rounds += 1",
        PRICE + "def climb():\n    income = price * (100 - 10 * price)\n    income.backward()\n"
        "    with torch.no_grad():\n        price.add_(0.01 * price.grad)\n        price.grad = None\n"
        "for _ in range(30):\n    climb()",
    ],
    "autograd/running-total": [
        "total = sum(((w * day - p / 500) ** 2).mean().item() for p in range(500))",
        "total = 0\n" + HOURS + ERROR + "    total += error\ntotal = total.detach()",
        "total = 0\n" + HOURS + ERROR + "    total += float(error.detach())",
        "errors = []\n" + HOURS + ERROR + "    errors.append(error.item())\ntotal = sum(errors)",
        "total = torch.zeros(())\n" + HOURS + ERROR + "    total += error.detach()",
    ],
    "autograd-more/weighted-grad": [
        YARD + "results.backward(torch.tensor([1.0, 2.0]))",
        YARD + "area.backward(retain_graph=True)\n(2 * border).backward()",
        YARD + "(area + border + border).backward()",
        YARD + "torch.autograd.backward([area, border], [torch.tensor(1.0), torch.tensor(2.0)])",
    ],
    "autograd-more/two-at-once": [
        "hours = km / speed\nper_km, per_speed = (each.item() for each in torch.autograd.grad(hours, [km, speed]))",
        "hours = torch.div(km, speed)\nslopes = torch.autograd.grad(hours, (km, speed))\n"
        "per_km = slopes[0]\nper_speed = slopes[1]",
        "hours = km * speed**-1\nper_speed, per_km = torch.autograd.grad(hours, (speed, km))",
        "per_km, per_speed = torch.func.grad(torch.div, argnums=(0, 1))(km, speed)\nhours = km / speed",
    ],
    "autograd-more/second-derivative": [
        "y = x * x * x\ny.backward(create_graph=True)\nfirst = x.grad\nsecond, = torch.autograd.grad(first, x)",
        "second = torch.autograd.functional.hessian(lambda a: a**3, x)",
        "second = torch.autograd.functional.hessian(lambda a: a**3, x).item()",
        "second = torch.func.grad(torch.func.grad(lambda a: a**3))(x).item()",
    ],
    "autograd-more/falling-stone": [
        "from torch.func import grad\nspeed = grad(height)\nacceleration = grad(grad(height))",
        "speed = lambda t: torch.func.grad(height)(t)\nacceleration = lambda t: torch.func.grad(speed)(t)",
        "def speed(t):\n    t = t.detach().requires_grad_()\n    return torch.autograd.grad(height(t), t)[0]\n"
        "def acceleration(t):\n    t = t.detach().requires_grad_()\n"
        "    first = torch.autograd.grad(height(t), t, create_graph=True)[0]\n"
        "    return torch.autograd.grad(first, t)[0]",
        "speed = torch.func.jacrev(height)\nacceleration = torch.func.hessian(height)",
    ],
    "autograd-more/old-program": [
        OLD
        + "    print(step, loss.item())\n    with torch.no_grad():\n        w.sub_(0.1 * w.grad)\n    w.grad = None",
        OLD + "    print(float(loss.detach()))\n    w = (w - 0.1 * w.grad).detach().requires_grad_()",
        "w = torch.tensor(1.0, requires_grad=True)\ngo = torch.optim.SGD([w], lr=0.1)\nfor step in range(2):\n"
        "    go.zero_grad()\n    loss = w * w\n    loss.backward()\n    go.step()\n    print(f'{loss.item():.4f}')",
    ],
}

WRONG = {
    "autograd/best-price": [
        (PRICE + "for _ in range(30):\n" + INCOME + STEP.replace("+=", "-=") + "    price.grad = None", "downhill"),
        (PRICE + "for _ in range(30):\n" + INCOME + STEP, "Gradients of earlier rounds"),
        (PRICE + "for _ in range(30):\n" + INCOME + "    price += 0.01 * price.grad", "may not be changed in place"),
        (PRICE + "for _ in range(3):\n" + INCOME + STEP + "    price.grad = None", "Those were 3 rounds"),
        ("price = torch.tensor(5.0, requires_grad=True)", "typed in as a number"),
    ],
    "autograd/running-total": [
        ("total = 0.0\n" + HOURS + ERROR + "    total += error", "still remembers all 500"),
        ("total = 0.0\n" + HOURS + ERROR + "    total = error.item()", "forgets the sum"),
        ("total = 0.0\n" + HOURS + ERROR + "    total += error\ntotal.item()", "This only shows the number"),
        ("total = 0.0\n" + HOURS + ERROR + "total += error.item()", "stands behind the loop"),
    ],
    "autograd-more/weighted-grad": [
        (YARD + "results.backward()", "does not know how much"),
        (YARD + "results.backward(torch.ones(2))", "5 + 2 gives 7"),
        (YARD + "results.backward(torch.tensor([2.0, 1.0]))", "gives 12"),
    ],
    "autograd-more/two-at-once": [
        ("hours = km / speed\nhours.backward()\nper_km, per_speed = km.grad, speed.grad", "were to stay empty"),
        ("hours = km / speed\nper_speed, per_km = torch.autograd.grad(hours, (km, speed))", "changed places"),
        ("hours = km / speed\nper_km = 1 / speed\nper_speed = -km / speed**2", "autograd has not computed it"),
    ],
    "autograd-more/second-derivative": [
        ("second = torch.autograd.grad(x**3, x)[0]", "27 is the gradient itself"),
        ("second = 6 * x", "autograd has not computed it"),
        ("first = torch.autograd.grad(x**3, x)[0]\nsecond = torch.autograd.grad(first, x)[0]", "create_graph=True"),
    ],
    "autograd-more/falling-stone": [
        ("speed = lambda t: 20 - 10 * t\nacceleration = lambda t: t * 0 - 10", "formula of your own"),
        ("speed = torch.func.grad(height)\nacceleration = torch.func.grad(height)", "height once more"),
        ("speed = torch.func.grad(height(torch.tensor(1.0)))", "wants the function itself"),
    ],
    "autograd-more/old-program": [
        (OLD + "    print(loss.data[0])", "no place 0"),
        (OLD + "    with torch.no_grad():\n        w -= 0.1 * w.grad\n    w.grad = None", "Nothing prints"),
        (OLD + "    print(loss.item())\n    with torch.no_grad():\n        w -= 0.1 * w.grad", "not cleared any more"),
    ],
}


def parts(step: str) -> tuple[str, str]:
    lesson, _, name = step.partition("/")
    return lesson, name


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried(*parts(step), source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried(*parts(step), source)
    assert not passed
    assert said in told


def test_no_task_of_the_second_lesson_is_left_out() -> None:
    for answers in (RIGHT, WRONG):
        of_it = {parts(step)[1]: sources for step, sources in answers.items() if parts(step)[0] == "autograd-more"}
        assert unanswered("autograd-more", of_it, 3) == set()


def test_the_figures_of_the_text() -> None:
    w, x = torch.ones(1, requires_grad=True), torch.full((1,), 2.0)
    torch.cat([(x + w) * (w + 1), (x + w) + (w + 1)]).backward(gradient=torch.tensor([1.0, 2.0]))
    assert w.grad is not None
    assert w.grad == 9
    near = torch.tensor(2.0)
    assert round(float(((near + 1e-6) ** 3 - near**3) / 1e-6), 1) == 11.4


def test_what_a_speed_inside_grad_may_not_do() -> None:
    with pytest.raises(RuntimeError, match="requires_grad_"):
        torch.func.grad(lambda t: t * t.requires_grad_())(torch.tensor(3.0))
    assert torch.func.grad(lambda t: t * t.detach())(torch.tensor(3.0)) == 3


def test_the_first_loss_of_the_old_program_prints_as_its_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    player = player_of("autograd-more")
    player.begin("old-program")
    player.type(shipped("autograd-more").steps[-1].codes(Role.SOLUTION)[0].source)
    first, last = capsys.readouterr().out.split()
    assert first == "1.0"
    assert float(last) == pytest.approx(0.64)
    assert f"first `{first}`, and not `tensor(1., grad_fn=…)`" in prose_of("autograd-more", "old-program")
