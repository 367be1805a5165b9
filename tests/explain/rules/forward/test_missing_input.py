"""A network that was called with fewer inputs than its forward takes."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

TWO = """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)
    def forward(self, x1, x2):
        return self.fc(x1) - self.fc(x2)
net = Two()
"""
HEADS = """
class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = {heads}
    def forward(self, x, task):
        return self.heads[task](x)
net = Heads()
def scores(model, x):
    return model(x).argmax(1)
scores(net, torch.randn(5, 4))
"""


def test_what_the_loop_has_and_nothing_uses():
    code = TWO + "data = [(torch.randn(4, 6), torch.randn(4, 6), torch.ones(4))]\n"
    loop = "for left, right, label in data:\n    out = net({0})"
    check(code + loop.format("left"), "Write net(left, right).", [loop.format("left, right")])


def test_a_name_that_the_parameter_has_here_too():
    code = TWO + "x1, x2 = torch.randn(4, 6), torch.randn(4, 6)\nout = net(x1)"
    check(code, "x2 is not given. Write net(x1, x2).", ["net(x1, x2)"])


def test_a_label_is_no_input():
    code = TWO + "data = [(torch.randn(4, 6), torch.randn(4, 6))]\nfor left, label in data:\n    out = net(left)"
    check(code, "Give it in the call as well, or give x2 a default value in forward.")


@pytest.mark.parametrize(
    ("heads", "call"),
    [
        (
            "nn.ModuleList([nn.Linear(4, 2), nn.Linear(4, 3)])",
            "self.heads by it: 0, 1. Give one of these: model(x, 0).",
        ),
        ('nn.ModuleDict({"a": nn.Linear(4, 2)})', 'self.heads by it: "a". Give one of these: model(x, "a").'),
    ],
)
def test_what_it_takes_a_part_of_tells_what_it_may_be(heads, call):
    check(HEADS.format(heads=heads), call)


def test_a_keyword():
    code = """
class Net(nn.Module):
    def forward(self, x, *, scale):
        return x / scale
net, scale = Net(), 2.0
net(torch.ones(3))
"""
    check(
        code, "Calling net runs forward(self, x, scale), and scale is not given.", ["net(torch.ones(3), scale=scale)"]
    )


def test_a_layer_of_a_sequential():
    code = TWO + "both = nn.Sequential(Two(), nn.ReLU())\nx, x2 = torch.ones(4, 6), torch.ones(4, 6)\nout = both(x)"
    explanation = why(code)
    assert "both[0] (Two) takes 2 inputs: x1 and x2" in explanation.text
    assert "for layer in both: x = layer(x, x2)" in explanation.text


def test_a_loss_of_torch_gets_no_advice_to_rewrite_it() -> None:
    code = "loss = nn.TripletMarginLoss()\nloss(torch.randn(4, 8), torch.randn(4, 8))"
    text = check(code, "and negative is not given. Give it in the call as well.", []).text
    assert "default" not in text


def test_a_network_that_was_meant_itself() -> None:
    code = "net = nn.Linear(2, 1)\nnet()"
    check(code, "If the network itself is meant, write net without brackets behind it.", [])
