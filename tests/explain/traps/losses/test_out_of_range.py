"""Targets that the last layer cannot give."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

FIT = """
X = torch.randn(50, 3)
y = {y}
net = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1), {last})
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(2):
    pred = net(X)
    loss = {loss}
    opt.zero_grad()
    loss.backward()
    opt.step()
"""
LOADER = """
from torch.utils.data import DataLoader, TensorDataset
X = torch.randn(50, 3)
y = {y}
class Reg(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = nn.Linear(3, 8), nn.Linear(8, 1)
    def forward(self, x):
        x = torch.tanh(self.l1(x))
        return {result}
def train(net, batches, criterion):
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for i, (xb, yb) in enumerate(batches):
        opt.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        opt.step()
train(Reg(), DataLoader(TensorDataset(X, y), batch_size=10, shuffle=True), nn.MSELoss())
"""
ANY = "X.sum(1, keepdim=True)"


def fit(y: str, last: str, loss: str = "F.mse_loss(pred, y)") -> str:
    return FIT.format(y=y, last=last, loss=loss)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            fit("10 * X[:, :1].abs() + 5", "nn.Sigmoid()"),
            "pred comes out of a sigmoid, which gives values from 0 to 1.",
        ),
        (
            fit("10 * X[:, :1].abs() + 5", "nn.Sigmoid()"),
            "100 % of them are out of its reach. Leave the last sigmoid out",
        ),
        (fit("3 * X[:, :1]", "nn.Tanh()", "F.l1_loss(pred, y)"), "a tanh, which gives values from -1 to 1"),
        (fit(ANY, "nn.ReLU()"), "a ReLU, which gives nothing below 0"),
        (LOADER.format(y=ANY, result="torch.relu(self.l2(x))"), "net(xb) comes out of a ReLU"),
        (LOADER.format(y="5 + 0 * X[:, :1]", result="torch.sigmoid(self.l2(x))"), "yb has values from 5 to 5"),
    ],
)
def test_targets_that_are_out_of_reach(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        fit("torch.rand(50, 1)", "nn.Sigmoid()"),
        fit("X[:, :1].tanh()", "nn.Tanh()"),
        fit("X[:, :1].abs()", "nn.ReLU()"),
        fit("X[:, :1].abs() - 0.005", "nn.ReLU()"),
        fit("10 * torch.rand(50, 1)", "nn.Sigmoid()", "F.mse_loss(10 * pred, y)"),
        fit("10 * torch.rand(50, 1)", "nn.Sigmoid()", "F.mse_loss(pred, y / 10)"),
        fit(ANY, "nn.Identity()"),
        LOADER.format(y=ANY, result="self.l2(torch.relu(x))"),
        LOADER.format(y="torch.randint(0, 9, (50, 1)).float()", result="F.softplus(self.l2(x))"),
    ],
)
def test_targets_within_reach(code: str) -> None:
    assert told_of_program(code) == []
