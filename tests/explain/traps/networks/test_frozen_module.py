"""requires_grad as an attribute of a module, and an evaluation beside a function that trains."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

NET = "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))\n"
TRAIN = """
net = nn.Sequential(nn.Linear(8, 20), nn.Dropout(0.5), nn.Linear(20, 3))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
x, y = torch.randn(40, 8), torch.randint(0, 3, (40,))
def train():
    net.train()
    opt.zero_grad()
    F.cross_entropy(net(x), y).backward()
    opt.step()
def check():
    {mode}
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()
for epoch in range(2):
    train()
    acc = check()
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (NET + "net[0].requires_grad = False", "net[0].requires_grad_(False) sets it for all of them."),
        (NET + "for layer in net:\n    layer.requires_grad = False\n", "layer is a module"),
        (NET + "def freeze(m):\n    m.requires_grad = False\nfreeze(net)", "m.requires_grad_(False)"),
    ],
)
def test_an_attribute_of_a_module(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        NET + "net[0].weight.requires_grad = False",
        NET + "for p in net.parameters():\n    p.requires_grad = False\n",
        NET + "net.requires_grad_(False)\nnet.requires_grad = False",
    ],
)
def test_parameters_that_are_frozen(code: str) -> None:
    assert told_of_program(code) == []


def test_an_evaluation_in_the_mode_of_training() -> None:
    [said] = told_of_program(TRAIN.format(mode="pass"))
    assert "Call net.eval() before you evaluate" in said


@pytest.mark.parametrize("mode", ["net.eval()", "net.train(False)", "net.train()"])
def test_an_evaluation_that_sets_its_mode(mode: str) -> None:
    assert told_of_program(TRAIN.format(mode=mode)) == []
