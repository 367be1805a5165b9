"""Integers that are tokens, labels or positions: .float() would run, and is not what was meant."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

EMBEDDED = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 6)
        self.fc = nn.Linear(6, 2)
    def forward(self, ids):
        e = self.emb(ids)
        return self.fc(ids)
net = Reader()
net(torch.zeros(3, 6, dtype=torch.long))
"""
PAIRS = """
data = torch.utils.data.TensorDataset(torch.{first}, torch.{second})
net = nn.Linear(4, 1)
for a, b in torch.utils.data.DataLoader(data, batch_size=2):
    out = net(a)
"""


def test_the_vectors_of_an_embedding_are_meant() -> None:
    cls, *_ = EMBEDDED.strip().partition("net = Reader()")
    said = "`e = self.emb(ids)` has made a vector of each index in ids, and self.fc takes those: e."
    check(EMBEDDED, said, [f"{cls.replace('self.fc(ids)', 'self.fc(e)')}\nnet = Reader()"])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "lstm = nn.LSTM(4, 3)\ninput_ids = torch.randint(0, 9, (2, 3, 4))\nlstm(input_ids)",
            "If input_ids holds indices, such as the tokens of a text, their size means nothing",
        ),
        (
            "net = nn.Linear(3, 1)\nx = torch.randn(3, 3)\nlabels = torch.tensor([0, 1, 1])\nnet(labels)",
            "If labels is the target, which the loss compares with the output, give net the input in its place.",
        ),
        ("w = torch.rand(3, 3)\nids = torch.ones(3, 3).long()\nw @ ids", "w is float32 and ids is int64"),
        (
            "ids = torch.tensor([1, 2])\nids.requires_grad_()",
            "Of indices, an nn.Embedding makes vectors: its output is what a gradient can be computed for",
        ),
    ],
)
def test_indices_stay_integers(code: str, said: str) -> None:
    check(code, said, [])


def test_a_dataset_that_gives_the_target_first() -> None:
    code = PAIRS.format(first="ones(4, 4).long()", second="rand(4, 4)")
    check(code, "b is float32 and has the same shape. If the data gives the target first", [])


def test_integers_that_are_the_input_of_a_regression_are_converted() -> None:
    code = PAIRS.format(first="ones(4, 4).long()", second="rand(4, 1)")
    loop = "for a, b in torch.utils.data.DataLoader(data, batch_size=2):\n    out = net(a.float())"
    check(code, "a is int64", [loop])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "F.mse_loss(scores.argmax(1), y)",
            "For class indices, the loss is F.cross_entropy(scores, target): it takes the scores as they are.",
        ),
        (
            "best = scores.argmax(1)\nF.softmax(best, 0)",
            "F.softmax computes with what argmax() is called on, the scores",
        ),
    ],
)
def test_no_loss_of_positions(line: str, said: str) -> None:
    check(f"scores = torch.randn(4, 3)\ny = torch.tensor([0, 1, 2, 1])\n{line}", said, [])


@pytest.mark.parametrize("line", ["F.softmax(value, 0)", "scores.gather(1, index)"])
def test_values_and_indices_in_the_wrong_order(line: str) -> None:
    code = f"scores = torch.randn(4, 3)\nindex, value = scores.max(1, keepdim=True)\n{line}"
    check(code, "gives the values first and then their indices: value holds the indices, and index the values.", [])


def test_integers_given_to_a_transformer_are_indices() -> None:
    code = "layer = nn.TransformerEncoderLayer(16, 4, batch_first=True)\nx = torch.randint(0, 10, (2, 16))\nlayer(x)"
    check(code, "an nn.Embedding looks up a vector for each", [])


LOADER = """
from torch.utils.data import DataLoader, TensorDataset
net = nn.Linear(4, 3)
loader = DataLoader(TensorDataset(torch.ones(8, 4), torch.zeros(8).long()), batch_size=4)
"""


def test_one_index_for_each_row_of_the_other_name_of_the_loop() -> None:
    """The batch happens to be as long as a row: converted, the labels would run through the layer."""
    said = "x has one number for each row of y, which is float32. If the data gives the target first"
    check(LOADER + "for y, x in loader:\n    net(x)", said, [])
    check(LOADER + "for x, y in loader:\n    net(y)", "If y is the target", [])


def test_a_text_of_integers_is_made_of_indices() -> None:
    check("text = torch.randint(0, 50, (4, 3))\nnn.Linear(3, 2)(text)", "an nn.Embedding looks up a vector", [])
