"""A layer with ``inplace=True`` that overwrote what a backward pass needs."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, why

NET = """
class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(6, 6), {before}, {after}, nn.Linear(6, 1))
    def forward(self, x):
        return self.main(x)
judge = Judge()
loss = judge(torch.randn(16, 6)).mean()
loss.backward()
"""


@pytest.mark.parametrize(
    ("before", "after", "operation", "written"),
    [
        ("nn.LeakyReLU(0.2, inplace=True)", "nn.Dropout(0.4, inplace=True)", "leaky_relu", "nn.Dropout(0.4)"),
        ("nn.Sigmoid()", "nn.ReLU(inplace=True)", "sigmoid", "nn.ReLU()"),
        ("nn.Tanh()", "nn.LeakyReLU(negative_slope=0.1, inplace=True)", "tanh", "nn.LeakyReLU(negative_slope=0.1)"),
    ],
)
def test_the_layer_after_it(before, after, operation, written):
    code = "torch.manual_seed(0)\n" + NET.format(before=before, after=after)
    explanation = why(code)
    kind = after[3 : after.index("(")]
    assert f"The backward pass of {operation}() needs its result as it was. judge.main[2] ({kind})" in explanation.text
    assert f"In Judge.__init__, write {written}." in explanation.text
    assert runs_after(code) == 1


def test_a_layer_that_overwrites_what_two_paths_read():
    code = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.short, self.conv = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)
        self.relu = nn.ReLU(inplace=True)
    def forward(self, x):
        s = self.short(x)
        return self.conv(self.relu(x)) + s
block, stem = Block(), nn.Conv2d(3, 4, 1)
block(stem(torch.randn(2, 3, 8, 8))).sum().backward()
"""
    said = why(code).text
    assert "One layer was made with inplace=True, and writes into what it is given: block.relu." in said


def test_a_dropout_in_eval_mode_writes_nothing():
    code = """
net = nn.Sequential(nn.Linear(3, 3), nn.Dropout(inplace=True)).eval()
w = torch.ones(3, requires_grad=True)
y = w.exp()
z = net(y)
with torch.no_grad():
    y.mul_(2)
z.sum().backward(), y.sum().backward()
"""
    assert "net[1]" not in why(code).text
