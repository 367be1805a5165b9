"""The lesson debugging: programs that stop, mended in other ways, or only silenced."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ptrepl.tutor.format.lesson import Role, Step
from tests.explain.failing import fails, session
from tests.tutor.trying import each, player_of, shipped, tried

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using a target size"),
    pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar"),
    pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2"),
]

RIGHT = {
    "which-side": [
        "inputs = table[:, [0, 1, 2]]\nmarks = table[:, [3]]\nnet = nn.Linear(3, 1).to(device)\n"
        "loss = nn.MSELoss()(net(inputs), marks)",
        "inputs, marks = table[:, :-1], table[:, -1:]\nnet = nn.Linear(3, 1).to(device)\n"
        "loss = nn.functional.mse_loss(net(inputs), marks)",
    ],
    "last-part": [
        "def week_sums(weeks):\n    return torch.stack([each.view(7, 3).sum(dim=0) for each in weeks])\n\n"
        "sums = torch.cat([week_sums(part) for part in visits.split(4)])",
        "def week_sums(weeks):\n    n, _ = weeks.shape\n    return weeks.view(n, 7, 3).sum(1)\n\n"
        "sums = torch.cat([week_sums(part) for part in visits.split(4)])",
    ],
    "photo": [
        "ready = photo.movedim(2, 0).unsqueeze(0)\nseen = look(ready)",
        "ready = photo.transpose(0, 2).transpose(1, 2)[None]\nseen = look(ready)",
    ],
    "stars": [
        "loss = nn.CrossEntropyLoss()(net(texts), stars.sub(1))",
        "classes = stars.clone()\nclasses -= 1\nloss = nn.CrossEntropyLoss()(net(texts), classes)",
    ],
    "orders": [
        "plates, dishes = orders.T\nbill = (menu.index_select(0, dishes.int()) * plates).sum()",
        "bill = 0\nfor portions, dish in orders:\n    bill += portions * menu[int(dish)]",
        "bill = menu[orders[:, 1].long()] @ orders[:, 0]",
    ],
    "rooms": [
        "now = rooms\nhours = 0\nwhile not (now >= 20).all():\n    now = now + (21 - now) / 2\n    hours += 1",
        "now, hours = rooms.clone(), 0\nwhile True:\n    if min(now.tolist()) >= 20:\n        break\n"
        "    now += (21 - now) / 2\n    hours += 1",
    ],
    "spoiled": [
        "def centred(sound):\n    mean = sound.mean()\n    return sound - mean\n\n"
        "volume = torch.tensor(2.0, requires_grad=True, device=device)\n"
        "sound = volume * torch.tensor([0.0, 1.0, 5.0], device=device)\nloudness = (sound * sound).sum()\n"
        "wave = centred(sound)\nloudness.backward()",
        "def centred(sound):\n    sound = sound.clone()\n    sound -= sound.mean()\n    return sound\n\n"
        "volume = torch.tensor(2.0, requires_grad=True, device=device)\n"
        "sound = volume * torch.tensor([0.0, 1.0, 5.0], device=device)\nloudness = (sound * sound).sum()\n"
        "wave = centred(sound)\nloudness.backward()",
    ],
    "only-numbers": [
        "rate = torch.tensor(0.5, requires_grad=True, device=device)\nloss = 0\n"
        "for day in (1.0, 2.0, 3.0):\n    loss = loss + (rate * day - 2) ** 2\n\nloss.backward()",
        "rate = torch.tensor(0.5, requires_grad=True, device=device)\n"
        "losses = (rate * torch.tensor([1.0, 2.0, 3.0], device=device) - 2) ** 2\nloss = losses.sum()\n"
        "loss.backward()",
    ],
    "used-up": [
        "net = nn.Linear(2, 1).to(device)\nnn.init.zeros_(net.weight)\nnn.init.zeros_(net.bias)\n"
        "found = [*net.parameters()]\ncount = 0\nfor each in found:\n    count += each.numel()\n\n"
        "optimizer = torch.optim.SGD(found, lr=0.01)\nloss = nn.MSELoss()(net(hours), cost)\n"
        "loss.backward()\noptimizer.step()",
    ],
    "one-behind": [
        "net = nn.Linear(1, 1).to(device)\nnn.init.zeros_(net.weight)\nnn.init.zeros_(net.bias)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.001)\n"
        "loss = nn.MSELoss()(net(warm.float().unsqueeze(1)), sold)\nloss.backward()\noptimizer.step()",
    ],
}

WRONG = {
    "which-side": [
        (
            "inputs = torch.tensor([[2.0, 1.0, 4.0], [0.0, 1.0, 3.0], [1.0, 0.0, 9.0]], device=device)\n"
            "marks = table[:, 3:]\nnet = nn.Linear(3, 1).to(device)\nloss = nn.MSELoss()(net(inputs), marks)",
            "typed in as numbers",
        ),
        (
            "net = nn.Linear(3, 1).to(device)\ninputs, marks = table, table[:, 3:]\n"
            "loss = nn.MSELoss()(net(inputs[:, :3]), marks)",
            "`inputs` is shape (3, 4)",
        ),
    ],
    "last-part": [
        (
            "def week_sums(weeks):\n    return weeks.reshape(4, 7, 3).sum(dim=1)\n\n"
            "sums = torch.cat([week_sums(part) for part in visits.split(4) if len(part) == 4])",
            "`week_sums` still takes four weeks",
        ),
        (
            "def week_sums(weeks):\n    return weeks.reshape(5, 7, 3).sum(dim=1)\n\n"
            "sums = torch.cat([week_sums(part) for part in visits.split(5)])",
            "`week_sums(shape (3, 21))` raises RuntimeError",
        ),
    ],
    "photo": [
        (
            "ready = photo[None]\nseen = look(ready.permute(0, 3, 1, 2))",
            "`ready` is to be in that order too",
        ),
        (
            "ready = torch.zeros(1, 3, 4, 6)\nseen = look(ready)",
            "71 of 72 values differ",
        ),
        (
            "ready = photo.T[None]\nseen = look(ready)",
            "lies on its side",
        ),
    ],
    "stars": [
        (
            "stars -= 1\nscores = net(texts)\nloss = nn.CrossEntropyLoss()(scores, stars)",
            "That writes over `stars`, which stays as it is.",
        ),
        (
            "scores = net(texts)\nloss = nn.CrossEntropyLoss(ignore_index=5)(scores, stars)",
            "That leaves out the person with five stars",
        ),
    ],
    "orders": [
        (
            "bill = torch.tensor(27.0)",
            "typed in",
        ),
        (
            "bill = 2 * 5.5 + 0.5 * 8 + 4 * 3.0",
            "typed in",
        ),
        (
            "dishes, plates = orders.T\nbill = (menu[dishes.long()] * plates).sum()",
            "have changed places",
        ),
    ],
    "rooms": [
        (
            "now = rooms\nhours = 0\nwhile (now < 20).any():\n    now += (21 - now) / 2\n    hours += 1",
            "`now` is only a second name for `rooms`",
        ),
        (
            "hours = 3",
            "Let the loop count",
        ),
    ],
    "spoiled": [
        (
            "def centred(sound):\n    sound -= sound.mean()\n    return sound\n\n"
            "volume = torch.tensor(2.0, requires_grad=True, device=device)\n"
            "sound = volume * torch.tensor([0.0, 1.0, 5.0], device=device)\nwave = centred(sound)\n"
            "loudness = (sound * sound).sum()\nloudness.backward()",
            "writes into the tensor that it is given; this step wants that to stay as it was",
        ),
    ],
    "only-numbers": [
        (
            "rate = torch.tensor(0.5, requires_grad=True, device=device)\nlosses = []\n"
            "for day in (1.0, 2.0, 3.0):\n    losses.append((rate * day - 2) ** 2)\n\n"
            "loss = torch.tensor(losses).sum()\nloss.requires_grad_()\nloss.backward()",
            "the new tensor, not `rate`",
        ),
        (
            "rate = torch.tensor(0.5, requires_grad=True, device=device)\n"
            "loss = torch.tensor(3.5, requires_grad=True)\nrate.grad = torch.tensor(-10.0)",
            "typed in",
        ),
    ],
    "used-up": [
        (
            "net = nn.Linear(2, 1).to(device)\nnn.init.zeros_(net.weight)\nnn.init.zeros_(net.bias)\n"
            "count = 3\noptimizer = torch.optim.SGD(net.parameters(), lr=0.01)\n"
            "nn.MSELoss()(net(hours), cost).backward()\noptimizer.step()",
            "typed in",
        ),
        (
            "net = nn.Linear(2, 1).to(device)\nnn.init.zeros_(net.weight)\nnn.init.zeros_(net.bias)\n"
            "count = sum(each.numel() for each in net.parameters())\n"
            "nn.MSELoss()(net(hours), cost).backward()\nwith torch.no_grad():\n"
            "    for each in net.parameters():\n        each -= 0.01 * each.grad",
            "",
        ),
    ],
    "one-behind": [
        (
            "net = nn.Linear(1, 1).to(device)\nnn.init.zeros_(net.weight)\nnn.init.zeros_(net.bias)\n"
            "optimizer = torch.optim.SGD(net.parameters(), lr=0.001)\n"
            "loss = nn.MSELoss()(net(warm[:, None].float()), sold.squeeze())\nloss.backward()\n"
            "optimizer.step()",
            "`net.weight` is [[1.6]]",
        ),
        (
            "net = nn.Linear(1, 1).to(device)\nwith torch.no_grad():\n    net.weight.fill_(1.8667)\n"
            "    net.bias.fill_(0.08)\n\nloss = torch.tensor(1866.6666)",
            "typed in",
        ),
        (
            "net = nn.Linear(1, 1).to(device)\nnn.init.zeros_(net.weight)\nnn.init.zeros_(net.bias)\n"
            "optimizer = torch.optim.SGD(net.parameters(), lr=0.001)\n"
            "loss = nn.MSELoss()(net(torch.tensor([[10.0], [20.0], [30.0]])), sold)\nloss.backward()\n"
            "optimizer.step()",
            "With other values in `warm` and `sold`",
        ),
    ],
}

STOPPING = {
    "which-side": "RuntimeError",
    "last-part": "RuntimeError",
    "photo": "RuntimeError",
    "stars": "IndexError",
    "orders": "IndexError",
    "rooms": "RuntimeError",
    "spoiled": "RuntimeError",
    "only-numbers": "RuntimeError",
    "used-up": "ValueError",
    "one-behind": "TypeError",
}
"""What stops each of the programs of debugging."""


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_programs_mended_in_other_ways_pass(step: str, source: str) -> None:
    passed, told = tried("debugging", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_programs_that_are_not_mended_are_told_why(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("debugging", step, source)
    assert not passed
    assert said in told, told


def fixes(identifier: str) -> list[Step]:
    return [step for step in shipped(identifier).steps if step.codes(Role.STARTER)]


@pytest.mark.parametrize("step", fixes("debugging"), ids=lambda step: step.id)
def test_each_broken_program_stops_as_it_should(step: Step) -> None:
    player = player_of("debugging")
    player.begin(step.id)
    player.type(player.run.prefill)
    error = player.outcomes[-1].error
    assert error is not None
    assert error.type_name == STOPPING[step.id]


def test_the_fix_that_runs_and_is_not_what_was_meant_is_the_first_that_is_offered() -> None:
    live = session()
    (step,) = [step for step in shipped("debugging").steps if step.id == "rooms"]
    for code in step.codes(Role.SETUP):
        assert all(outcome.error is None for outcome in live.run(code.source))
    why = fails(step.codes(Role.STARTER)[0].source, live).explanation
    assert why is not None
    player = player_of("debugging")
    player.begin("rooms")
    offered = [fix.code for fix in why.fixes if not player.run.known_to_fail(fix.code)]
    assert len(offered) == 2
    for fix, passes in zip(offered, (False, True), strict=True):
        passed, told = tried("debugging", "rooms", f"now = rooms\nhours = 0\n{fix}")
        assert passed is passes, told


@pytest.mark.parametrize("step", fixes("debugging-silent"), ids=lambda step: step.id)
def test_no_silent_program_stops(step: Step) -> None:
    player = player_of("debugging-silent")
    player.begin(step.id)
    player.type(player.run.prefill)
    assert player.outcomes[-1].error is None
    assert player.run.mode != "continue"


@pytest.mark.parametrize(
    ("identifier", "step"), [(name, step) for name in ("debugging", "debugging-silent") for step in fixes(name)]
)
def test_no_known_mistake_is_told_of_a_program_as_it_stood(identifier: str, step: Step) -> None:
    """Its cause is to be found by the card and the x-ray, not read off the lesson's words."""
    passed, told = tried(identifier, step.id, step.codes(Role.STARTER)[0].source)
    assert not passed
    known = [wrong.says for wrong in step.codes(Role.WRONG)]
    assert all(known)
    assert not [says for says in known if says in told]


def test_one_error_hides_the_next_in_the_order_of_the_hint() -> None:
    net, warm = nn.Linear(1, 1), torch.tensor([10, 20, 30])
    with pytest.raises(TypeError, match="not iterable"):
        torch.optim.SGD(net.parameters, lr=0.001)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="dtype"):
        net(warm)
    with pytest.raises(RuntimeError, match="shapes"):
        net(warm.float())
    (step,) = [step for step in shipped("debugging").steps if step.id == "one-behind"]
    first = step.hints[0].text
    assert first.index("not called") < first.index("dtype") < first.index("shape")
