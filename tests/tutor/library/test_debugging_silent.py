"""The lesson debugging-silent: programs that run and are wrong, mended in other ways, or in their result alone."""

from __future__ import annotations

import pytest

from ptrepl.tutor.format.lesson import Role
from tests.tutor.trying import each, player_of, shipped, tried

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using a target size"),
    pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar"),
    pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2"),
]

RIGHT = {
    "half-a-loaf": [
        "loaves = counted.float()\nloaves[0] = 3.5\ntotal = loaves.sum()\nleft = loaves - torch.ones(3, device=device)",
    ],
    "every-pair": [
        "guess = (2 * rain).flatten()\ngap = guess - level\nloss = (gap ** 2).mean()",
        "guess = 2 * rain\ngap = guess[:, 0] - level\nloss = nn.functional.mse_loss(guess[:, 0], level)",
    ],
    "swings": [
        "w = torch.tensor(0.0, requires_grad=True, device=device)\n"
        "optimizer = torch.optim.SGD([w], lr=0.1)\npath = []\nfor step in range(40):\n"
        "    loss = (w - goal) ** 2\n    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()\n"
        "    path.append(w.item())",
        "w = torch.tensor(0.0, requires_grad=True, device=device)\npath = []\nfor step in range(40):\n"
        "    loss = (w - goal) ** 2\n    w.grad, = torch.autograd.grad(loss, w)\n"
        "    with torch.no_grad():\n        w -= 0.1 * w.grad\n    path.append(w.item())",
    ],
    "nobody": [
        "price = torch.tensor(9.0, requires_grad=True, device=device)\n"
        "optimizer = torch.optim.SGD([price], lr=0.25)\nfor goal in best:\n    loss = (price - goal) ** 2\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
        "    price.data.clamp_(min=2)",
        "price = torch.tensor(9.0, requires_grad=True, device=device)\n"
        "optimizer = torch.optim.SGD([price], lr=0.25)\nfor goal in best:\n    loss = (price - goal) ** 2\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n    with torch.no_grad():\n"
        "        price.copy_(price.clamp(min=2))",
        "price = torch.tensor(9.0, requires_grad=True, device=device)\n"
        "optimizer = torch.optim.SGD([price], lr=0.25)\nfor goal in best:\n    loss = (price - goal) ** 2\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
        "    price = price.detach().clamp(min=2).requires_grad_()\n"
        "    optimizer.param_groups[0]['params'][0] = price",
    ],
    "data": [
        "volts = levels.clone().requires_grad_()\n"
        "power = torch.minimum(volts * volts, torch.tensor(3.0, device=device))\n"
        "heat = (power * power).sum()\nheat.backward()",
        "volts = levels.clone().requires_grad_()\npower = volts * volts\n"
        "power = torch.where(power > 3, 3.0, power)\nheat = power.pow(2).sum()\nheat.backward()",
    ],
    "softmax": [
        "shares = scores.softmax(1)\nloss = nn.functional.nll_loss(scores.log_softmax(1), kinds)",
    ],
    "eval": [
        "was = net.training\nnet.train(False)\nwith torch.inference_mode():\n    guess = net(day)\n\nnet.train(was)",
    ],
    "carried": [
        "w = torch.tensor(0.5, requires_grad=True, device=device)\n"
        "wet, total = torch.tensor(0.0, device=device), 0.0\nfor today in rain:\n"
        "    wet = w * wet + today\n    loss = (wet - 2) ** 2\n    loss.backward()\n"
        "    total += float(loss)\n    wet = torch.tensor(wet.item(), device=device)",
        "w = torch.tensor(0.5, requires_grad=True, device=device)\n"
        "wet, total = torch.tensor(0.0, device=device), 0.0\nfor today in rain:\n"
        "    wet = w * wet + today\n    loss = (wet - 2) ** 2\n    loss.backward()\n"
        "    with torch.no_grad():\n        total += loss\n    wet.detach_()",
    ],
    "three": [
        "net = nn.Linear(1, 1).to(device)\nnn.init.zeros_(net.bias)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nloss_function = nn.MSELoss()\n"
        "for epoch in range(200):\n    optimizer.zero_grad()\n"
        "    loss_function(net(hours), earned.unsqueeze(1)).backward()\n    optimizer.step()",
        "net = nn.Linear(1, 1).to(device)\nnet.bias = nn.Parameter(torch.zeros(1, device=device))\n"
        "optimizer = torch.optim.SGD([net.weight, net.bias], lr=0.1)\nfor epoch in range(200):\n"
        "    gap = net(hours).flatten() - earned\n    loss = (gap * gap).mean()\n    net.zero_grad()\n"
        "    loss.backward()\n    optimizer.step()",
    ],
}

WRONG = {
    "half-a-loaf": [
        (
            "loaves = torch.tensor([3.5, 6.0, 3.0], device=device)\ntotal = loaves.sum()\nleft = loaves - 1",
            "typed in",
        ),
        (
            "loaves = counted.to(torch.float32)\nloaves[0] = loaves[0] - 0.5\ntotal = loaves.sum()\n"
            "left = loaves\nleft.sub(1)",
            "throws it away",
        ),
    ],
    "every-pair": [
        (
            "gap = torch.tensor([-1.0, 0.0, -1.0], device=device)\nloss = (gap * gap).mean()",
            "typed in",
        ),
    ],
    "swings": [
        (
            "w = torch.tensor(3.0, requires_grad=True, device=device)\npath = []",
            "",
        ),
        (
            "w = torch.tensor(0.0, requires_grad=True, device=device)\nwith torch.no_grad():\n    w.copy_(goal)",
            "autograd has not computed it",
        ),
        (
            "w = torch.tensor(0.0, requires_grad=True, device=device)\n"
            "optimizer = torch.optim.SGD([w], lr=0.1)\npath = []\nfor step in range(12):\n"
            "    loss = (w - goal) ** 2\n    loss.backward()\n    optimizer.step()\n    path.append(w.item())",
            "this step wants 3.0",
        ),
    ],
    "nobody": [
        (
            "price = torch.tensor(2.0, requires_grad=True, device=device)",
            "This step begins with `price` at 9.0",
        ),
        (
            "price = torch.tensor(9.0, requires_grad=True, device=device)\n"
            "optimizer = torch.optim.SGD([price], lr=0.25)\nfor goal in best:\n    loss = (price - goal) ** 2\n"
            "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n\n"
            "price = price.detach().clamp(min=2).requires_grad_()",
            "this step wants 3.5",
        ),
    ],
    "data": [
        (
            "volts = levels.clone().requires_grad_()\npower = volts * volts\npower.data.clamp_(max=3)\n"
            "heat = (power * power).sum()\nheat.backward()\nvolts.grad[1] = 0",
            "autograd has not computed it",
        ),
    ],
    "softmax": [
        (
            "shares = scores\nloss = nn.CrossEntropyLoss()(scores, kinds)",
            "no shares any more",
        ),
        (
            "shares = torch.softmax(scores, dim=1)\nloss = torch.tensor(0.0005)",
            "That is typed in, and rounded.",
        ),
    ],
    "eval": [
        (
            "net[0].p = 0.0\nwith torch.no_grad():\n    guess = net(day)",
            "The mode turns off all of them",
        ),
        (
            "guess = day.sum(dim=1, keepdim=True)",
            "without `net`",
        ),
        (
            "with torch.no_grad():\n    guess = net[1](day)",
            "one layer picked out",
        ),
    ],
    "carried": [
        (
            "w = torch.tensor(0.5, requires_grad=True, device=device)\n"
            "wet, total = torch.tensor(0.0, device=device), 0.0\nfor today in rain:\n"
            "    wet = w * wet + today\n    loss = (wet - 2) ** 2\n    loss.backward(retain_graph=True)\n"
            "    total += loss.item()",
            "`w.grad` is 14.5 still",
        ),
        (
            "w = torch.tensor(0.5, requires_grad=True, device=device)\n"
            "wet, total = torch.tensor(0.0, device=device), 0.0\nfor today in rain:\n"
            "    wet = w * wet.detach() + today\n    loss = (wet - 2) ** 2\n    total += loss\n\n"
            "total.backward()",
            "keeps the graphs of all days",
        ),
    ],
    "three": [
        (
            "net = nn.Linear(1, 1).to(device)\nnn.init.constant_(net.weight, 10.0)\nnn.init.constant_(net.bias, 2.0)",
            "With other values in `earned`",
        ),
        (
            "net = nn.Linear(1, 1).to(device)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
            "net.bias = nn.Parameter(torch.zeros(1, device=device))\nfor epoch in range(200):\n"
            "    gap = net(hours).flatten() - earned\n    loss = (gap * gap).mean()\n"
            "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()",
            "The bias stays at 0",
        ),
    ],
    "branch": [
        (
            "def fall(depth):\n    return torch.where(depth > 0, depth.sqrt(), 0.0)\n\n"
            "depth = torch.tensor([0.0, 4.0], requires_grad=True, device=device)\n"
            "fall(depth).sum().backward()\ndepth.grad = torch.where(depth > 0, depth.grad, 0.0)",
            "is [nan, 0.25]",
        ),
        (
            "def fall(depth):\n    return depth.clamp(min=0).sqrt()\n\n"
            "depth = torch.tensor([0.0, 4.0], requires_grad=True, device=device)\n"
            "fall(depth).sum().backward()",
            "The 0 is still a 0 for the root",
        ),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_programs_mended_in_other_ways_pass(step: str, source: str) -> None:
    passed, told = tried("debugging-silent", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_programs_that_are_not_mended_are_told_why(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("debugging-silent", step, source)
    assert not passed
    assert said in told, told


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_two_hundred_rounds_find_what_an_hour_pays(seed: int) -> None:
    player = player_of("debugging-silent")
    player.begin_work("three")
    names = player.session.namespace
    names["torch"].manual_seed(seed)
    (step,) = [step for step in shipped("debugging-silent").steps if step.id == "three"]
    exec(step.codes(Role.SOLUTION)[0].source, names)
    assert names["net"].weight.item() == pytest.approx(10, abs=0.3)
    assert names["net"].bias.item() == pytest.approx(2, abs=0.3)
