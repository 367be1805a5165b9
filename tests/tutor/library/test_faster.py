"""The lesson faster: answers of other kinds pass, wrong ones are told what they did, its figures come from runs."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from ptrepl.tutor.format.lesson import Role
from tests.tutor.trying import each, shipped, tried, unanswered

UP = "def climbed(heights):\n"
EFFORT = "def effort(heights, more):\n    return climbed(heights) + more\n"
CAST = "with torch.autocast(device.type, dtype=torch.bfloat16):\n"
FORWARD = "    guess = net(rooms)\n    loss = nn.MSELoss()(guess, price)\n"
END = "loss.backward()\nslope = net.weight.grad"
LOOK = "def test_error(net, rows, goals):\n"

RIGHT = {
    "climbed": [
        UP + "    change = heights.diff()\n    return change[change > 0].sum()",
        UP + "    b, a = heights[:-1], heights[1:]\n    return torch.where(a > b, a - b, 0).sum()",
        UP + "    change = torch.diff(heights)\n    return (change * (change > 0)).sum()",
        UP + "    return torch.maximum(heights[1:] - heights[:-1], torch.tensor(0.0)).sum()",
        UP + "    change = heights[1:] - heights[:-1]\n    return (change + change.abs()).sum() / 2",
        "climbed = lambda heights: F.relu(torch.diff(heights)).sum()",
    ],
    "columns": [
        EFFORT + "ups = torch.vmap(climbed, 1)(table)\nfelt = torch.vmap(effort, (1, 0))(table, rain)",
        EFFORT + "ups = torch.func.vmap(climbed, in_dims=1)(table)\nfelt = torch.vmap(effort)(table.mT, rain)",
        EFFORT + "each = torch.vmap(climbed, in_dims=-1)\nups = each(table)\nfelt = ups + rain",
        "def effort(heights, more):\n    return (heights[1:] - heights[:-1]).relu().sum() + more\n"
        "felt = torch.vmap(effort, in_dims=(1, 0))(table, rain)\nups = torch.vmap(climbed, in_dims=1)(table)",
        EFFORT + "turned = table.t()\nups, felt = torch.vmap(climbed)(turned), torch.vmap(effort)(turned, rain)",
    ],
    "mixed-step": [
        CAST + FORWARD + END,
        "with torch.amp.autocast(device_type=device.type, dtype=torch.bfloat16):\n" + FORWARD + END,
        CAST + "    guess = net(rooms)\n    loss = F.mse_loss(guess, price)\n" + END,
        "loss_fn = nn.MSELoss()\nnet.zero_grad()\n"
        + CAST
        + "    guess = net(rooms)\n    loss = loss_fn(guess, price)\n"
        + END,
        CAST + "    guess = net(rooms)\nloss = nn.MSELoss()(guess.float(), price)\n" + END,
    ],
    "look-only": [
        "@torch.inference_mode()\n" + LOOK + "    return F.mse_loss(net(rows), goals)",
        LOOK + "    with torch.inference_mode():\n        return ((net(rows) - goals) ** 2).mean()",
        LOOK + "    with torch.no_grad():\n        guess = net(rows)\n    return nn.MSELoss()(guess, goals)",
        LOOK + "    with torch.set_grad_enabled(False):\n        return nn.MSELoss()(net(rows), goals)",
    ],
}

WRONG = {
    "climbed": [
        (UP + "    return (heights[1:] - heights[:-1]).sum()", "Up and down cancel each other"),
        (UP + "    return (heights[1:] - heights[:-1]).abs().sum()", "abs counts the way down"),
        (UP + "    return (heights[:-1] - heights[1:]).clamp(min=0).sum()", "with their sign turned round"),
        (UP + "    return (heights.diff() > 0).sum()", "counts how often"),
        (UP + "    return heights.diff().clamp(min=0)", "Add them up"),
        (
            UP + "    up = 0\n    for a, b in zip(heights, heights[1:]):\n        up = up + max(float(b - a), 0.0)\n"
            "    return torch.tensor(up)",
            "it is still the loop",
        ),
    ],
    "columns": [
        (EFFORT + "ups = torch.vmap(climbed)(table)", "rows, which are hours"),
        (EFFORT + "ups = climbed(table)", "mixes the walks up"),
        (
            EFFORT + "ups = torch.vmap(climbed, in_dims=1)(table)\nfelt = torch.vmap(effort, (1, None))(table, rain)",
            "None",
        ),
        (EFFORT + "ups = torch.vmap(climbed, in_dims=1)", "vmap gives a function"),
    ],
    "mixed-step": [
        (FORWARD.replace("    ", "") + END, "Without autocast all is float32"),
        (CAST + FORWARD + "slope = net.weight.grad", "There are no gradients yet"),
        (CAST.replace("device.type", "device") + FORWARD + END, "device.type in the place of device"),
        (CAST + FORWARD + END + "\ntorch.optim.SGD(net.parameters(), lr=0.1).step()", "no optimizer here"),
        (CAST.replace("bfloat16", "float16") + FORWARD + END, "Ask for torch.bfloat16"),
    ],
    "look-only": [
        (LOOK + "    guess = net(rows)\n    return nn.MSELoss()(guess, goals)", "A graph is still made"),
        (LOOK + "    return nn.MSELoss()(net(rows).detach(), goals)", "cuts the graph off when it has been made"),
        (LOOK + "    net.eval()\n    return nn.MSELoss()(net(rows), goals)", "A graph is made all the same"),
        (
            LOOK + "    torch.no_grad()\n    return nn.MSELoss()(net(rows), goals)",
            "no_grad alone in a line does nothing",
        ),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("faster", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("faster", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("faster", RIGHT, 4) == unanswered("faster", WRONG, 4) == set()


def test_figures_of_the_text() -> None:
    total = torch.tensor(0.0, dtype=torch.bfloat16)
    for _ in range(1000):
        total = total + 1
    assert total == 256
    assert torch.tensor(1000.0, dtype=torch.bfloat16) == 1000
    assert torch.finfo(torch.bfloat16).eps == 2**-7  # eight binary digits, 2.4 decimal ones
    w = torch.rand(1000, requires_grad=True)
    deep = nn.Sequential(*[nn.Tanh() for _ in range(10)])
    (slope,) = torch.autograd.grad(deep(w).sum(), w)
    (again,) = torch.autograd.grad(checkpoint(deep, w, use_reentrant=False).sum(), w)
    assert torch.equal(slope, again)
    assert torch.where(torch.tensor(1.0) > 0, torch.tensor(2.0), 0.0) == 2


def test_without_a_compiler_the_last_step_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_found(function: object) -> None:
        raise RuntimeError("No working C++ compiler found")

    monkeypatch.setattr(torch, "compile", none_found)
    (step,) = (step for step in shipped("faster").steps if step.id == "compile")
    (code,) = (code.source for code in step.codes(Role.DEMO))
    names: dict[str, object] = {"torch": torch, "device": torch.device("cpu")}
    exec(code, names)
    assert names["quick"] is names["wave"]
