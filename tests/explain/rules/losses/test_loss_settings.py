"""What a loss was made with, and class indices in the place of scores."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

START = "net = nn.Linear(4, 3)\nx, y = torch.rand(5, 4), torch.tensor([0, 1, 2, 0, 1])"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("loss_of = nn.CrossEntropyLoss(torch.ones(2))\nloss_of(net(x), y)", "has a weight of shape (2,)", ()),
        ("loss_of = nn.CrossEntropyLoss(label_smoothing=10)\nloss_of(net(x), y)", "label_smoothing is 10.", ()),
        ("loss_of = nn.CrossEntropyLoss()\nloss_of(y, net(x))", "the other way round", ["loss_of(net(x), y)"]),
        ("pred = net(x).argmax(1)\nF.cross_entropy(pred, y)", "what argmax is called on: net(x).", ()),
    ],
)
def test_what_it_was_given(code: str, said: str, fixes: list[str]) -> None:
    check(f"{START}\n{code}", said, fixes)


def test_rows_that_a_view_mixes_up() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(50, 3)
        def forward(self, x):
            return self.fc(x.view(-1, 50))

    net = Net()
    F.cross_entropy(net(torch.rand(10, 5, 5)), torch.zeros(10).long())
    """
    check(code, "with 10 rows, and gave 5. x.view(-1, 50) in Net.forward makes rows of that length")


def test_rows_that_are_the_length_of_a_sequence() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(4, 3)
        def forward(self, x):
            return self.rnn(x)[1][-1]

    net = Net()
    F.cross_entropy(net(torch.rand(10, 6, 4)), torch.zeros(10).long())
    """
    check(code, "Its layer rnn (nn.GRU) reads dim 0 as the length")


def test_weights_of_samples_where_those_of_labels_are_taken() -> None:
    code = "x, y = torch.randn(6, 4), torch.ones(6, 4)\ncriterion = nn.BCEWithLogitsLoss(weight=torch.ones(6))\n"
    said = "With one for each of the 6 rows its shape is (6, 1), as weight.unsqueeze(1) has it."
    check(code + "criterion(x, y)", said, [])


def test_a_column_of_targets_where_one_for_each_pair_is_taken() -> None:
    code = "a, b, same = torch.randn(5, 3), torch.randn(5, 3), torch.ones(5, 1)\nloss = nn.CosineEmbeddingLoss()\n"
    said = "same is (5, 1), a column, and this loss takes one target for each pair, of shape (5,)."
    check(code + "loss(a, b, same)", said, ["loss(a, b, same.squeeze(1))"])
