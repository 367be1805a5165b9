"""A mean over all samples of the dataset, of which the sampler gives a part."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
from torch.utils.data import DataLoader, Dataset, RandomSampler, Subset, SubsetRandomSampler, TensorDataset
digits = TensorDataset(torch.randn(20, 4), torch.randint(0, 3, (20,)))
train_loader = DataLoader(digits, batch_size=4, sampler=SubsetRandomSampler(range(16)))
valid_loader = DataLoader(digits, batch_size=2, sampler=SubsetRandomSampler(torch.arange(16, 20)))
mlp = nn.Linear(4, 3)
criterion = nn.CrossEntropyLoss()
"""
LOSS = """
valid_loss = 0.0
with torch.no_grad():
    for x, y in valid_loader:
        valid_loss += criterion(mlp(x), y).item() * x.size(0)
valid_loss = valid_loss / len({length})
"""
IN_A_FUNCTION = """
def evaluate(net, loader):
    size = len(loader.dataset)
    correct = 0
    with torch.no_grad():
        for x, y in loader:
            correct += (net(x).argmax(1) == y).sum().item()
    return correct / size
acc = evaluate(mlp, {loader})
"""
OWN_DATASET = """
class Rows(Dataset):
    def __init__(self, rows):
        self.rows = rows
    def __len__(self):
        return len(self.rows)
    def __getitem__(self, at):
        return self.rows[at], at % 3
train_loader = DataLoader(Rows(torch.randn(20, 4)), batch_size=4, sampler=RandomSampler(range(20), num_samples=8))
running = 0.0
for epoch in range(2):
    running = 0.0
    for x, y in train_loader:
        loss = criterion(mlp(x), y)
        running += loss.item()
    print(f"epoch {epoch}: {running / len(train_loader.dataset):.4f}")
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (LOSS.format(length="valid_loader.dataset"), "but the sampler of valid_loader gives 4"),
        (LOSS.format(length="valid_loader.dataset"), "Divide by len(valid_loader.sampler)."),
        (IN_A_FUNCTION.format(loader="train_loader"), "len(loader.dataset) is 20"),
        (OWN_DATASET, "The number of samples that it gives is len(train_loader.sampler)."),
    ],
)
def test_a_part_of_the_dataset(code: str, words: str) -> None:
    [said] = told_of_program(MADE + code)
    assert words in said


BOTH = """
seen = 0
for x, y in train_loader:
    seen += x.size(0)
for x, y in valid_loader:
    seen += x.size(0)
part = seen / len(valid_loader.dataset)
"""
FOLDS = """
right = 0
for fold in range(5):
    part = DataLoader(digits, batch_size=2, sampler=SubsetRandomSampler(range(fold * 4, fold * 4 + 4)))
    for x, y in part:
        right += (mlp(x).argmax(1) == y).sum().item()
whole = right / len(part.dataset)
"""
WEIGHT = """
kl = mlp.weight.pow(2).sum()
for x, y in train_loader:
    loss = criterion(mlp(x), y) + kl / len(train_loader.dataset)
"""


@pytest.mark.parametrize(
    "code",
    [
        LOSS.format(length="valid_loader.sampler"),
        IN_A_FUNCTION.format(loader="DataLoader(digits, batch_size=4)"),
        IN_A_FUNCTION.format(loader="DataLoader(Subset(digits, range(8)), batch_size=4)"),
        "whole = DataLoader(digits, batch_size=4, shuffle=True)\n" + IN_A_FUNCTION.format(loader="whole"),
        "whole = DataLoader(digits, 4, sampler=RandomSampler(digits))\n" + IN_A_FUNCTION.format(loader="whole"),
        BOTH,
        FOLDS,
        WEIGHT,
    ],
)
def test_all_that_the_loader_gives(code: str) -> None:
    assert told_of_program(MADE + code) == []
