"""Functions that make one state, for an LSTM, which takes two."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, why

METHOD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 10, batch_first=True)
    def init_hidden(self, n):
        return torch.zeros(1, n, 10)
    def forward(self, x, hidden):
        y, hidden = self.lstm(x, hidden)
        return y, hidden
net = Net()
x = torch.randn(2, 24, 1)
"""
FUNCTION = """
lstm = nn.LSTM(1, 10, batch_first=True)
def start(n):
    return torch.zeros(1, n, 10)
x = torch.randn(2, 24, 1)
state = start(2)
y, state = lstm(x, state)
"""


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (f"{METHOD}y, hidden = net(x, net.init_hidden(2))", "init_hidden"),
        (f"{METHOD}h = net.init_hidden(2)\ny, h = net(x, h)", "init_hidden"),
        (FUNCTION, "start"),
    ],
)
def test_it_returns_two(code: str, name: str) -> None:
    said = f"{name} makes it, and returns one: write `return torch.zeros(1, n, 10), torch.zeros(1, n, 10)` there."
    explanation = why(code)
    assert said in explanation.text, explanation.text
    assert "return torch.zeros(1, n, 10), torch.zeros(1, n, 10)" in explanation.fixes[0].code
    assert runs_after(code) == 1
