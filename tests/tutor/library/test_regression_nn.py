"""The lesson regression-nn: training programs of other kinds pass, those that train wrongly are told what they did."""

from __future__ import annotations

import re

import pytest
import torch

from ptrepl.tutor.format.lesson import Prose, Role
from tests.tutor.lessons import Player
from tests.tutor.trying import each, player_of, shipped, tried, unanswered

NET = "net = nn.Sequential(nn.Linear(2, 1))\noptimizer = torch.optim.SGD(net.parameters(), lr=0.03)\n"
WHOLE = "    print(loss_function(net(features), labels).item())"


def loop(*lines: str, before: str = NET, after: str = WHOLE, epochs: int = 3) -> str:
    """The lines in the inner loop of a training."""
    inner = "".join(f"        {line}\n" for line in lines)
    return f"{before}for epoch in range({epochs}):\n    for X, y in loader:\n{inner}{after}"


FOUR = ("loss = loss_function(net(X), y)", "optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
LOADER = "loader = DataLoader(TensorDataset(days, cones), batch_size=20, shuffle=True)\n"
OWN = "net = nn.Linear(3, 1)\nloss_function = nn.MSELoss()\noptimizer = torch.optim.SGD(net.parameters(), lr=0.03)\n"
DAYS = "    print(loss_function(net(days), cones).item())"


def days(*lines: str, before: str = LOADER + OWN, after: str = DAYS, epochs: int = 5) -> str:
    return loop(*lines, before=before, after=after, epochs=epochs)


def summed(*lines: str, after: str = "average = total / len(loader)", start: str = "total = 0.0") -> str:
    """The four lines and ``lines`` behind them, with what stands before and after the inner loop."""
    after = "".join(f"    {line}\n" for line in after.split("; "))
    return loop(*FOUR, *lines, after=after).replace("    for X", f"    {start}\n    for X")


RIGHT = {
    "start-values": [
        "net = nn.Sequential(nn.Linear(in_features=3, out_features=1))\n"
        "nn.init.normal_(net[0].weight, 0, 0.01)\nnn.init.constant_(net[0].bias, 100)",
        "net = nn.Sequential(nn.Linear(3, 1))\nwith torch.no_grad():\n"
        "    net[0].weight[:] = torch.randn(1, 3) * 0.01\n    net[0].bias[:] = 100",
        "net = nn.Sequential(nn.Linear(3, 1))\nnet[0].weight.data.normal_(0, 0.01)\nnet[0].bias.data.fill_(100)",
        "net = nn.Sequential(nn.Linear(3, 1, dtype=torch.float64))\n"
        "net[0].weight = nn.Parameter(torch.normal(0.0, 0.01, (1, 3)).double())\n"
        "net[0].bias = nn.Parameter(torch.full((1,), 100.0).double())",
    ],
    "four-lines": [
        loop("optimizer.zero_grad()", "loss = F.mse_loss(net(X), y)", "loss.backward()", "optimizer.step()"),
        loop("net.zero_grad()", "loss = ((net(X) - y) ** 2).mean()", "loss.backward()", "optimizer.step()"),
        loop(
            "loss = loss_function(y, net(X))",
            "loss.backward()",
            "optimizer.step()",
            "optimizer.zero_grad(set_to_none=False)",
        ),
        loop(
            "loss = loss_function(net(X), y)",
            "loss.backward()",
            "with torch.no_grad():",
            "    for param in net.parameters():",
            "        param -= 0.03 * param.grad",
            "        param.grad = None",
        ),
        loop(*FOUR, before=NET.replace("lr=0.03", "lr=0.05, momentum=0.5")),
        loop(*FOUR, after="    with torch.no_grad():\n        print(epoch, ((net(features) - labels) ** 2).mean())"),
    ],
    "flat": [
        loop("loss = loss_function(net(X), y[:, None])", *FOUR[1:], after=""),
        loop("loss = loss_function(net(X).reshape(-1), y)", *FOUR[1:], after=""),
        loop("loss = loss_function(net(X)[:, 0], y)", *FOUR[1:], after=""),
        loop("y = y.unsqueeze(1)", *FOUR, after=""),
        "loader = DataLoader(TensorDataset(features, prices.reshape(-1, 1)), batch_size=10)\n" + loop(*FOUR, after=""),
        NET.replace("nn.Linear(2, 1)", "nn.Linear(2, 1), nn.Flatten(0)") + loop(*FOUR, before="", after=""),
    ],
    "running-loss": [
        summed("total += loss.tolist()"),
        summed("losses.append(loss.item())", start="losses = []",
               after="total = sum(losses); average = total / len(losses)"),
        summed("with torch.no_grad():", "    total += loss", start="total = torch.zeros(())",
               after="average = total / 100"),
        summed("total = total + loss.detach().item()", "n += 1", start="total, n = 0, 0", after="average = total / n"),
    ],
    "made-anew": [
        loop(*FOUR),
        "net = nn.Sequential(nn.Linear(2, 1))\noptimizer = torch.optim.SGD(net.parameters(), lr=0.03)\n"
        "nn.init.zeros_(net[0].weight), nn.init.zeros_(net[0].bias)\n" + loop(*FOUR, before=""),
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.03)\nnet = nn.Sequential(nn.Linear(2, 1))\n"
        "optimizer.add_param_group({'params': net.parameters()})\n" + loop(*FOUR, before=""),
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.03)\nnet[0].reset_parameters()\n" + loop(*FOUR, before=""),
    ],
    "alone": [
        days(*FOUR),
        days("optimizer.zero_grad()", "F.mse_loss(net(X), y).backward()", "optimizer.step()"),
        days(*FOUR, before=LOADER + OWN.replace("nn.Linear(3, 1)", "nn.Sequential(nn.Linear(3, 1))")),
        # slices in place of a loader
        OWN + "for epoch in range(5):\n    order = torch.randperm(600)\n    for start in range(0, 600, 20):\n"
        "        some = order[start : start + 20]\n        loss = loss_function(net(days[some]), cones[some])\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n" + DAYS,
        # split, no shuffling
        OWN + "for epoch in range(5):\n    for X, y in zip(days.split(20), cones.split(20)):\n"
        "        loss = loss_function(net(X), y)\n        loss.backward()\n        optimizer.step()\n"
        "        optimizer.zero_grad()\n" + DAYS,
        # a function
        LOADER + "def train(net, loader, epochs=5, lr=0.03):\n    optimizer = torch.optim.SGD(net.parameters(), lr)\n"
        "    for epoch in range(epochs):\n        for X, y in loader:\n            loss = F.mse_loss(net(X), y)\n"
        "            optimizer.zero_grad()\n            loss.backward()\n            optimizer.step()\n"
        "        print(F.mse_loss(net(days), cones).item())\n    return net\n\nnet = train(nn.Linear(3, 1), loader)",
        # a class for the network
        LOADER + "class Stand(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layer = nn.Linear(3, 1)\n    def forward(self, x):\n        return self.layer(x)\n\n"
        + days(*FOUR, before=OWN.replace("nn.Linear(3, 1)", "Stand()")),
        # a class for the rows
        "from torch.utils.data import Dataset\nclass Days(Dataset):\n    def __len__(self):\n        return len(days)\n"
        "    def __getitem__(self, i):\n        return days[i], cones[i]\n\n"
        + days(*FOUR, before="loader = DataLoader(Days(), 20)\n" + OWN),
        # another optimizer
        days(*FOUR, before=LOADER + OWN.replace("SGD", "Adam").replace("0.03", "0.1"), epochs=12),
        days(*FOUR, before=LOADER + OWN.replace("lr=0.03", "lr=0.01, momentum=0.9"), epochs=8),
        # two layers, which learn faster: the numbers that are printed need not fall
        days(*FOUR, before=LOADER + OWN.replace("nn.Linear(3, 1)", "nn.Sequential(nn.Linear(3, 8), nn.Linear(8, 1))"),
             after="    print(f'{loss_function(net(days), cones):.3f}')"),
        # no optimizer
        days(
            "net.zero_grad()", "loss_function(net(X), y).backward()", "with torch.no_grad():",
            "    for param in net.parameters():", "        param -= 0.03 * param.grad",
        ),
        # by steps, and not by epochs
        LOADER + OWN + "steps = 0\nwhile steps < 200:\n    for X, y in loader:\n"
        "        loss = loss_function(net(X), y)\n        optimizer.zero_grad()\n        loss.backward()\n"
        "        optimizer.step()\n        steps += 1\n    print(steps, loss_function(net(days), cones).item())",
        # the sum, with a learning rate that fits
        days(
            *FOUR, before=LOADER + OWN.replace("MSELoss()", "MSELoss(reduction='sum')").replace("0.03", "0.03 / 20"),
            after="    print(((net(days) - cones) ** 2).mean().item())",
        ),
        # float64, and plain rows
        "days64, cones64 = days.double(), cones.double().flatten()\n"
        "loader = DataLoader(TensorDataset(days64, cones64), batch_size=20)\n"
        "net = nn.Linear(3, 1, dtype=torch.float64)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.03)\n"
        + days(
            "loss = F.mse_loss(net(X).squeeze(1), y)", *FOUR[1:], before="",
            after="    print(F.mse_loss(net(days64).squeeze(1), cones64).item())",
        ),
    ],
}  # fmt: skip

WRONG = {
    "start-values": [
        ("net = nn.Sequential(nn.Linear(3, 1))\nnn.init.constant_(net[0].bias, 100)", "drew itself"),
        ("net = nn.Linear(3, 1)\nnn.init.normal_(net.weight, std=0.01)", "`net` has no `0`"),
        ("net = nn.Linear(3, 1)\nnn.init.normal_(net.weight, std=0.01)\nnn.init.constant_(net.bias, 100)",
         "the layer alone"),
        ("net = nn.Sequential(nn.Linear(3, 1))\nnn.init.zeros_(net[0].weight)\nnn.init.constant_(net[0].bias, 9)",
         "They are to be drawn"),
    ],
    "four-lines": [
        (loop(FOUR[0], FOUR[2], FOUR[1], FOUR[3]), "between backward and step"),
        (loop(FOUR[0], FOUR[1], FOUR[3], FOUR[2]), "before the backward pass"),
        (loop(FOUR[0], FOUR[2], FOUR[3]), "never cleared"),
        (loop(*FOUR[:3]), "Nothing moves without"),
        (loop(FOUR[0], FOUR[1], FOUR[3]), "no backward pass"),
        (loop("loss = loss_function(net(features), labels)", *FOUR[1:]), "all thousand"),
        (loop("loss = loss_function(net(X), X)", *FOUR[1:]), "`net`"),
        (loop("loss = net(X).mean()", *FOUR[1:]), "`net`"),
        (loop("loss = (net(X) - y).abs().mean()", *FOUR[1:]), "abs() takes"),
        (loop(*FOUR, epochs=1, before=NET.replace("0.03", "0.003")), "`net`"),
        (loop("loss = loss_function(net(X), y)", *FOUR[1:], after="    print(loss.item())"), "printed"),
        (loop(FOUR[0], "loss.backward()", "net.zero_grad()", FOUR[3]), "between backward and step"),
    ],
    "flat": [
        (loop(*FOUR, after=""), "Bring both to one shape"),
        (loop("loss = loss_function(net(X), y.unsqueeze(0))", *FOUR[1:], after=""), "unsqueeze(1)"),
        (loop("loss = loss_function(net(X).mean(), y.mean())", *FOUR[1:], after=""), "so only the mean is learned"),
    ],
    "running-loss": [
        (summed("total += loss"), "still has a graph"),
        (summed("total = loss.item()"), "the last loss alone"),
        (summed("total += loss.item()", after="average = total"), "`average` is"),
    ],
    "made-anew": [
        (
            "optimizer = torch.optim.SGD(net.parameters(), lr=0.03)\nnet = nn.Sequential(nn.Linear(2, 1))\n"
            + loop(*FOUR, before=""),
            "old",
        ),
        (loop(FOUR[0], FOUR[2], FOUR[1], FOUR[3]), "The optimizer has this `net` now"),
        (loop(*FOUR, before=NET.replace("net.parameters()", "[net[0].bias]")), "not given both"),
    ],
    "alone": [
        (days(FOUR[0], FOUR[2], FOUR[1], FOUR[3]), "between backward and step"),
        (days(FOUR[0], FOUR[2], FOUR[3]), "never cleared"),
        (days(*FOUR[:3]), "Nothing moves without"),
        (days(FOUR[0], FOUR[1], FOUR[3]), "no backward pass"),
        (days(*FOUR, before=LOADER + OWN.replace("0.03", "0.001")), "small steps"),
        (days(*FOUR, after=""), "No loss was printed"),
        (days(*FOUR, after="    print(loss.item())"), "last minibatch"),
        (days(*FOUR, epochs=1), "One epoch"),
        (days("loss = (net(X) - y).abs().mean()", *FOUR[1:]), "`net`"),
        (days("loss = loss_function(net(X), y.flatten())", *FOUR[1:]), "`net`"),
        (OWN + "for epoch in range(400):\n    loss = loss_function(net(days), cones)\n    optimizer.zero_grad()\n"
         "    loss.backward()\n    optimizer.step()\n" + DAYS, "all 600 days"),
        (days(*FOUR, before=LOADER.replace("20", "600") + OWN, epochs=200), "takes all of them at once"),
        (days("loss = loss_function(net(days), cones)", *FOUR[1:]), "each loss is taken over all 600"),
        (days(*FOUR, before=OWN), "hands out houses"),
        (days(*FOUR, before=LOADER + OWN.replace("(3, 1)", "(2, 1)")), "three numbers"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_training_programs_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("regression-nn", step, source)
    assert passed, told


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_programs_that_train_wrongly_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("regression-nn", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("regression-nn", RIGHT, 4) == unanswered("regression-nn", WRONG, 3) == set()
    assert len(RIGHT["alone"]) >= 12 <= len(WRONG["alone"])


def begun(step: str) -> Player:
    player = player_of("regression-nn")
    player.begin(step)
    return player


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_losses_that_the_text_names_come_out_whatever_is_drawn(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for step, last in (("four-lines", 0.0001), ("alone", 0.01)):
        player = begun(step)
        torch.manual_seed(seed)
        (found,) = [each for each in shipped("regression-nn").steps if each.id == step]
        player.type(found.codes(Role.SOLUTION)[0].source)
        printed = re.findall(r"loss ([\d.]+)", capsys.readouterr().out)
        assert float(printed[-1]) == pytest.approx(last, rel=0.2)
        assert f"about {last}" in prose(step)


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_the_network_of_a_flat_price_knows_the_mean_alone() -> None:
    player = begun("flat")
    player.type(player.run.prefill)
    names = player.session.namespace
    told = names["net"](names["features"]).detach()
    assert "about 4 for each house" in prose("flat")
    assert told.mean().item() == pytest.approx(4, abs=0.5)
    assert told.std().item() < 0.6
    assert names["prices"].std().item() > 3.5


def prose(step: str) -> str:
    (found,) = [each for each in shipped("regression-nn").steps if each.id == step]
    return " ".join(" ".join(block.text for block in found.blocks if isinstance(block, Prose)).split())
