"""The lesson optim: programs of other kinds pass, wrong ones are told what they are, its figures come from runs."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.format.lesson import Prose, Role
from tests.shares import share_marks
from tests.tutor.lessons import Player
from tests.tutor.trying import each, player_of, shipped, tried, unanswered

SEEDS = [pytest.param(seed, marks=share_marks(seed, 3)) for seed in range(3)]

TOMATOES = "net = nn.Linear(2, 1)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
FOUR = ("loss = nn.L1Loss()(net(sun), harvest)", "optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
SUM = "\nkilo_loss = F.l1_loss(guessed, weighed)\nloss = class_loss + 0.1 * kilo_loss"
END = "predicted = net(days)"


def tomatoes(*lines: str, before: str = TOMATOES, rounds: int = 300, after: str = END) -> str:
    loop = "".join(f"    {line}\n" for line in lines)
    return f"{before}for epoch in range({rounds}):\n{loop}{after}"


def swept(
    *lines: str, made: str = "torch.optim.Adam(net.parameters(), lr=lr)", after: str = "return loss.item()"
) -> str:
    loop = "".join(f"        {line}\n" for line in lines)
    return (
        f"def final_loss(lr):\n    net = copy.deepcopy(start)\n    optimizer = {made}\n    for epoch in range(20):\n"
        f"{loop}    {after}\nbest = 0.01"
    )


TRAIN = ("loss = nn.MSELoss()(net(x), y)", "optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
WAGES = (
    "net = nn.Linear(1, 1)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.4)\n"
    "plan = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)\n"
)
RATE = "rate = optimizer.param_groups[0]['lr']"
BATCH = (
    "    for X, Y in loader:\n        loss = nn.MSELoss()(net(X), Y)\n        optimizer.zero_grad()\n"
    "        loss.backward()\n        optimizer.step()\n"
)
RIDES = (
    "w = torch.tensor(1.0, requires_grad=True)\nb = torch.tensor(0.0, requires_grad=True)\n"
    "optimizer = torch.optim.SGD([w, b], lr=0.1)\nloss = nn.MSELoss()(w * distance + b, price)\n"
    "optimizer.zero_grad()\nloss.backward()\n"
)
ROLLING = (
    "class Rolling(torch.optim.Optimizer):\n    def __init__(self, params, lr, momentum):\n"
    "        super().__init__(params, dict(lr=lr, momentum=momentum))\n    @torch.no_grad()\n    def step(self):\n"
    "        for group in self.param_groups:\n            for param in group['params']:\n"
    "                if param.grad is None:\n                    continue\n                state = self.state[param]\n"
)


def rolling(*lines: str, before: str = ROLLING) -> str:
    return before + "".join(f"                {line}\n" for line in lines)


NO_BASE = ROLLING.replace("(torch.optim.Optimizer)", "").replace(
    "super().__init__(params, dict(lr=lr, momentum=momentum))", "pass"
)
INDENTED = TOMATOES.replace("\n", "\n    ").rstrip() + "\n"


RIGHT = {
    "two-losses": [
        "loss_fn = nn.CrossEntropyLoss()\nclass_loss = loss_fn(scores, kind)\n"
        "kilo_loss = F.l1_loss(guessed, weighed)\nloss = class_loss + kilo_loss * 0.1",
        "class_loss = F.nll_loss(scores.log_softmax(1), kind)\nkilo_loss = torch.abs(weighed - guessed).sum() / 5\n"
        "loss = torch.add(class_loss, kilo_loss, alpha=0.1)",
        "class_loss = -scores.softmax(1)[torch.arange(5), kind].log().mean()\n"
        "kilo_loss = nn.L1Loss(reduction='mean')(weighed, guessed)\nloss = sum([class_loss, kilo_loss / 10])",
    ],
    "faster": [
        "path = walk(lambda params: torch.optim.Adagrad(params, lr=5.0))",
        "path = walk(lambda p: torch.optim.SGD(p, lr=0.1336, momentum=0.4))",
        "def make(params):\n    return torch.optim.RMSprop(params, lr=0.3)\npath = walk(make)",
        "spot = torch.tensor([10.0, 1.0], requires_grad=True)\n"
        "optimizer = torch.optim.SGD([spot], lr=0.09, momentum=0.6)\nplaces = [spot.detach().clone()]\n"
        "for _ in range(60):\n    optimizer.zero_grad()\n    height(spot).backward()\n    optimizer.step()\n"
        "    places.append(spot.detach().clone())\npath = torch.stack(places)",
    ],
    "sweep": [
        swept("optimizer.zero_grad()", "loss = ((net(x) - y) ** 2).mean()", "loss.backward()", "optimizer.step()"),
        swept(*TRAIN[:1], "net.zero_grad()", *TRAIN[2:], after="return loss"),
        "def final_loss(lr):\n    twin = nn.Sequential(nn.Linear(1000, 100), nn.ReLU(), nn.Linear(100, 10))\n"
        "    twin.load_state_dict(start.state_dict())\n    adam = torch.optim.Adam(twin.parameters(), lr)\n"
        "    losses = []\n    while len(losses) < 20:\n        losses.append(F.mse_loss(twin(x), y))\n"
        "        adam.zero_grad()\n        losses[-1].backward()\n        adam.step()\n    return float(losses[-1])\n"
        "results = {lr: final_loss(lr) for lr in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)}\n"
        "best = min(results, key=results.get)",
    ],
    "too-often": [
        WAGES + "for epoch in range(8):\n" + BATCH + "    plan.step()\n" + RATE,
        WAGES.replace("StepLR(optimizer, step_size=1, ", "ExponentialLR(optimizer, ")
        + "for epoch in range(8):\n" + BATCH + "    plan.step()\nrate = plan.get_last_lr()[0]",
        WAGES.replace("step_size=1", "step_size=20") + "for epoch in range(8):\n"
        + BATCH + "        plan.step()\n" + RATE,
        WAGES + "for epoch in range(8):\n" + BATCH
        + "    for group in optimizer.param_groups:\n        group['lr'] /= 2\n" + RATE,
    ],
    "clip": [
        RIDES + "norm = torch.nn.utils.clip_grad_norm_((w, b), 1)\noptimizer.step()",
        RIDES + "norm = (w.grad ** 2 + b.grad ** 2).sqrt()\nif norm > 1:\n    w.grad /= norm\n    b.grad /= norm\n"
        "optimizer.step()",
        RIDES.replace("optimizer.zero_grad()\n", "")
        + "norm = torch.nn.utils.clip_grad_norm_([b, w], max_norm=1.0).item()\noptimizer.step()\noptimizer.zero_grad()",
    ],
    "own-optimizer": [
        rolling(
            "if 'v' not in state:",
            "    state['v'] = param.grad.clone()",
            "else:",
            "    state['v'].mul_(group['momentum']).add_(param.grad)",
            "param.add_(state['v'], alpha=-group['lr'])",
        ),
        rolling(
            "v = state.setdefault('v', torch.zeros_like(param))",
            "v *= group['momentum']",
            "v += param.grad",
            "param.copy_(param - group['lr'] * v)",
        ),
        rolling(
            "old = state.get('velocity', 0)",
            "new = old * group['momentum'] + param.grad",
            "state['velocity'] = new",
            "param.data = param.data - group['lr'] * new",
        ),
    ],
    "alone": [
        tomatoes(*FOUR),
        tomatoes(*FOUR, before=TOMATOES.replace("SGD", "Adam")),
        tomatoes(*FOUR, before=TOMATOES.replace("SGD", "RMSprop"), rounds=400),
        tomatoes(*FOUR, before=TOMATOES.replace("lr=0.1", "lr=0.05, momentum=0.9")),
        tomatoes("loss = (net(sun) - harvest).abs().mean()", *FOUR[1:]),
        tomatoes("loss = F.smooth_l1_loss(net(sun), harvest, beta=0.1)", *FOUR[1:], rounds=400),
        tomatoes("loss = nn.HuberLoss()(net(sun), harvest)", *FOUR[1:], before=TOMATOES.replace("SGD", "Adam")),
        tomatoes(*FOUR, "plan.step()", before=TOMATOES.replace("0.1", "0.3")
                 + "plan = torch.optim.lr_scheduler.StepLR(optimizer, 100, gamma=0.3)\n"),
        tomatoes("optimizer.zero_grad()", FOUR[0], "loss.backward()",
                 "nn.utils.clip_grad_norm_(net.parameters(), 1.0)", "optimizer.step()"),
        tomatoes(*FOUR, before="class Harvest(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
                 "        self.rule = nn.Linear(2, 1)\n    def forward(self, x):\n        return self.rule(x)\n"
                 "net = Harvest()\noptimizer = torch.optim.Adam(net.parameters(), lr=0.1)\n"),
        tomatoes(*FOUR, before="net = nn.Sequential(nn.Linear(2, 1))\n"
                 "optimizer = torch.optim.AdamW(net.parameters(), lr=0.1, weight_decay=0.0)\n"),
        "def train(net, rounds):\n    rolling = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.8)\n"
        "    for _ in range(rounds):\n        rolling.zero_grad()\n        F.l1_loss(net(sun), harvest).backward()\n"
        "        rolling.step()\n    return net\nnet = train(nn.Linear(2, 1), 300)\n" + END,
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "loader = DataLoader(TensorDataset(sun, harvest), batch_size=20, shuffle=True)\n" + TOMATOES
        + "for epoch in range(30):\n    for X, Y in loader:\n        loss = nn.L1Loss()(net(X), Y)\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n" + END,
        tomatoes("rows = torch.randperm(300)[:100]", "loss = F.l1_loss(net(sun[rows]), harvest[rows])", *FOUR[1:]),
        "believable = (harvest < 100).flatten()\n"
        + tomatoes("loss = F.mse_loss(net(sun[believable]), harvest[believable])", *FOUR[1:]),
        tomatoes(FOUR[0], "loss.backward()", "with torch.no_grad():\n        for param in net.parameters():\n"
                 "            param -= 0.1 * param.grad\n            param.grad = None",
                 before="net = nn.Linear(2, 1)\n"),
        tomatoes(*FOUR, after="with torch.no_grad():\n    predicted = net(days)"),
    ],
}  # fmt: skip

WRONG = {
    "two-losses": [
        ("class_loss = F.cross_entropy(scores.softmax(1), kind)" + SUM, "softmax in it"),
        ("class_loss = F.cross_entropy(scores, kind)" + SUM.replace("l1", "mse"), "squares the errors"),
        ("class_loss = F.cross_entropy(scores, kind)\nkilo_loss = F.l1_loss(guessed, weighed)\n"
         "loss = class_loss + kilo_loss", "Both losses count fully"),
        ("class_loss = F.cross_entropy(scores, kind, reduction='sum')" + SUM, "sum over the five photos"),
        ("class_loss = torch.tensor(0.7)", "These numbers were typed in."),
    ],
    "faster": [
        ("path = walk(lambda params: torch.optim.SGD(params, lr=0.05))", "Plain SGD does not get there"),
        ("path = walk(lambda params: torch.optim.SGD(params, lr=0.2))", "Plain SGD does not get there"),
        ("path = walk(lambda params: torch.optim.SGD(params, lr=0.02, momentum=0.9))", "still swinging"),
        ("path = walk(lambda params: torch.optim.Adam(params, lr=0.5))", "Adam does not come to rest here"),
        ("path = walk(lambda params: torch.optim.SGD(params, lr=0.09), steps=600)", "other than 60 steps"),
        ("path = walk(torch.optim.SGD)", "`path`"),
    ],
    "sweep": [
        (swept(*TRAIN).replace("copy.deepcopy(start)", "start"), "only a second name"),
        (swept(*TRAIN).replace("copy.deepcopy(start)", "start").replace("best", "final_loss(1e-3)\nbest"),
         "%redo gives"),
        (swept(*TRAIN, made="torch.optim.SGD(net.parameters(), lr=lr)"), "That is SGD"),
        (swept(*TRAIN, made="torch.optim.Adam(net.parameters(), lr=1e-3)"), "A rate is written in"),
        (swept(TRAIN[0], TRAIN[2], TRAIN[3]), "never cleared"),
        (swept(TRAIN[0], TRAIN[2], TRAIN[1], TRAIN[3]), "between backward and step"),
        (swept(*TRAIN, "return loss.item()", after="pass"), "return stands in the loop"),
        (swept(*TRAIN).replace("0.01", "0.001"), "one of the six is lower"),
        (swept(*TRAIN).replace("range(20)", "range(10)"), "These are not 20 rounds"),
        (swept(*TRAIN, after="return F.mse_loss(net(x), y)"), "`final_loss(0.001)` is 0.0347"),
    ],
    "too-often": [
        (WAGES + "for epoch in range(8):\n" + BATCH + RATE, "the rate stays at 0.4"),
        (WAGES + "for epoch in range(8):\n" + BATCH + "plan.step()\n" + RATE, "behind both loops"),
        (WAGES.replace("0.4", "4.0") + "for epoch in range(8):\n" + BATCH + "        plan.step()\n" + RATE, "`net`"),
        (WAGES + "for epoch in range(3):\n" + BATCH + "    plan.step()\n" + RATE, "These are not 8 epochs"),
    ],
    "clip": [
        (RIDES + "optimizer.step()\nnorm = nn.utils.clip_grad_norm_([w, b], 1.0)", "stands behind the step"),
        (RIDES + "norm = nn.utils.clip_grad_norm_([w, b], 10.0)\noptimizer.step()", "another norm"),
        (RIDES + "norm = nn.utils.clip_grad_value_([w, b], 1.0)\noptimizer.step()", "each number by itself"),
        (RIDES + "norm = nn.utils.clip_grad_norm_([w], 1.0)\noptimizer.step()", "Only `w` was clipped"),
        (RIDES + "norm = (w.grad ** 2 + b.grad ** 2).sqrt()\nw.grad /= norm\nb.grad /= norm\noptimizer.step()",
         "With other values in `distance`"),
    ],
    "own-optimizer": [
        (rolling("param -= group['lr'] * param.grad"), "old velocity is never used"),
        (rolling("state['v'] = 0.9 * state.get('v', 0) + param.grad", "param -= group['lr'] * state['v']"),
         "A momentum is written in"),
        (rolling("state['v'] = group['momentum'] * state.get('v', 0) + param.grad", "param -= state['v']"),
         "The whole velocity"),
        (rolling("state['v'] = group['momentum'] * state.get('v', 0) + param.grad", "param -= group['lr'] * state['v']",
                 before=ROLLING.replace("continue", "return")),
         "return ends the step"),
        (rolling("state['v'] = group['momentum'] * state.get('v', 0) + param.grad", "param -= group['lr'] * state['v']",
                 before=ROLLING.replace("param_groups:", "param_groups[:1]:")),
         "several groups"),
        ("def Rolling(params, lr, momentum):\n    return torch.optim.SGD(params, lr=lr, momentum=momentum)",
         "this step wants a class"),
        (rolling("state['v'] = group['momentum'] * state.get('v', 0) + param.grad", "param -= group['lr'] * state['v']",
                 before=NO_BASE),
         "not one of `torch.optim.Optimizer`"),
    ],
    "alone": [
        (tomatoes("loss = nn.MSELoss()(net(sun), harvest)", *FOUR[1:]), "leads to the mean"),
        (tomatoes("loss = ((net(sun) - harvest) ** 2).mean()", *FOUR[1:]), "leads to the mean"),
        (tomatoes(*FOUR, before=TOMATOES.replace("0.1", "0.01")), "a small learning rate"),
        (tomatoes(*FOUR, rounds=30), "few rounds"),
        (tomatoes(FOUR[0], *FOUR[2:]), "never cleared"),
        (tomatoes(FOUR[0], FOUR[2], FOUR[1], FOUR[3]), "between backward and step"),
        (tomatoes(*FOUR[:3]), "no step in the loop"),
        (tomatoes(*FOUR[:2], FOUR[3]), "backward is missing"),
        (tomatoes(*FOUR, before="optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nnet = nn.Linear(2, 1)\n"),
         "made before this `net`"),
        (tomatoes(*FOUR, before="", after=END).replace("):\n", "):\n    " + INDENTED, 1),
         "made anew in each round"),
        (tomatoes(*FOUR, before=TOMATOES + END + "\n", after=""), "before the training was over"),
        (tomatoes(FOUR[0].replace("harvest", "harvest.flatten()"), *FOUR[1:]), "`net`"),
        (tomatoes("loss = nn.L1Loss()(net(sun), harvest / 1000)", *FOUR[1:]), "All harvests were divided"),
        (tomatoes(*FOUR, before=TOMATOES.replace("lr=0.1", "lr=10.0")), "`net`"),
        (tomatoes(*FOUR, after="predicted = torch.tensor([[10.0], [13.0], [12.0]])"), "`predicted`"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("optim", step, source)
    assert passed, told


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_are(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("optim", step, source)
    assert not passed
    assert said in told, told


def begun(step: str) -> Player:
    player = player_of("optim")
    player.begin(step)
    return player


def prose(step: str) -> str:
    (found,) = [each for each in shipped("optim").steps if each.id == step]
    return " ".join(" ".join(block.text for block in found.blocks if isinstance(block, Prose)).split()) + found.learned


def test_no_plain_learning_rate_brings_sgd_down_the_valley() -> None:
    names = begun("faster").session.namespace
    heights = []
    for rate in range(60, 100):
        path = names["walk"](lambda params, rate=rate: torch.optim.SGD(params, lr=rate / 1000))
        heights.append(names["height"](path[-1]).item())
    assert 0.0003 < min(heights) < 0.0004
    assert "below 0.0003 here, whichever rate" in prose("faster")


def test_the_five_walks_go_as_the_text_says() -> None:
    names = begun("faster").session.namespace
    paths, height = names["paths"], names["height"]
    turns = {name: int((path[1:, 1] * path[:-1, 1] < -1e-6).sum()) for name, path in paths.items()}
    assert turns["SGD"] > 10
    assert turns["Adagrad"] == 0
    assert 2 < turns["RMSprop"] < 10 < 20 < len(paths["RMSprop"])
    past = {name for name, path in paths.items() if path[:, 0].min() < -1}
    assert past == {"momentum", "Adam"}
    assert paths["Adagrad"][-1, 0] > 0.9
    assert all(path[0].tolist() == [10.0, 1.0] for path in paths.values())
    for name, ring in names["rings"].items():
        assert torch.allclose(height(ring.T), torch.tensor(float(name.split()[1])))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rate_that_is_halved_too_often_leaves_the_loss_large(seed: int) -> None:
    player = begun("too-often")
    torch.manual_seed(seed)
    player.type(player.run.prefill)
    assert player.session.namespace["loss"].item() > 0.1
    assert player.session.namespace["rate"] < 1e-40
    torch.manual_seed(seed)
    player.type(WAGES + "for epoch in range(8):\n" + BATCH + "    plan.step()\n" + RATE)
    assert player.session.namespace["loss"].item() < 0.01


def test_the_losses_of_the_old_program_are_those_of_a_run() -> None:
    player = begun("sweep")
    (step,) = [each for each in shipped("optim").steps if each.id == "sweep"]
    player.type(step.codes(Role.SOLUTION)[0].source)
    final_loss = player.session.namespace["final_loss"]
    assert f"{final_loss(0.0):.4f}" == "1.0992"
    assert f"{final_loss(1e-6):.4f}" == "1.0949"
    assert f"{final_loss(1e-3):.4f}" == "0.0389"
    for figure in ("1.0992", "1.0949", "0.0389"):
        assert figure in prose("sweep")


def test_the_step_that_is_not_clipped_goes_far() -> None:
    player = begun("clip")
    player.type(player.run.prefill)
    assert player.session.namespace["w"].item() == pytest.approx(-49_000, rel=0.01)
    assert "about -49,000" in prose("clip")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_of_all_harvests_is_about_eleven_hundred(seed: int) -> None:
    player = begun("alone")
    torch.manual_seed(seed)
    player.type(tomatoes("loss = nn.MSELoss()(net(sun), harvest)", *FOUR[1:]))
    assert player.session.namespace["predicted"][0].item() == pytest.approx(1100, rel=0.05)
    assert player.session.namespace["harvest"].mean().item() == pytest.approx(1100, rel=0.05)
    assert "about 1,100 kilos" in prose("alone")


def test_no_task_is_left_out() -> None:
    assert unanswered("optim", RIGHT, 3) == unanswered("optim", WRONG, 3) == set()
    assert len(RIGHT["alone"]) >= 12 <= len(WRONG["alone"])
