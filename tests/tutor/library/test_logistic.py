"""The lesson logistic: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from tests.shares import share_marks
from tests.tutor.trying import each, player_of, prose_of, tried, unanswered

SEEDS = [pytest.param(seed, marks=share_marks(seed, 3)) for seed in range(3)]

SEQUENTIAL = "net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())\n"
FORMULA = "-(y * p.log() + (1 - y) * (1 - p).log())"
SGD = "optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)\n"
ROUND = "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
STOP = "    right = ((p >= 0.5) == ice).float().mean()\n    if right > 0.987:\n        break"
HEAD = "net = Chance()\nloss_fn = nn.BCELoss()\n" + SGD
CLASS = (
    "class Chance(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.line = nn.Linear(2, 1)\n"
    "    def forward(self, x):\n        {}\nnet = Chance()"
)
ICE = (
    "ice_net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())\n"
    "optimizer = torch.optim.SGD(ice_net.parameters(), lr=0.1, momentum=0.9)\n"
)
SORTER = "sorter = nn.Linear(2, 3)\noptimizer = torch.optim.SGD(sorter.parameters(), lr=0.1, momentum=0.9)\n"
SORTS = "    loss = nn.CrossEntropyLoss()(sorter(apples), sort)\n" + ROUND
HITS = "hits = (sorter(apples).argmax(1) == sort).float().mean()"

RIGHT = {
    "chance": [
        "def to_chance(score):\n    return torch.exp(score) / (torch.exp(score) + 1)",
        "def to_chance(score):\n    return (1 + (-score).exp()) ** -1",
        "to_chance = lambda s: 1 / (1 + torch.e ** -s)",
        "def to_chance(score):\n    return 0.5 * (1 + torch.tanh(score / 2))",
        "to_chance = nn.Sigmoid()",
    ],
    "cross-entropy": [
        "cross_entropy = F.binary_cross_entropy",
        "cross_entropy = nn.BCELoss()",
        f"def cross_entropy(p, y):\n    return ({FORMULA}).sum() / len(p)",
        "def cross_entropy(p, y):\n    return torch.mean(-torch.log(y * p + (1 - y) * (1 - p)))",
        "def cross_entropy(p, y):\n    return -torch.log(1 - (y - p).abs()).mean()",
    ],
    "own-model": [
        CLASS.format("return self.line(x).sigmoid().flatten()"),
        CLASS.format("return 1 / (1 + torch.exp(-self.line(x)[:, 0]))"),
        CLASS.format("return to_chance(self.line(x)).reshape(-1)"),
        CLASS.format("y = self.line(x)\n        return torch.sigmoid(y.squeeze(-1))"),
        CLASS.format("return torch.sigmoid(self.line(x)).view(len(x))") + ".double()",
    ],
    "border": [
        "border = lambda w, b, air: -(w[0] * air + b) / w[1]",
        "def border(w, b, air):\n    first, second = w\n    return -b / second - first / second * air",
        "def border(w, b, air):\n    road = (w[0] * air + b) / w[1] * -1\n    return road",
        "def border(w, b, air):\n    return (b + w[0] * air).div(-w[1])",
    ],
    "train": [
        HEAD + "for rounds in range(1000):\n    p = net(degrees)\n    loss = loss_fn(p, ice)\n" + ROUND + STOP,
        HEAD + "rounds = 0\nright = 0\nwhile right <= 0.987 and rounds < 1000:\n    p = net(degrees)\n"
        "    loss = F.binary_cross_entropy(p, ice)\n"
        + ROUND
        + "    right = ((p >= 0.5) == ice).float().mean()\n    rounds += 1",
        SEQUENTIAL + "optimizer = torch.optim.Adam(net.parameters(), lr=0.1)\nfor rounds in range(1000):\n"
        "    p = net(degrees).squeeze(1)\n    loss = F.binary_cross_entropy(p, ice)\n" + ROUND + STOP,
        SEQUENTIAL + "optimizer = torch.optim.Adam(net.parameters(), lr=0.02)\nfor rounds in range(1000):\n"
        "    p = net(degrees).squeeze(1)\n    loss = F.binary_cross_entropy(p, ice)\n" + ROUND + STOP,
        SEQUENTIAL + "optimizer = torch.optim.SGD(net.parameters(), lr=1.0)\nfor rounds in range(1000):\n"
        "    p = net(degrees).flatten()\n    loss = nn.BCELoss()(p, ice)\n" + ROUND + STOP,
        SEQUENTIAL + "for rounds in range(1000):\n    p = net(degrees).squeeze(1)\n    loss = cross_entropy(p, ice)\n"
        "    net.zero_grad()\n    loss.backward()\n    with torch.no_grad():\n        for each in net.parameters():\n"
        "            each -= 0.8 * each.grad\n" + STOP,
        "net = Chance()\nparams = list(net.parameters())\nfor rounds in range(1000):\n    p = net(degrees)\n"
        "    slopes = torch.autograd.grad(nn.BCELoss()(p, ice), params)\n    with torch.no_grad():\n"
        "        for each, slope in zip(params, slopes):\n            each -= slope\n" + STOP,
        HEAD + "def agree():\n    with torch.no_grad():\n"
        "        return ((net(degrees) > 0.5) == ice.bool()).float().mean().item()\n"
        "for rounds in range(1000):\n    optimizer.zero_grad()\n    loss_fn(net(degrees), ice).backward()\n"
        "    optimizer.step()\n    right = agree()\n    if right > 0.987:\n        break",
        HEAD
        + "for rounds in range(1, 1000):\n    p = net(degrees)\n    loss = loss_fn(p, ice)\n"
        + ROUND
        + "    if rounds % 10 == 0:\n        right = (p.round() == ice).float().mean()\n        print(rounds, right)\n"
        "        if right > 0.987:\n            break",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.f = nn.Linear(2, 1)\n"
        "        self.s = nn.Sigmoid()\n    def forward(self, x):\n        return self.s(self.f(x))\nnet = Net()\n"
        + SGD
        + "for rounds in range(1000):\n    p = net(degrees)\n    loss = nn.BCELoss()(p, ice.unsqueeze(1))\n"
        + ROUND
        + "    right = p.ge(0.5).float().squeeze().eq(ice).sum().item() / ice.size(0)\n"
        "    if right > 0.987:\n        break",
        "net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid(), nn.Flatten(0))\n"
        + SGD
        + "for rounds in range(1000):\n    p = net(degrees)\n    loss = nn.BCELoss()(p, ice)\n"
        + ROUND
        + STOP,
        "def train():\n    net = Chance()\n    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)\n"
        "    for rounds in range(1000):\n        p = net(degrees)\n        optimizer.zero_grad()\n"
        "        nn.BCELoss()(p, ice).backward()\n        optimizer.step()\n"
        "        right = ((p >= 0.5) == ice).float().mean()\n        if right > 0.987:\n"
        "            return net, right, rounds\n"
        "    return net, right, rounds\nnet, right, rounds = train()",
        "net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid(), nn.Flatten(0))\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)\nright, rounds = 0.0, 0\n"
        "while True:\n    p = net(degrees)\n    right = (p >= 0.5).eq(ice.bool()).double().mean()\n"
        "    if right > 0.987 or rounds >= 999:\n        break\n    rounds = rounds + 1\n"
        "    loss = nn.BCELoss()(p, ice)\n" + ROUND,
    ],
    "stopped-at-once": [
        ICE
        + "for rounds in range(1000):\n    p = ice_net(degrees)\n    loss = nn.BCELoss()(p, ice[:, None])\n"
        + ROUND
        + "    share = ((p >= 0.5) == ice[:, None]).sum() / len(ice)\n    if share > 0.987:\n        break",
        ICE
        + "for rounds in range(1000):\n    p = ice_net(degrees)\n    loss = nn.BCELoss()(p.squeeze(1), ice)\n"
        + ROUND
        + "    share = ((p.flatten() >= 0.5) == ice).float().mean().item()\n    if share > 0.987:\n        break",
        ICE
        + "for rounds in range(1000):\n    p = ice_net(degrees)[:, 0]\n    loss = nn.BCELoss()(p, ice)\n"
        + ROUND
        + "    share = ((p >= 0.5) == ice).sum() / len(ice)\n    if share > 0.987:\n        break",
        ICE
        + "for rounds in range(1000):\n    p = ice_net(degrees)\n    loss = nn.BCELoss()(p.view(-1), ice)\n"
        + ROUND
        + "    said = p.view(-1) >= 0.5\n    share = (said == ice).sum() / 200\n    if share > 0.987:\n        break",
    ],
    "three": [
        SORTER + "for _ in range(60):\n" + SORTS + HITS,
        SORTER.replace("SGD", "Adam").replace(", momentum=0.9", "") + "for _ in range(200):\n" + SORTS + HITS,
        SORTER + "loss = torch.tensor(1.0)\nwhile loss > 0.222:\n" + SORTS + HITS,
        "sorter = nn.Sequential(nn.Linear(2, 3), nn.LogSoftmax(dim=1))\n"
        "optimizer = torch.optim.SGD(sorter.parameters(), lr=0.5)\nfor _ in range(200):\n"
        "    loss = nn.NLLLoss()(sorter(apples), sort)\n" + ROUND + HITS,
        SORTER + "for _ in range(60):\n" + SORTS + "best = sorter(apples).max(dim=1)\n"
        "hits = (best.indices == sort).sum().item() / 150",
        "from torch.utils.data import DataLoader, TensorDataset\n"
        + SORTER.replace(", momentum=0.9", "")
        + "for epoch in range(60):\n    for a, s in DataLoader(TensorDataset(apples, sort), 30, shuffle=True):\n"
        "        loss = F.cross_entropy(sorter(a), s)\n        optimizer.zero_grad()\n        loss.backward()\n"
        "        optimizer.step()\n" + HITS,
    ],
}

LOOP = "for rounds in range(300):\n    p = net(degrees)\n    loss = loss_fn(p, ice)\n"

WRONG = {
    "chance": [
        ("def to_chance(score):\n    return 1 / (1 + torch.exp(score))", "The minus is missing"),
        ("def to_chance(score):\n    return 1 / 1 + torch.exp(-score)", "comes before +"),
        ("def to_chance(score):\n    import math\n    return 1 / (1 + math.exp(-score))", "takes one plain number"),
        ("def to_chance(score):\n    print(1 / (1 + torch.exp(-score)))", "Write return in its place"),
        ("def to_chance(score):\n    return torch.softmax(score, dim=0)", "shares one whole"),
    ],
    "cross-entropy": [
        (f"def cross_entropy(p, y):\n    return -({FORMULA}).mean()", "The minus is missing"),
        (f"def cross_entropy(p, y):\n    return ({FORMULA}).sum()", "Take the mean"),
        ("def cross_entropy(p, y):\n    return -(y * torch.log(p)).mean()", "Only the mornings with ice"),
        (
            "def cross_entropy(p, y):\n    return -(p * torch.log(y) + (1 - p) * torch.log(1 - y)).mean()",
            "changed places",
        ),
        ("def cross_entropy(p, y):\n    return ((p - y) ** 2).mean()", "squared error"),
        ("def cross_entropy(p, y):\n    return -torch.log(p).mean()", "every morning as one with ice"),
    ],
    "own-model": [
        (CLASS.format("return torch.sigmoid(self.line(x))"), "stand in a column"),
        (CLASS.format("return torch.sigmoid(self.line(x)).squeeze()"), "both dims"),
        (CLASS.format("return self.line(x).squeeze(1)"), "That is the score"),
        (CLASS.format("torch.sigmoid(self.line(x)).squeeze(1)"), "write return"),
        (CLASS.format("return torch.sigmoid(line(x)).squeeze(1)"), "`line` alone"),
        (
            CLASS.format("return torch.sigmoid(self.line(x)).squeeze(1)").replace("        super().__init__()\n", ""),
            "comes first",
        ),
    ],
    "border": [
        ("def border(w, b, air):\n    return -b - w[0] * air / w[1]", "comes before -"),
        ("def border(w, b, air):\n    return (-b - w[1] * air) / w[0]", "`road` stands at w[1]"),
        ("def border(w, b, air):\n    return (b - w[0] * air) / w[1]", "The sign of `b`"),
        ("def border(w, b, air):\n    return w[0] * air + w[1] * road + b", "what comes out"),
    ],
    "train": [
        (HEAD + LOOP + ROUND + "right = ((p >= 0.5) == ice).float().mean()", "it could stop"),
        (HEAD + LOOP + "    loss.backward()\n    optimizer.step()\n" + STOP, "zero_grad is missing"),
        (
            HEAD + LOOP + "    loss.backward()\n    optimizer.zero_grad()\n    optimizer.step()\n" + STOP,
            "between backward and step",
        ),
        (HEAD + LOOP + "    optimizer.zero_grad()\n    loss.backward()\n" + STOP, "The step is missing"),
        (HEAD + LOOP + "    optimizer.zero_grad()\n    optimizer.step()\n" + STOP, "Without a backward pass"),
        (HEAD.replace("net.parameters", "line.parameters") + LOOP + ROUND + STOP, "parameters of another model"),
        ("net = Chance()\n" + LOOP + ROUND + STOP, "belongs to `line`"),
        (SGD + "net = Chance()\nloss_fn = nn.BCELoss()\n" + LOOP + ROUND + STOP, "before this `net`"),
        (
            HEAD
            + "for rounds in range(300):\n    net = Chance()\n    p = net(degrees)\n    loss = loss_fn(p, ice)\n"
            + ROUND
            + STOP,
            "made anew",
        ),
        (
            SEQUENTIAL
            + SGD
            + "for rounds in range(9):\n    p = net(degrees)\n    loss = nn.BCELoss()(p, ice)\n"
            + ROUND
            + STOP,
            "column of chances",
        ),
        (
            "net = nn.Linear(2, 1)\n" + SGD + "for rounds in range(300):\n    p = net(degrees).squeeze(1)\n"
            "    loss = nn.BCEWithLogitsLoss()(p, ice)\n" + ROUND + STOP,
            "puts the sigmoid on",
        ),
        (HEAD + LOOP + ROUND + STOP.replace("0.987", "0.9"), "stops too early"),
        (
            HEAD + "for rounds in range(5):\n    p = net(degrees)\n    loss = loss_fn(p, ice)\n" + ROUND + STOP,
            "Too few rounds",
        ),
        (HEAD + LOOP + ROUND + "    right = 1.0\n    if right > 0.987:\n        break", "`net`"),
    ],
    "stopped-at-once": [
        (
            ICE
            + "for rounds in range(300):\n    p = ice_net(degrees)\n    loss = nn.BCELoss()(p.squeeze(1), ice)\n"
            + ROUND
            + "    share = ((p >= 0.5) == ice).float().mean()\n    if share > 0.987:\n        break",
            "`share` is 0.5; this step wants it above 0.987.",
        ),
        (
            ICE
            + "for rounds in range(300):\n    p = ice_net(degrees)\n    loss = nn.BCELoss()(p.squeeze(1), ice)\n"
            + ROUND
            + "    share = ((p >= 0.5) == ice).sum() / len(ice)\n    if share > 199:\n        break",
            "Another limit",
        ),
        (ICE + "share = 0.995", "`share` is 0.995"),
        (
            ICE
            + "for rounds in range(300):\n    p = ice_net(degrees)\n    loss = nn.BCELoss()(p[:, 0], ice)\n"
            + ROUND
            + "    share = ((p >= 0.5) == ice).sum() / 40000\n    if share > 0.987:\n        break",
            "always",
        ),
    ],
    "three": [
        (
            SORTER.replace("nn.Linear(2, 3)", "nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))")
            + "for _ in range(100):\n"
            + SORTS
            + HITS,
            "has the softmax in it",
        ),
        (SORTER + "for _ in range(100):\n" + SORTS + HITS.replace("argmax(1)", "argmax(0)"), "best apple of each sort"),
        (SORTER + "for _ in range(100):\n" + SORTS + HITS.replace(".float().mean()", ".sum()"), "how many apples"),
        (SORTER + "for _ in range(100):\n" + SORTS.replace("sort)", "sort.float())") + HITS, "integers"),
        (
            SORTER + "for _ in range(100):\n" + SORTS.replace("    optimizer.zero_grad()\n", "") + HITS,
            "zero_grad is missing",
        ),
        (SORTER.replace("2, 3", "2, 1") + "for _ in range(100):\n" + SORTS + HITS, "cannot choose among three"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("logistic", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("logistic", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("logistic", RIGHT, 4) == unanswered("logistic", WRONG, 4) == set()


def begun(step: str) -> dict[str, Any]:
    player = player_of("logistic")
    player.begin(step)
    return player.session.namespace


def chances(lr: float, momentum: float, rounds: int, scores: bool = False) -> tuple[nn.Module, list[float], list[int]]:
    """Trained on the mornings: the model, the loss of each round, and how many are right after it.

    ``scores``: the chances go into a loss that takes them for scores.
    """
    names = begun("train")
    degrees, ice = names["degrees"], names["ice"]
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses, right = [], []
    for _ in range(rounds):
        p = torch.sigmoid(net(degrees)).squeeze(1)
        loss = (
            nn.functional.binary_cross_entropy_with_logits(p, ice)
            if scores
            else nn.functional.binary_cross_entropy(p, ice)
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
        right.append(int(((p >= 0.5) == ice).sum()))
    return net, losses, right


def stopped(right: list[int]) -> int:
    return next(at for at, count in enumerate(right) if count / 200 > 0.987)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_stopped_in_the_rounds_that_the_text_names(seed: int) -> None:
    torch.manual_seed(seed)
    assert 30 <= stopped(chances(0.1, 0.9, 100)[2]) <= 80
    torch.manual_seed(seed)
    assert 200 <= stopped(chances(0.01, 0.9, 400)[2]) <= 310
    told = prose_of("logistic", "train")
    assert "Thirty to eighty rounds" in told
    assert "`lr=0.01` two to three hundred" in told


def test_without_a_stop_the_weights_go_on_growing() -> None:
    sizes = []
    for rounds in (60, 300, 900):
        torch.manual_seed(0)
        net, _, _ = chances(0.1, 0.9, rounds)
        sizes.append(sum(each.norm().item() for each in net.parameters()))
    assert sizes == sorted(sizes)
    assert sizes[-1] > 1.5 * sizes[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sigmoid_twice_keeps_the_loss_at_a_half(seed: int) -> None:
    torch.manual_seed(seed)
    _, losses, right = chances(0.5, 0.9, 600, scores=True)
    assert 0.503 < min(losses) < 0.508
    assert right[-1] >= 198
    told = prose_of("logistic", "twice")
    assert "no lower than about 0.50" in told
    best = nn.functional.binary_cross_entropy_with_logits(
        torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0]), reduction="none"
    )
    for figure in (f"{best[0]:.3f}", f"{best[1]:.3f}", f"{best.mean():.3f}"):
        assert figure in told


def test_the_border_turns_in_the_rounds_that_the_text_names() -> None:
    player = player_of("logistic")
    player.begin("turn")
    while player.run.mode == "continue" and "learn" not in player.session.namespace:
        player.enter()
    names = player.session.namespace

    def share() -> float:
        return ((torch.sigmoid(names["line"](names["degrees"])[:, 0]) >= 0.5) == names["ice"]).float().mean().item()

    for _ in range(6):
        names["learn"]()
    turning = share()
    names["learn"](200)
    assert turning < 0.95 < 0.99 < share()


@pytest.mark.parametrize("seed", SEEDS)
def test_three_lines_come_down_to_the_loss_that_is_named(seed: int) -> None:
    names = begun("three")
    apples, sort = names["apples"], names["sort"]
    torch.manual_seed(seed)
    plain, squeezed = nn.Linear(2, 3), nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))
    lowest = []
    for net in (plain, squeezed):
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for _ in range(600):
            loss = nn.functional.cross_entropy(net(apples), sort)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        lowest.append(loss.item())
    assert round(lowest[0], 2) == 0.22
    assert lowest[1] > 0.6
    assert "with lines the best is 0.22" in prose_of("logistic", "three")
