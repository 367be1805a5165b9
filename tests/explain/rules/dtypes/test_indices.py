"""Indices of another dtype than int64, and a call that converts the input of a network."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

Q = "q = torch.randn(4, 5)\n"


@pytest.mark.parametrize(
    ("made", "call", "fix"),
    [
        (
            "i = torch.tensor([0, 1, 2, 3], dtype=torch.uint8)",
            "q.gather(1, i[:, None])",
            "q.gather(1, i[:, None].long())",
        ),
        (
            "i = torch.tensor([0, 1], dtype=torch.int16)",
            "torch.index_select(q, 0, i)",
            "torch.index_select(q, 0, i.long())",
        ),
        ("i = torch.tensor([0.0, 1.0])", "q.index_select(0, i)", "q.index_select(0, i.long())"),
        ("i = torch.tensor([3, 4], dtype=torch.int32)", "q.take(i)", "q.take(i.long())"),
        (
            "i = torch.tensor([[1], [0], [2], [1]], dtype=torch.uint8)",
            "torch.zeros(4, 5).scatter_(1, i, 1.0)",
            "torch.zeros(4, 5).scatter_(1, i.long(), 1.0)",
        ),
    ],
)
def test_long_makes_indices(made: str, call: str, fix: str) -> None:
    check(f"{Q}{made}\n{call}", "i", [fix])


def test_a_condition_is_no_index() -> None:
    check(Q + "m = torch.tensor([True, False, True, True])\nq.gather(1, m[:, None])", "A condition is no index", [])


def test_the_call_that_converts_the_input() -> None:
    explanation = why("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x):
        return self.fc(x)

net = Net()
def train(batches):
    for x in batches:
        loss = net(x.double()).sum()
        loss.backward()

train([torch.rand(2, 3)])
""")
    assert "x.double() makes it so, and x is float32 without that: net(x)." in explanation.text
    [fix] = explanation.fixes
    assert "loss = net(x).sum()" in fix.code
