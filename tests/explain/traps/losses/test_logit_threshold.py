"""Logits that are compared with 0.5, or rounded."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

LOOP = """
from torch.utils.data import DataLoader, TensorDataset
X = torch.randn(60, 4)
y = (X[:, 0] > 0).float().unsqueeze(1)
loader = DataLoader(TensorDataset(X, y), batch_size=20, shuffle=True)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1){last})
criterion = nn.{loss}()
opt = torch.optim.Adam(net.parameters())
for xb, yb in loader:
    opt.zero_grad()
    out = net(xb)
    loss = criterion(out, yb)
    loss.backward()
    opt.step()
    acc = ({pred} == yb).float().mean()
"""
TYPED = """
X, y = torch.randn(30, 4), torch.randint(0, 2, (30,)).float()
net = nn.Linear(4, 1)
logits = net(X).squeeze(1)
loss = F.binary_cross_entropy_with_logits(logits, y)
{line}
"""
ACCURACY = """
def accuracy(net, x, y):
    out = net(x).squeeze(1)
    bce = F.binary_cross_entropy_with_logits(out, y)
    return ((out > 0.5) == y).float().mean(), bce
acc, bce = accuracy(net, X, y)
"""


def loop(pred: str, *, last: str = "", loss: str = "BCEWithLogitsLoss") -> str:
    return LOOP.format(pred=pred, last=last, loss=loss)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (loop("(out > 0.5).float()"), "out > 0.5 compares them with 0.5, which as a logit stands for a probability of"),
        (loop("(out.detach() >= 0.5)"), "Write out.detach() > 0, or torch.sigmoid(out.detach()) > 0.5."),
        (loop("torch.round(out)"), "torch.round(out) rounds them, as if they were probabilities."),
        (loop("out.round()"), "Write torch.sigmoid(out).round()."),
        (TYPED.format(line="pred = (logits > 0.5).float()"), "Write logits > 0"),
        (TYPED.format(line=ACCURACY), "in accuracy()."),
    ],
)
def test_logits_are_taken_for_probabilities(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        loop("(torch.sigmoid(out) > 0.5).float()"),
        loop("(out > 0).float()"),
        loop("torch.sigmoid(out).round()"),
        loop("(out > 0.5).float()", last=", nn.Sigmoid()", loss="BCELoss"),
        loop("torch.round(out)", last=", nn.Sigmoid()", loss="BCELoss"),
        TYPED.format(line="pred = (torch.sigmoid(logits) > 0.5).float()\nlarge = X > 0.5"),
        TYPED.format(line="logits = torch.sigmoid(logits)\npred = logits > 0.5"),
    ],
)
def test_probabilities_are_compared(code: str) -> None:
    assert told_of_program(code) == []
