"""Normalization of one example in a loop over a loader: why there is one is known from the loader."""

from __future__ import annotations

from tests.explain.failing import check

NET = """\
from torch.utils.data import DataLoader, TensorDataset
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.bn = nn.Linear(3, 4), nn.BatchNorm1d(4)
    def forward(self, x):
        return self.bn(self.fc(x))

net = Net()
"""


def test_batches_of_one_are_the_loaders_setting() -> None:
    code = NET + "loader = DataLoader(TensorDataset(torch.rand(6, 3)), batch_size=1)\nfor (x,) in loader:\n    net(x)"
    text = check(code, "loader was made with batch_size=1: make it with batch_size=2 or more", []).text
    assert "The last batch" not in text


def test_the_last_batch_is_told_of_in_the_forward_too() -> None:
    code = NET + "loader = DataLoader(TensorDataset(torch.rand(5, 3)), batch_size=2)\nfor (x,) in loader:\n    net(x)"
    check(code, "The last batch of loader has one example: DataLoader(…, drop_last=True)", [])
