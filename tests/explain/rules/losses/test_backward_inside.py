"""A function that calls backward() itself, and a second backward() of what it gives."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

STEP = """
net = nn.Linear(4, 2); opt = torch.optim.SGD(net.parameters(), lr=0.1)
def train_step(x, y):
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    return loss
x, y = torch.randn(5, 4), torch.tensor([0, 1, 0, 1, 1])
for i in range(2):
    loss = train_step(x, y)
    loss.backward()
"""
METHOD = """
class Learner:
    def __init__(self):
        self.net = nn.Linear(4, 1)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)
    def loss(self, x, y):
        l = F.mse_loss(self.net(x), y)
        l.backward()
        return l
    def fit(self, x, y):
        for _ in range(3):
            self.opt.zero_grad()
            l = self.loss(x, y)
            l.backward()
            self.opt.step()
learner = Learner()
learner.fit(torch.randn(5, 4), torch.randn(5, 1))
"""
TWO_PARTS = """
net = nn.Linear(4, 2)
def forward_backward(x, y):
    out = net(x)
    loss = F.cross_entropy(out, y)
    loss.backward()
    return loss, out
x, y = torch.randn(5, 4), torch.tensor([0, 1, 0, 1, 1])
for i in range(2):
    loss, out = forward_backward(x, y)
    loss.backward()
"""
FUNCTION = """
net = nn.Linear(4, 2); opt = torch.optim.SGD(net.parameters(), lr=0.1)
def compute_loss(x, y):
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    return loss
x, y = torch.randn(5, 4), torch.tensor([0, 1, 0, 1, 1])
loss = compute_loss(x, y)
loss.backward()
"""
CRITERION = """
class Crit(nn.Module):
    def forward(self, out, y):
        loss = (out - y).pow(2).mean()
        loss.backward()
        return loss
net, crit = nn.Linear(4, 1), Crit()
loss = crit(net(torch.randn(5, 4)), torch.randn(5, 1))
loss.backward()
"""
PLAIN = """
w = torch.ones(3, requires_grad=True)
loss = (w * w).sum()
loss.backward()
loss.backward()
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (FUNCTION, "Call it in one place alone: leave `loss.backward()` out of compute_loss."),
        (TWO_PARTS, "Call it in one place alone: leave `loss.backward()` out of forward_backward."),
        (METHOD, "Call it in one place alone: leave `l.backward()` out of self.loss."),
        (CRITERION, "Call it in one place alone: leave `loss.backward()` out of crit."),
        (STEP, "train_step takes the step as well, so leave out `loss.backward()` here."),
    ],
)
def test_backward_is_called_in_one_place(code: str, said: str) -> None:
    explanation = why(code)
    assert said in explanation.text, explanation.text
    assert [fix.code.count(".backward()") for fix in explanation.fixes] == [
        code.count(".backward()") - 1 - (code in (FUNCTION, STEP, CRITERION))
    ]
    assert runs_after(code) == 1


def test_two_calls_of_one_loss() -> None:
    check(PLAIN, "Compute loss again first.", ["loss = (w * w).sum()\nloss.backward()"])
