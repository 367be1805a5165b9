"""A network made for other classes than the data have, and one that is given a fixed batch size."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
class Net(nn.Module):
    def __init__(self, width=3, classes=100):
        super().__init__()
        self.fc = nn.Linear(width, classes)
    def forward(self, x):
        return self.fc(x)

"""


def test_weights_for_the_classes_of_the_data() -> None:
    code = NET + "net = Net(3)\nx, y = torch.randn(4, 3), torch.tensor([0, 1, 1, 0])\nw = torch.tensor([0.2, 0.8])\n"
    check(code + "loss = F.cross_entropy(net(x), y, weight=w)", "net = Net(3, classes=2)", ["net = Net(3, classes=2)"])


def test_classes_that_the_network_has_no_output_for() -> None:
    code = "net, w = nn.Linear(4, 2), torch.ones(3)\nx, y = torch.randn(3, 4), torch.tensor([0, 1, 2])\n"
    code += "crit = nn.CrossEntropyLoss(weight=w)\n"
    check(code + "crit(net(x), y)", "the network needs an output for each of the 3.", [])
    code = NET + "net, w = Net(4, 2), torch.ones(3)\n" + "x, y = torch.randn(3, 4), torch.tensor([0, 1, 2])\n"
    code = code.replace("net, w = Net(4, 2), torch.ones(3)", "net = Net(4, 2)\nw = torch.ones(3)")
    check(code + "F.cross_entropy(net(x), y, weight=w)", "Write net = Net(4, 3).", ["net = Net(4, 3)"])


def test_columns_for_the_indices_that_are_gathered() -> None:
    code = NET + "net = Net(3, 10)\ni = torch.tensor([[0], [11]])\nout = net(torch.randn(2, 3))\n"
    check(code + "out.gather(1, i)", "If 11 is a right index, it needs a column for it: net = Net(3, 12).", [])


def test_the_size_of_the_last_batch() -> None:
    explanation = why("""
class Grid(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
    def forward(self, x, size):
        rows = torch.zeros(size, 3)
        rows[: len(x)] = x
        return self.fc(rows)

net, size = Grid(), 4
batches = [(torch.randn(n, 3), torch.zeros(n, dtype=torch.long)) for n in (4, 4, 2)]
for x, y in batches:
    out = net(x, size)
    loss = F.cross_entropy(out, y)
""")
    assert "x.size(0) is right for the last batch too." in explanation.text
    [fix] = explanation.fixes
    assert "out = net(x, x.size(0))" in fix.code


CLASSES = """
class Sentiment(nn.Module):
    def __init__(self, words, n_out=2):
        super().__init__()
        self.emb = nn.Embedding(words, 12)
        self.fc = nn.Linear(12, n_out)
    def forward(self, ids):
        return self.fc(self.emb(ids).mean(1))
model = Sentiment(20)
ids, y = torch.randint(0, 20, (4, 3)), torch.tensor([2, 0, 1, 2])
"""


@pytest.mark.parametrize(
    ("known", "fixes"),
    [
        ('polarity = {"negative": 0, "neutral": 1, "positive": 2}\n', ["model = Sentiment(20, n_out=3)"]),
        ("num_classes = 3\n", ["model = Sentiment(20, n_out=3)"]),
        ("", []),  # there may be more classes than these
    ],
)
def test_the_targets_have_more_classes(known: str, fixes: list[str]) -> None:
    said = "For the classes 0 to 2 it is `model = Sentiment(20, n_out=3)`."
    check(f"{known}{CLASSES}loss = F.cross_entropy(model(ids), y)", said, fixes)
