"""Sums of the means of batches that are divided by the number of samples."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
from torch.utils.data import DataLoader, TensorDataset
X, y = torch.randn({count}, 6), torch.randint(0, 3, ({count},))
dataset = TensorDataset(X, y)
loader = DataLoader(dataset, batch_size={size})
net = nn.Linear(6, 3)
loss_fn = nn.CrossEntropyLoss({reduction})
opt = torch.optim.SGD(net.parameters(), lr=0.1)
"""
TEST = """
def test(dataloader, model):
    size = len(dataloader.dataset)
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for xb, yb in dataloader:
            pred = model(xb)
            test_loss += {added}
            correct += (pred.argmax(1) == yb).float().sum().item()
    {end}
result = test(loader, net)
"""
EPOCHS = """
for epoch in range(2):
    running = 0.0
    seen = 0
    for inputs, labels in loader:
        opt.zero_grad()
        outputs = net(inputs)
        loss = {loss}
        loss.backward()
        opt.step()
        running += {added}
        seen += inputs.size(0)
    epoch_loss = running / {by}
"""
TYPED = """
total = 0
for xb, yb in loader:
    loss = F.cross_entropy(net(xb), yb)
    total = total + loss.item()
{then}
"""
LISTED = """
for epoch in range(2):
    losses = []
    for xb, yb in loader:
        loss = loss_fn(net(xb), yb)
        losses.append({added})
    print(f"{{sum(losses) / {by}:.3f}}")
"""
ATTRIBUTE = """
class Validation:
    def run(self, model, batches, criterion):
        self.loss = 0.0
        for xb, yb in batches:
            self.loss += criterion(model(xb), yb).item()
        return self.loss / {by}
validation = Validation()
value = validation.run(net, loader, loss_fn)
"""
STEP = """
class Trainer:
    def __init__(self, model, loader):
        self.model, self.loader = model, loader
        self.criterion = nn.CrossEntropyLoss()
    def loss_of(self, xb, yb):
        return self.criterion(self.model(xb), yb)
    def validate(self):
        val_loss = 0.0
        for xb, yb in self.loader:
            val_loss += self.loss_of(xb, yb).item(){times}
        val_loss /= len(self.loader.dataset)
        return val_loss
trainer = Trainer(net, loader)
score = trainer.validate()
"""


def made(code: str, *, count: int = 64, size: int = 16, reduction: str = "") -> str:
    return MADE.format(count=count, size=size, reduction=reduction) + code


def evaluation(added: str = "loss_fn(pred, yb).item()", end: str = "return test_loss / size, correct / size") -> str:
    return TEST.format(added=added, end=end)


def epochs(loss: str = "loss_fn(outputs, labels)", added: str = "loss.item()", by: str = "len(loader.dataset)") -> str:
    return EPOCHS.format(loss=loss, added=added, by=by)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            made(evaluation()),
            "loss_fn(pred, yb) is the mean over a batch, and test_loss the sum of these means: divided by size, the "
            "number of samples, it is too small. Divide by len(dataloader), the number of batches.",
        ),
        (made(evaluation(end="print(f'Avg loss: {test_loss / size:>8f}')")), "the sum of these means"),
        (made(evaluation(end="test_loss /= size\n    correct /= size\n    return test_loss")), "len(dataloader)"),
        (
            made(evaluation(end="return {'loss': test_loss / len(dataloader.dataset)}")),
            "by len(dataloader.dataset)",
        ),
        (made(epochs()), "loss_fn(outputs, labels) is the mean over a batch"),
        (made(epochs(by="len(dataset)")), "divided by len(dataset), the number of samples"),
        (made(epochs(by="len(X)")), "divided by len(X), the number of samples"),
        (made(epochs(by="seen")), "divided by seen, the number of samples"),
        (made(epochs(), count=40), "Add loss.item() * inputs.size(0) for each batch, or divide by len(loader)"),
        (
            made(epochs(loss="((outputs[:, 0] - labels) ** 2).mean()")),
            "- labels) ** 2).mean() is the mean",
        ),
        (made(TYPED.format(then="average = total / len(loader.dataset)")), "F.cross_entropy(net(xb), yb) is the mean"),
        (made(LISTED.format(added="loss.item()", by="len(loader.dataset)")), "and sum(losses) the sum of these means"),
        (made(ATTRIBUTE.format(by="len(batches.dataset)")), "and self.loss the sum of these means"),
        (made(STEP.format(times="")), "self.criterion(self.model(xb), yb) is the mean"),
    ],
)
def test_means_are_divided_by_the_samples(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        made(evaluation(), reduction='reduction="sum"'),
        made(evaluation(added="loss_fn(pred, yb).sum().item()"), reduction='reduction="none"'),
        made(evaluation(added="loss_fn(pred, yb).item() * xb.size(0)")),
        made(evaluation(added="F.cross_entropy(pred, yb, reduction='sum').item()")),
        made(evaluation(end="return test_loss / len(dataloader), correct / size")),
        made(evaluation(end="return test_loss / size * 16")),
        made(evaluation(), size=1),
        made(epochs(by="len(loader)")),
        made(epochs(added="loss.item() * len(inputs)", by="seen")),
        made(epochs(loss="F.cross_entropy(outputs, labels, reduction='sum')")),
        made(epochs(by="len(loader)"), count=40),
        made(TYPED.format(then="total *= loader.batch_size\naverage = total / len(dataset)")),
        made(TYPED.format(then="average = total / len(loader)")),
        made(STEP.format(times=" * len(xb)")),
        made(LISTED.format(added="loss.item()", by="len(losses)")),
        made(LISTED.format(added="loss.item() * len(xb)", by="len(loader.dataset)")),
        made(ATTRIBUTE.format(by="len(batches)")),
        made(
            "total = 0.0\nfor row, label in dataset:\n    total += loss_fn(net(row), label).item()\n"
            "mean = total / len(dataset)"
        ),
    ],
)
def test_means_are_divided_by_their_number(code: str) -> None:
    assert told_of_program(code) == []
