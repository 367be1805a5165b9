"""Losses that get the targets first."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
X, t = torch.randn(40, 3), F.one_hot(torch.randint(0, 4, (40,)), 4).float()
net, teacher = nn.Linear(3, 4), nn.Linear(3, 4)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
criterion = nn.{loss}()
"""
LOOP = """
for _ in range(2):
    opt.zero_grad()
    out = net(X)
    loss = {value}
    loss.backward()
    opt.step()
"""
STEP = """
def step(x, y):
    loss = criterion(y, net(x))
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()
for _ in range(2):
    step(X, t)
"""


def loop(value: str, loss: str = "CrossEntropyLoss") -> str:
    return MADE.format(loss=loss) + LOOP.format(value=value)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (loop("F.cross_entropy(t, out)"), "Here t, which has no graph, stands for the scores, and out, which has one"),
        (loop("criterion(t, out)"), "Write criterion(out, t)."),
        (loop("criterion(t, net(X))", "BCEWithLogitsLoss"), "Write criterion(net(X), t)."),
        (MADE.format(loss="CrossEntropyLoss") + STEP, "Write criterion(net(x), y). That is line 7, in step()."),
    ],
)
def test_targets_first(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        loop("F.cross_entropy(out, t)"),
        loop("criterion(out, 0.9 * t + 0.025)"),
        loop("criterion(out, t)", "BCEWithLogitsLoss"),
        loop("F.cross_entropy(out, teacher(X).softmax(1))"),
        loop("F.cross_entropy(teacher(X).detach(), out.softmax(1))"),
        loop("F.mse_loss(t, out)"),
        loop("F.smooth_l1_loss(t, out) + F.l1_loss(t, out)"),
    ],
)
def test_scores_first(code: str) -> None:
    assert told_of_program(code) == []
