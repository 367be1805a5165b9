"""``if mask:`` of a tensor that may be None."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

DEFAULT = """
def attend(q, k, mask=None):
    s = q @ k.transpose(-2, -1)
    if mask:
        s = s.masked_fill(mask == 0, -1e9)
    return s.softmax(-1)
out = attend(torch.randn(2, 5, 8), torch.randn(2, 5, 8), torch.ones(2, 5, 5))
"""
ATTRIBUTE = """
class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.state = None
        self.cell = nn.GRUCell(4, 8)
    def forward(self, x):
        if not self.state:
            self.state = torch.zeros(x.size(0), 8)
        self.state = self.cell(x, self.state)
        return self.state
agent = Agent()
a = agent(torch.randn(3, 4))
b = agent(torch.randn(3, 4))
"""
BEGUN = """
best = None
for step in range(3):
    losses = torch.rand(4)
    if best:
        best = torch.minimum(best, losses)
    else:
        best = losses
"""
AND = """
def f(x, w=None, scale=2.0):
    if w and scale > 1:
        x = x * w
    return x
y = f(torch.randn(3), torch.ones(3))
"""
OR = """
def f(x, w=None):
    w = w or torch.ones(3)
    return x * w
y = f(torch.randn(3), torch.rand(3))
"""
CHOICE = """
def crit(logits, y, weights=None):
    return F.cross_entropy(logits, y, weight=weights if weights else None)
l = crit(torch.randn(4, 3), torch.tensor([0, 1, 2, 0]), torch.rand(3))
"""
GRADIENT = """
lin = nn.Linear(2, 2)
lin(torch.ones(1, 2)).sum().backward()
for p in lin.parameters():
    if p.grad:
        p.grad.zero_()
"""
RETURNED = """
def pool(x, how="attention"):
    if how == "mean":
        return x.mean(1), None
    a = x.softmax(1)
    return (a * x).sum(1), a
def step(x):
    pooled, attention = pool(x)
    if attention:
        pooled = pooled + attention.sum()
    return pooled
y = step(torch.randn(4, 9, 3))
"""


@pytest.mark.parametrize(
    ("code", "none", "asks"),
    [
        (DEFAULT, "mask=None", "if mask is not None:"),
        (RETURNED, "return x.mean(1), None", "if attention is not None:"),
        (ATTRIBUTE, "self.state = None", "if self.state is None:"),
        (BEGUN, "best = None", "if best is not None:"),
        (AND, "w=None", "if w is not None and scale > 1:"),
        (OR, "w=None", "w = w if w is not None else torch.ones(3)"),
        (CHOICE, "weights=None", "weight=weights if weights is not None else None"),
        (GRADIENT, "p.grad = None", "if p.grad is not None:"),
    ],
)
def test_whether_there_is_a_tensor(code: str, none: str, asks: str) -> None:
    explanation = why(code)
    assert f"It may be None as well (`{none}`)." in explanation.text, explanation.text
    assert [asks in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_what_is_asked_of_numbers_is_not_guessed() -> None:
    check("boxes = torch.rand(5, 4)\nif boxes:\n    print()", "len(boxes) > 0 whether it has anything in it", [])
