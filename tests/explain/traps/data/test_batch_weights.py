"""Means in which the last batch counts as a full one."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn({count}, 3), torch.zeros({count}, 1)), batch_size=4{more})
reg = nn.Linear(3, 1)
mse = nn.MSELoss()
"""
METER = """
class Meter:
    def __init__(self):
        self.total, self.n = 0.0, 0
    def update(self, value, n):
        self.total += value * n
        self.n += n
losses = Meter()
with torch.no_grad():
    for xb, yb in loader:
        losses.update(mse(reg(xb), yb).item(), {size})
mean = losses.total / losses.n
"""
SUM = """
BATCH_SIZE = 4
def evaluate(net, batches, criterion, batch_size):
    net.eval()
    running = 0.0
    with torch.no_grad():
        for i, (x, y) in enumerate(batches):
            {first}
            loss = criterion(net(x), y)
            running += loss.item() * {size}
    return running / len(batches.dataset)
score = evaluate(reg, loader, mse, BATCH_SIZE)
"""
EPOCHS = """
history = []
for epoch in range(2):
    epoch_loss = 0.0
    for x, y in loader:
        loss = mse(reg(x), y)
        epoch_loss = epoch_loss + loader.batch_size * loss.item()
    history.append(epoch_loss / len(loader.dataset))
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (METER.format(size="loader.batch_size"), "but the last batch of loader has 1: 9 samples are no whole number"),
        (METER.format(size="loader.batch_size"), "Each batch counts as 4 samples here, by loader.batch_size"),
        (METER.format(size="4"), "Write xb.size(0) in its place."),
        (SUM.format(size="batch_size", first="pass"), "Write x.size(0) in its place. That is line 14, in evaluate()."),
        (EPOCHS, "by loader.batch_size, but the last batch of loader has 1"),
    ],
)
def test_the_last_batch_counts_as_a_full_one(code: str, words: str) -> None:
    [said] = told_of_program(MADE.format(count=9, more="") + code)
    assert words in said


ACCUMULATED = """
accumulate, running = 4, 0.0
for i, (x, y) in enumerate(loader):
    loss = mse(reg(x), y) / accumulate
    running += loss.item() * accumulate
running += 4 * loss.item()
"""


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (MADE.format(count=9, more=""), ACCUMULATED),
        (MADE.format(count=9, more=""), METER.format(size="xb.size(0)")),
        (MADE.format(count=9, more=""), METER.format(size="len(yb)")),
        (MADE.format(count=8, more=""), METER.format(size="loader.batch_size")),
        (MADE.format(count=9, more=", drop_last=True"), METER.format(size="loader.batch_size")),
        (MADE.format(count=9, more=""), SUM.format(size="batch_size", first="batch_size = len(x)")),
        (MADE.format(count=9, more=""), SUM.format(size="n", first="n = x.shape[0]")),
        (MADE.format(count=9, more=""), SUM.format(size="1", first="pass")),
    ],
)
def test_each_batch_counts_by_its_size(made: str, code: str) -> None:
    assert told_of_program(made + code) == []
