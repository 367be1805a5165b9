"""The lesson modules: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.format.lesson import Role
from tests.tutor.trying import each, player_of, prose_of, shipped, tried, unanswered

TWO = (
    "class TwoLayers(nn.Module):\n    def __init__(self, inputs, hidden, outputs):\n        super().__init__()\n"
    "        self.first = nn.Linear(inputs, hidden)\n        self.last = nn.Linear(hidden, outputs)\n"
    "    def forward(self, x):\n        {}\nnet = TwoLayers(3, 5, 2)\nwide = TwoLayers(2, 7, 3)"
)
FLOORS = (
    "class Floors(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = {}\n"
    "        self.last = nn.Linear(4, 1)\n    def forward(self, x):\n        for layer in self.layers:\n"
    "            x = torch.relu(layer(x))\n        return self.last(x)\ntower = Floors()"
)
STANDARD = (
    "class Standard(nn.Module):\n    def __init__(self, mean, std):\n        super().__init__()\n"
    "        {}\n        {}\n"
    "    def forward(self, x):\n        return {}\n"
    "scale = Standard(torch.tensor([5.0, 3.0, 2.0]), torch.tensor([1.0, 0.5, 2.0]))\nsaved = len(scale.state_dict())"
)
BUFFERS = ('self.register_buffer("mean", mean)', 'self.register_buffer("std", std)')
BODY = "body = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))\nbody.load_state_dict(learned)\n"
STEP = (
    "optimizer = torch.optim.SGD(body.parameters(), lr=0.1)\nloss = (body(flowers) ** 2).mean()\n"
    "loss.backward()\noptimizer.step()"
)
POSITIVE = (
    "class Positive(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
    "        ctx.save_for_backward(x)\n        return {}\n    @staticmethod\n    def backward(ctx, slope):\n"
    "        (x,) = ctx.saved_tensors\n        return {}\nbend = Positive.apply\n"
    "x = torch.tensor([-1.0, 2.0, 3.0], requires_grad=True)\n(5 * bend(x)).sum().backward()"
)
MODEL = (
    "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.layers = nn.Sequential(nn.Linear(30, 50), nn.ReLU(), nn.Linear(50, 4))\n"
    "    def forward(self, input):\n        return self.layers(input)\nnet = Model()\n"
)
ADAM = "optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)\n"
LOOP = (
    "for epoch in range(20):\n    loss = nn.MSELoss()(net(inputs), goals)\n    optimizer.zero_grad()\n"
    "    loss.backward()\n    optimizer.step()\n    last = {}"
)

RIGHT = {
    "sequential": [
        "net = nn.Sequential(nn.Linear(in_features=3, out_features=4), nn.ReLU(inplace=True), nn.Linear(4, 2))",
        "net = nn.Sequential()\nnet.append(nn.Linear(3, 4))\nnet.append(nn.ReLU())\nnet.append(nn.Linear(4, 2))",
        "layers = [nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)]\nnet = nn.Sequential(*layers)",
        "net = nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), nn.Linear(4, 2)).double()",
        "from collections import OrderedDict\n"
        "net = nn.Sequential(OrderedDict(a=nn.Linear(3, 4), b=nn.ReLU(), c=nn.Linear(4, 2)))",
    ],
    "class": [
        TWO.format("return self.last(F.relu(self.first(x)))"),
        TWO.format("return self.last(nn.ReLU()(self.first(x)))"),
        TWO.format("h = self.first(x)\n        h = h * (h > 0)\n        return self.last(h)"),
        "class TwoLayers(nn.Module):\n    def __init__(self, i, h, o):\n        super().__init__()\n"
        "        self.all = nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, o))\n    def forward(self, x):\n"
        "        return self.all(x)\nnet = TwoLayers(3, 5, 2)\nwide = TwoLayers(inputs=2, hidden=7, outputs=3)".replace(
            "inputs=2, hidden=7, outputs=3", "2, 7, 3"
        ),
        "class TwoLayers(nn.Sequential):\n    def __init__(self, inputs, hidden, outputs):\n"
        "        super().__init__(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))\n"
        "net = TwoLayers(3, 5, 2)\nwide = TwoLayers(2, 7, 3)",
    ],
    "twin": [
        "twin = nn.Linear(3, 2)\nwith torch.no_grad():\n    twin.weight.copy_(old.weight)\n"
        "    twin.bias.copy_(old.bias)",
        "twin = nn.Linear(3, 2)\nstate = old.state_dict()\ntwin.load_state_dict(state)",
        "twin = nn.Linear(3, 2)\ntwin.weight = nn.Parameter(old.weight.detach().clone())\n"
        "twin.bias = nn.Parameter(old.bias.detach().clone())",
        "from copy import deepcopy\ntwin = deepcopy(old)",
        "twin = nn.Linear(3, 2)\nfor mine, theirs in zip(twin.parameters(), old.parameters()):\n"
        "    mine.data = theirs.data.clone()",
    ],
    "lost": [
        FLOORS.format("nn.ModuleList(nn.Linear(4, 4) for _ in range(3))"),
        FLOORS.format("nn.ModuleList()\n        for _ in range(3):\n            self.layers.append(nn.Linear(4, 4))"),
        FLOORS.format("nn.Sequential(*[nn.Linear(4, 4) for _ in range(3)])"),
        FLOORS.format(
            "[]\n        for i in range(3):\n            layer = nn.Linear(4, 4)\n"
            "            self.add_module(f'layer{i}', layer)\n            self.layers.append(layer)"
        ),
        "class Floors(nn.Module):\n    def __init__(self):\n        super().__init__()\n        parts = []\n"
        "        for _ in range(3):\n            parts += [nn.Linear(4, 4), nn.ReLU()]\n"
        "        self.all = nn.Sequential(*parts, nn.Linear(4, 1))\n    def forward(self, x):\n"
        "        return self.all(x)\ntower = Floors()",
    ],
    "scale": [
        STANDARD.format(*BUFFERS, "(x - self.mean) / self.std"),
        STANDARD.format(
            "self.register_buffer('m', mean)", "self.register_buffer('s', std)", "(x - self.m).div(self.s)"
        ),
        STANDARD.format(
            "for name, value in (('mean', mean), ('std', std)):",
            "    self.register_buffer(name, value)",
            "(x - self.mean) * (1 / self.std)",
        ),
        STANDARD.format(
            "self.mean = nn.Buffer(mean)", "self.std = nn.Buffer(std)", "x / self.std - self.mean / self.std"
        ),
    ],
    "freeze": [
        BODY + "for each in body[0].parameters():\n    each.requires_grad_(False)\n" + STEP,
        BODY + "body[0].weight.requires_grad = False\nbody[0].bias.requires_grad = False\n" + STEP,
        BODY + "body.requires_grad_(False)\nbody[2].requires_grad_(True)\n" + STEP,
        BODY + "body[0].requires_grad_(False)\n(body(flowers) ** 2).mean().backward()\nwith torch.no_grad():\n"
        "    for each in body[2].parameters():\n        each -= 0.1 * each.grad",
        BODY
        + "body[0].requires_grad_(requires_grad=False)\n"
        + STEP.replace("body.parameters()", "body[2].parameters()"),
    ],
    "halve": [
        "conv = nn.Conv2d(in_channels=3, out_channels=6, kernel_size=3, stride=2, padding=1)",
        "conv = nn.Conv2d(3, 6, (3, 3), (2, 2), (1, 1))",
        "conv = nn.Conv2d(3, 6, 3, 2, 1)",
        "conv = nn.Conv2d(3, 6, kernel_size=3, padding=1, stride=2).double()",
    ],
    "function": [
        POSITIVE.format("torch.relu(x)", "slope * (x > 0).float()"),
        POSITIVE.format("x * (x > 0)", "slope.masked_fill(x <= 0, 0)"),
        POSITIVE.format("torch.maximum(x, torch.zeros_like(x))", "slope * (torch.sign(x) + 1).clamp(max=1) * (x > 0)"),
        POSITIVE.format("x.clamp(0)", "torch.where(x > 0, slope, 0.0)"),
        POSITIVE.format("x.clamp(min=0)", "slope * x.gt(0)").replace(
            "bend = Positive.apply", "def bend(t):\n    return Positive.apply(t)"
        ),
    ],
    "old-program": [
        MODEL + ADAM + LOOP.format("loss.item()"),
        MODEL.replace("super()", "super(Model, self)") + ADAM + LOOP.format("float(loss)"),
        MODEL
        + ADAM.replace("optimizer", "optimer")
        + LOOP.format("loss.detach().item()").replace("optimizer", "optimer"),
        MODEL.replace("input", "x") + ADAM.replace("1e-2", "0.01") + LOOP.format("loss.data.item()"),
    ],
}

WRONG = {
    "sequential": [
        ("net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))", "The bend is missing"),
        ("net = nn.Sequential(nn.Linear(3, 4), nn.ReLU, nn.Linear(4, 2))", "nn.ReLU is the class"),
        ("net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(3, 2))", "four hidden numbers"),
        ("net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(2, 4))", "what comes in first"),
        ("net = nn.Sequential([nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)])", "one by one"),
        ("net = nn.Sequential(nn.Linear(3, 4), torch.relu, nn.Linear(4, 2))", "wants modules"),
    ],
    "class": [
        (TWO.format("return self.last(self.first(x))"), "The bend is missing"),
        (TWO.format("return torch.relu(self.last(self.first(x)))"), "behind the last layer"),
        (TWO.format("self.last(torch.relu(self.first(x)))"), "write return"),
        (TWO.format("return self.last(nn.ReLU(self.first(x)))"), "made first, then called"),
        (
            TWO.format("return self.last(torch.relu(self.first(x)))").replace("        super().__init__()\n", ""),
            "comes first",
        ),
        (
            TWO.format("return self.last(torch.relu(self.first(x)))")
            .replace("inputs, hidden)\n", "3, 5)\n")
            .replace("hidden, outputs)\n    def f", "5, 2)\n    def f")
            .replace("(self, 3, 5)", "(self, inputs, hidden)"),
            "are written into the class",
        ),
    ],
    "twin": [
        ("twin = old", "second name for the same layer"),
        ("twin = nn.Linear(3, 2)\nold.load_state_dict(twin.state_dict())", "The wrong way round"),
        ("twin = nn.Linear(3, 2)\ntwin.load_state_dict(old)", "not the layer itself"),
        ("twin = old.state_dict()", "Load it into a new layer"),
        ("twin = nn.Linear(3, 2)", "random numbers"),
        ("import copy\ntwin = copy.copy(old)", "deepcopy"),
        ("twin = nn.Linear(3, 2)\ntwin.weight = old.weight\ntwin.bias = old.bias", "very same parameters"),
    ],
    "lost": [
        (FLOORS.format("[nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)]"), "a Python list as before"),
        (FLOORS.format("nn.ModuleList([nn.Linear(4, 4)] * 3)"), "one layer three times"),
        (FLOORS.format("nn.ModuleList(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4))"), "one list of modules"),
        (FLOORS.format("tuple(nn.Linear(4, 4) for _ in range(3))"), "A tuple"),
        (FLOORS.format("nn.ModuleList([nn.Linear(4, 4) for _ in range(2)])"), "the range was 3"),
    ],
    "scale": [
        (STANDARD.format("self.mean = mean", "self.std = std", "(x - self.mean) / self.std"), "is not saved"),
        (
            STANDARD.format(
                "self.mean = nn.Parameter(mean)", "self.std = nn.Parameter(std)", "(x - self.mean) / self.std"
            ),
            "is trained",
        ),
        (STANDARD.format(*BUFFERS, "x - self.mean / self.std"), "comes before -"),
        (STANDARD.format(*BUFFERS, "(x - mean) / std"), "no name in forward"),
        (
            STANDARD.format("self.register_buffer(mean)", "self.register_buffer(std)", "(x - self.mean) / self.std"),
            "The name comes first",
        ),
    ],
    "freeze": [
        (BODY + STEP, "Nothing is frozen"),
        (BODY + "body.requires_grad_(False)\n" + STEP, "Everything is frozen"),
        (BODY + "body[2].requires_grad_(False)\n" + STEP, "freezes the last layer"),
        (BODY + "body[0].requires_grad = False\n" + STEP, "new attribute"),
        (BODY + "body[0].weight.requires_grad_(False)\n" + STEP, "The bias"),
        (BODY + STEP + "\nbody[0].requires_grad_(False)", "too late"),
        (BODY + "body[0].requires_grad_()\n" + STEP, "say False"),
    ],
    "halve": [
        ("conv = nn.Conv2d(3, 6, 3, stride=2)", "padding=1"),
        ("conv = nn.Conv2d(3, 6, 3, padding=1)", "stride=2"),
        ("conv = nn.Conv2d(3, 6, 3)", "halved"),
        ("conv = nn.Conv2d(6, 3, 3, stride=2, padding=1)", "Channels in come first"),
        ("conv = nn.Conv2d(32, 16, 3, stride=2, padding=1)", "not heights"),
        ("conv = nn.Conv2d(3, 6, 2, stride=2)", "3 wide"),
    ],
    "function": [
        (POSITIVE.format("x.clamp(min=0)", "slope"), "Everything passes"),
        (POSITIVE.format("x.clamp(min=0)", "(x > 0).float()"), "is forgotten"),
        (POSITIVE.format("x.clamp(min=0)", "slope * x.clamp(min=0)"), "no gradient"),
        (POSITIVE.format("x", "slope * (x > 0)"), "The bend is missing"),
        (POSITIVE.format("x.clamp(min=0)", "slope * (slope > 0)"), "looks at the slope"),
        (POSITIVE.format("x.clamp(min=0)", "slope * (x > 0)").replace("Positive.apply", "Positive()"), "by its apply"),
    ],
    "old-program": [
        (MODEL + ADAM + LOOP.format("loss.data[0]"), "no place 0"),
        (MODEL + ADAM.replace("1e-2", "le-2") + LOOP.format("loss.item()"), "the letter l"),
        (MODEL.replace("self.layers(input)", "self.layers(x)") + ADAM + LOOP.format("loss.item()"), "is given `input`"),
        (MODEL.replace("super()", "super(Module, self)") + ADAM + LOOP.format("loss.item()"), "super()"),
        (MODEL + ADAM.replace("1e-2", "1e-6") + LOOP.format("loss.item()"), "one hundredth"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("modules", step, source)
    assert passed, told


@pytest.mark.filterwarnings("ignore:.* should not be instantiated:DeprecationWarning")
@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("modules", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("modules", RIGHT, 4) == unanswered("modules", WRONG, 4) == set()


def test_the_losses_of_the_book_are_those_of_a_run() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(100, 1000), torch.randn(100, 10)
    w1, w2 = torch.randn(1000, 100, requires_grad=True), torch.randn(100, 10, requires_grad=True)
    losses = []
    for _ in range(20):
        loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
        losses.append(loss.item())
        slopes = torch.autograd.grad(loss, (w1, w2))
        with torch.no_grad():
            w1 -= 1e-6 * slopes[0]
            w2 -= 1e-6 * slopes[1]
    assert losses[0] == pytest.approx(48e6, rel=0.02)
    assert max(losses) == pytest.approx(855e6, rel=0.02)
    assert losses[-1] == pytest.approx(1e6, rel=0.2)
    told = prose_of("modules", "same")
    assert "begins with a loss of 48 million" in told
    assert "*rises* to 855 million before it falls to 1 million, in 20 rounds" in told


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_begins_alike_stays_alike_whatever_is_drawn(seed: int) -> None:
    player = player_of("modules")
    player.begin("same")
    names = player.session.namespace
    (step,) = [each for each in shipped("modules").steps if each.id == "same"]
    torch.manual_seed(seed)
    exec(step.codes(Role.PREDICT)[0].source, names)
    assert names["net"][0].weight.std(dim=0).max() < 1e-4


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_mended_program_comes_below_the_loss_that_is_named(seed: int) -> None:
    player = player_of("modules")
    player.begin("old-program")
    names = player.session.namespace
    torch.manual_seed(seed)
    names |= {"inputs": torch.randn(100, 30), "goals": torch.randn(100, 4)}
    (step,) = [each for each in shipped("modules").steps if each.id == "old-program"]
    player.type(step.codes(Role.SOLUTION)[0].source)
    assert names["last"] < 0.35
    assert "below 0.45" in prose_of("modules", "old-program")
