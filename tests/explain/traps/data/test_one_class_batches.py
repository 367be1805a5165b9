"""Batches of one class each: data in the order of their classes that nobody shuffles."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, TensorDataset, random_split
X = torch.cat([torch.randn(20, 5) + c for c in range(3)])
y = torch.arange(3).repeat_interleave(20)
net = nn.Linear(5, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.5)
"""
ROWS = """
class Rows(Dataset):
    def __init__(self, x, y):
        self.x, self.labels = x, y
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return self.x[i], self.labels[i]
"""
FOLDER = """
class Folder(Dataset):
    def __init__(self):
        self.samples = [(f"{c}/{i}.png", c) for c in range(3) for i in range(20)]
        self.order = torch.randperm(60).tolist()
        self.transform = None
    def __len__(self):
        return len(self.samples)
    def __getitem__(self, index):
        LINE
        path, label = self.samples[index]
        x = torch.randn(5) + label
        if self.transform:
            x = self.transform(x)
        return x, torch.tensor(label)
"""
TRAIN = """
loader = DataLoader({dataset}, batch_size={size}{more})
def train(model, batches, optimizer):
    model.train()
    for xb, yb in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
for epoch in range(2):
    train(net, loader, opt)
"""
BINARY = """
points = torch.cat([torch.randn(30, 2) - 1, torch.randn(30, 2) + 1])
labels = torch.cat([torch.zeros(30, 1), torch.ones(30, 1)])
loader = DataLoader(TensorDataset(points, labels), batch_size=10{more})
model = nn.Linear(2, 1)
criterion = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(model.parameters())
for p, t in loader:
    opt.zero_grad()
    criterion(model(p), t).backward()
    opt.step()
"""
SLICES = """
size = 10
for epoch in range(2):
    {first}
    for i in range(0, len(X), size):
        xb, yb = X[i:i + size], y[i:i + size]
        loss = F.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
"""


def train(dataset: str = "TensorDataset(X, y)", more: str = "", size: int = 10, line: str = "pass") -> str:
    return MADE + ROWS + FOLDER.replace("LINE", line) + TRAIN.format(dataset=dataset, more=more, size=size)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            train(),
            "The samples of batches come in the order of their classes, and it does not shuffle them: 6 of its 6 "
            "batches hold one class only",
        ),
        (train(size=8), "7 of its 8 batches hold one class only"),
        (train("Rows(X, y)"), "6 of its 6 batches"),
        (train("Folder()", line="'one sample'"), "6 of its 6 batches"),
        (train("[(row, int(label)) for row, label in zip(X, y)]"), "6 of its 6 batches"),
        (train("ConcatDataset([TensorDataset(X[y == c], y[y == c]) for c in range(3)])"), "6 of its 6 batches"),
        (train("Subset(TensorDataset(X, y), range(10, 50))"), "4 of its 4 batches"),
        (MADE + BINARY.format(more=""), "Make it with shuffle=True."),
        (
            MADE + SLICES.format(first="pass"),
            "y is in the order of the classes, and the batches are cut from it as it is",
        ),
    ],
)
def test_batches_hold_one_class(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        train(more=", shuffle=True"),
        train("random_split(TensorDataset(X, y), [40, 20])[0]"),
        train("TensorDataset(X[torch.randperm(60)], y[torch.randperm(60)])"),
        train("TensorDataset(X, torch.arange(60) % 3)"),
        train("Folder()", line="index = self.order[index]"),
        train(size=60),
        train(size=40),
        train(more=", sampler=torch.utils.data.RandomSampler(range(60))"),
        MADE + BINARY.format(more=", shuffle=True"),
        MADE + "perm = torch.randperm(60)\nX, y = X[perm], y[perm]\n" + SLICES.format(first="pass"),
        MADE + SLICES.format(first="perm = torch.randperm(60); X, y = X[perm], y[perm]"),
        # no training
        MADE
        + "with torch.no_grad():\n    for xb, yb in DataLoader(TensorDataset(X, y), batch_size=10):\n"
        + "        loss = F.cross_entropy(net(xb), yb)\n",
        # a target that grows is no class
        MADE
        + "t = torch.linspace(0, 1, 60).unsqueeze(1)\nreg = nn.Linear(5, 1)\n"
        + "opt = torch.optim.SGD(reg.parameters(), lr=0.1)\n"
        + "for a, b in DataLoader(TensorDataset(X, t), batch_size=10):\n    opt.zero_grad()\n"
        + "    F.mse_loss(reg(a), b).backward()\n    opt.step()\n",
    ],
)
def test_batches_hold_several_or_nothing_is_trained(code: str) -> None:
    assert told_of_program(code) == []
