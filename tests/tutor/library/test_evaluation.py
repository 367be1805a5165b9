"""The lesson evaluation: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest

from ptrepl.tutor.format.lesson import Prose, Role
from tests.tutor.lessons import Player
from tests.tutor.trying import each, player_of, shipped, tried, unanswered

DEGREES = (
    "train_loss, valid_loss = torch.zeros(9), torch.zeros(9)\nfor degree in range(9):\n"
    "    curve = torch.linalg.lstsq(powers(hour, degree), reading).solution\n"
    "    train_loss[degree] = mse(powers(hour, degree) @ curve, reading)\n    valid_loss[degree] = {}\nbest = {}"
)
VALID = "mse(powers(half_hour, degree) @ curve, new_reading)"
PARTS = "def in_three(count):\n    order = {}\n    train, valid = count * 6 // 10, count * 2 // 10\n    return {}"
CUT = "order[:train], order[train:train + valid], order[train + valid:]"
JUDGE = (
    "def mean_loss(net, rows, goals):\n    {}\n    with torch.no_grad():\n        loss = {}\n    {}\n    return loss"
)
FAIR = JUDGE.format("mode = net.training\n    net.eval()", "{}", "net.train(mode)")
LOSS = "mse(net(rows), goals).item()"
LOWEST = (
    "lowest = 0\n    for epoch, loss in enumerate(losses):\n        if loss < losses[lowest]:\n"
    "            lowest = epoch\n        if epoch - lowest == patience:\n            return {}"
)
COUNTED = (
    'best, waited = float("inf"), 0\n    for epoch, loss in enumerate(losses):\n        if loss {} best:\n'
    "            {}\n        else:\n            waited += 1\n        if waited >= patience:\n            return epoch"
)
STOP = "def stop_epoch(losses, patience):\n    {}\n    return len(losses) - 1"
KEPT = (
    "import copy\nnet = nn.Linear(25, 1).to(device)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.05)\n"
    'best_loss = float("inf")\nfor epoch in range(100):\n    train_once(net, optimizer)\n'
    "    valid_loss = mean_loss(net, valid_X, valid_y)\n    if valid_loss < best_loss:\n"
    "        best_loss = valid_loss\n        best = {}\n{}"
)
DECAY = (
    "valid_loss = torch.zeros(5)\nfor place, decay in enumerate(decays):\n    net = nn.Linear(25, 1).to(device)\n"
    "    optimizer = {}\n    for epoch in range(100):\n        train_once(net, optimizer)\n"
    "    valid_loss[place] = {}\nbest = {}"
)
SGD = "torch.optim.SGD(net.parameters(), lr=0.05, weight_decay=decay)"

RIGHT = {
    "which-degree": [
        DEGREES.format(VALID, "int(torch.argmin(valid_loss))"),
        DEGREES.format("((powers(half_hour, degree) @ curve - new_reading) ** 2).mean()", "valid_loss.argmin().item()"),
        DEGREES.format(VALID + ".item()", "min(range(9), key=lambda degree: valid_loss[degree])"),
        "def losses(at, true):\n    fitted = [torch.linalg.lstsq(powers(hour, d), reading)[0] for d in range(9)]\n"
        "    return torch.stack([mse(powers(at, d) @ fitted[d], true) for d in range(9)])\n"
        "train_loss, valid_loss = losses(hour, reading), losses(half_hour, new_reading)\n"
        "best = valid_loss.min(dim=0).indices",
    ],
    "three-parts": [
        PARTS.format("torch.randperm(count)", "torch.tensor_split(order, [train, train + valid])"),
        PARTS.format("torch.rand(count).argsort()", CUT),
        PARTS.format("torch.randperm(count, generator=torch.Generator().manual_seed(1))", f"[{CUT}]"),
        "import random\n"
        + PARTS.format("torch.tensor(random.sample(range(count), count))", "order.split([train, valid, "
                       "count - train - valid])"),
    ],
    "judge": [
        JUDGE.format("before = net.training\n    net.eval()", LOSS, "net.train(before)"),
        JUDGE.format("before = net.training\n    net.train(False)", LOSS, "net.train(mode=before)"),
        "@torch.no_grad()\ndef mean_loss(model, x, y):\n    mode = model.training\n    try:\n"
        "        return F.mse_loss(model.eval()(x), y).item()\n    finally:\n        model.train(mode)",
        "def mean_loss(net, rows, goals):\n    if net.training:\n        net.eval()\n"
        "        loss = mean_loss(net, rows, goals)\n        net.train()\n        return loss\n"
        "    with torch.inference_mode():\n        return float(mse(net(rows), goals))",
    ],
    "stop": [
        STOP.format(
            "for epoch in range(len(losses)):\n        so_far = losses[:epoch + 1]\n"
            "        if epoch - so_far.index(min(so_far)) >= patience:\n            return epoch"
        ),
        STOP.format(
            "best, at = losses[0], 0\n    for epoch, loss in enumerate(losses):\n        if loss < best:\n"
            "            best, at = loss, epoch\n        elif epoch >= at + patience:\n            return epoch"
        ),
        STOP.format(
            "epoch, lowest = 0, 0\n    while epoch < len(losses):\n        if losses[lowest] > losses[epoch]:\n"
            "            lowest = epoch\n        if epoch - lowest == patience:\n            return epoch\n"
            "        epoch += 1"
        ),
        "def stop_epoch(losses, patience):\n    lowest = 0\n    for epoch in range(len(losses)):\n"
        "        if losses[epoch] < losses[lowest]:\n            lowest = epoch\n"
        "        if epoch - lowest == patience:\n            break\n    return epoch",
    ],
    "kept": [
        KEPT.format("copy.deepcopy(net)", "net = best"),
        KEPT.format("[each.detach().clone() for each in net.parameters()]",
                    "with torch.no_grad():\n    for one, old in zip(net.parameters(), best):\n        one.copy_(old)"),
        KEPT.format("{name: each.detach().clone() for name, each in net.named_parameters()}",
                    "net.load_state_dict(best)"),
        KEPT.format("copy.deepcopy(net).state_dict()", "net.load_state_dict(best)"),
    ],
    "decay": [
        DECAY.format(SGD, "mean_loss(net, valid_X, valid_y)", "decays[int(valid_loss.argmin())]"),
        DECAY.format(SGD, "mse(net(valid_X), valid_y).detach()", "decays[valid_loss.tolist().index(min(valid_loss))]"),
        DECAY.format(SGD, "mean_loss(net, valid_X, valid_y)", "min(zip(valid_loss, decays))[1]"),
        DECAY.format(
            'torch.optim.SGD([{"params": net.parameters(), "weight_decay": decay}], lr=0.05)',
            "mean_loss(net, valid_X, valid_y)",
            "torch.tensor(decays)[valid_loss.argmin()]",
        ),
    ],
}  # fmt: skip

WRONG = {
    "which-degree": [
        (DEGREES.format(VALID, "train_loss.argmin()"), "by the training loss"),
        (DEGREES.format(VALID, "valid_loss.min()"), "the place of the smallest loss"),
        (DEGREES.format("mse(powers(half_hour, degree) @ curve, reading)", "valid_loss.argmin()"), "the old readings"),
        (DEGREES.format("mse(powers(hour, degree) @ curve, reading)", "valid_loss.argmin()"), "the training loss once"),
        (DEGREES.format(VALID, "3"), "typed in"),
    ],
    "three-parts": [
        (PARTS.format("torch.arange(count)", CUT), "still in their order"),
        (PARTS.format("torch.randint(count, (count,))", CUT), "randint may draw a place twice"),
        (PARTS.format("torch.randperm(count)", "order[:train], order[train:valid], order[valid:]"), "not where they"),
        (PARTS.format("torch.randperm(count)", "order[:30], order[30:40], order[40:]"), "written down there"),
        (PARTS.format("torch.randperm(count)", "order[:train], order[train:]"), "holds the third one too"),
    ],
    "judge": [
        (JUDGE.format("mode = net.training", LOSS, "net.train(mode)"), "It judges in train mode"),
        (JUDGE.format("net.eval()", LOSS, "pass"), "leaves the layers in eval mode"),
        (JUDGE.format("net.eval()", LOSS, "net.train()"), "whatever came"),
        (JUDGE.format("net.eval()\n    mode = net.training", LOSS, "net.train(mode)"), "always False"),
        (JUDGE.format("mode = net.training\n    net.eval", LOSS, "net.train(mode)"), "without () only names"),
        (FAIR.format("mse(net(rows), goals)"), "It gives a tensor"),
        (FAIR.format(LOSS).replace("torch.no_grad()", "torch.enable_grad()"), "A graph is recorded"),
    ],
    "stop": [
        (STOP.format(LOWEST.format("lowest")), "the epoch with the lowest loss"),
        ("def stop_epoch(losses, patience):\n    return min(losses.index(min(losses)) + patience, len(losses) - 1)",
         "looks at all losses"),
        (STOP.format(COUNTED.format("<", "best = loss")), "begin at 0 again"),
        (STOP.format(COUNTED.format("<=", "best, waited = loss, 0")), "no new lowest"),
        ("def stop_epoch(losses, patience):\n    " + LOWEST.format("epoch"), "gives nothing back"),
    ],
    "kept": [
        (KEPT.format("net.state_dict()", "net.load_state_dict(best)"), "the tensors of `net` themselves"),
        (KEPT.format("net.state_dict().copy()", "net.load_state_dict(best)"), "the same tensors in it"),
        (KEPT.format("copy.deepcopy(net.state_dict())", "net.load_state_dict"), "`net`"),
        (KEPT.format("{n: each.detach() for n, each in net.state_dict().items()}", "net.load_state_dict(best)"),
         "on the same memory"),
    ],
    "decay": [
        (DECAY.format(SGD.replace(", weight_decay=decay", ""), "mean_loss(net, valid_X, valid_y)",
                      "decays[valid_loss.argmin()]"), "trained alike"),
        (DECAY.format(SGD, "mean_loss(net, X, y)", "decays[valid_loss.argmin()]"), "likes no decay best"),
        (DECAY.format(SGD, "mean_loss(net, valid_X, valid_y)", "valid_loss.argmin()"), "the place of the lowest"),
        (DECAY.format(SGD, "mean_loss(net, valid_X, valid_y)", "valid_loss.min()"), "the lowest loss itself"),
        (DECAY.format("torch.optim.SGD(net.parameters(), lr=decay)", "mean_loss(net, valid_X, valid_y)",
                      "decays[valid_loss.argmin()]"), "took the place of the learning rate"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("evaluation", step, source)
    assert passed, told


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_are(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("evaluation", step, source)
    assert not passed
    assert said in told, told


def begun(step: str) -> Player:
    player = player_of("evaluation")
    player.begin(step)
    return player


def prose(step: str) -> str:
    (found,) = [each for each in shipped("evaluation").steps if each.id == step]
    return " ".join(" ".join(block.text for block in found.blocks if isinstance(block, Prose)).split()) + found.learned


def test_the_curve_through_all_readings_says_frost() -> None:
    names = begun("which-degree").session.namespace
    torch, curve, powers = names["torch"], names["curve"], names["powers"]
    assert names["mse"](powers(names["hour"], 9) @ curve, names["reading"]).item() < 1e-6
    assert -10 < (powers(torch.tensor([6.5]), 9) @ curve).item() < -9
    assert 99 < names["mse"](powers(names["half_hour"], 9) @ curve, names["new_reading"]).item() < 101
    assert "Frost." in prose("by-heart")
    assert "it would be about 100" in prose("which-degree")


def test_the_training_loss_falls_with_each_degree_and_the_other_turns() -> None:
    names = begun("luck").session.namespace
    assert (names["train_loss"].diff() < 0).all()
    assert int(names["best"]) == 3
    assert names["valid_loss"][8] > 5 * names["valid_loss"][3]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_luckiest_of_a_thousand_coins(seed: int) -> None:
    player = begun("luck")
    (step,) = [each for each in shipped("evaluation").steps if each.id == "luck"]
    names = player.session.namespace
    names["torch"].manual_seed(seed)
    exec(step.codes(Role.PREDICT)[0].source, names)
    assert (names["guesses"] == names["truth"]).sum(dim=1).max() >= 16
    assert round(names["share"], 1) == 0.5
    assert "those are 16 or more, 80 % at least" in prose("luck")


def test_what_batch_norm_would_say_of_a_row_alone() -> None:
    names = begun("alone").session.namespace
    torch, norm = names["torch"], names["norm"].eval()
    row = torch.tensor([[3.0]])
    assert (row - norm.running_mean).item() == pytest.approx(2.6)
    assert norm(row).item() == pytest.approx(2.28, abs=0.01)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_validation_loss_turns_after_about_twenty_epochs(seed: int) -> None:
    player = begun("curves")
    (step,) = [each for each in shipped("evaluation").steps if each.id == "curves"]
    player.session.namespace["torch"].manual_seed(seed)
    player.type(step.codes(Role.DEMO)[0].source)
    losses = player.session.namespace["losses"]
    turn = min(range(100), key=losses["validation"].__getitem__)
    assert 15 <= turn <= 30
    assert losses["validation"][-1] > 1.5 * losses["validation"][turn]
    assert all(later < earlier for earlier, later in zip(losses["training"], losses["training"][1:], strict=False))
    assert "for about 20 epochs" in prose("curves")


def test_no_task_is_left_out() -> None:
    assert unanswered("evaluation", RIGHT, 4) == unanswered("evaluation", WRONG, 4) == set()
