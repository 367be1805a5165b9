"""Parts that a batch lacks: other samples have more, or the dataset has the inputs alone."""

from __future__ import annotations

from tests.explain.failing import check, runs_after, why

INPUTS = """
from torch.utils.data import TensorDataset, DataLoader
X, y = torch.randn(20, 6), torch.randint(0, 2, (20,))
dl = DataLoader(TensorDataset(X), batch_size=5)
net = nn.Linear(6, 2)
for xb, yb in dl:
    loss = F.cross_entropy(net(xb), yb)
"""
TWO_OTHERS = """
from torch.utils.data import TensorDataset, DataLoader
X, y, w = torch.randn(20, 6), torch.randint(0, 2, (20,)), torch.rand(20)
dl = DataLoader(TensorDataset(X), batch_size=5)
net = nn.Linear(6, 2)
for xb, yb in dl:
    loss = F.cross_entropy(net(xb), yb)
"""
SPLITS = """
from torch.utils.data import Dataset, DataLoader
class Notes(Dataset):
    def __init__(self, train):
        self.train = train
    def __len__(self):
        return 6
    def __getitem__(self, i):
        if self.train:
            return torch.ones(2), i
        return torch.ones(2), i, "note"
def count(loader):
    total = 0
    for x, y in loader:
        total += len(y)
    return total
n = count(DataLoader(Notes(False), batch_size=2))
"""
ASSIGNED = """
from torch.utils.data import TensorDataset, DataLoader
X, y = torch.randn(20, 6), torch.randint(0, 2, (20,))
dl = DataLoader(TensorDataset(X), batch_size=5)
for batch in dl:
    xb, yb = batch
"""


def test_the_targets_are_added() -> None:
    fix = "dl = DataLoader(TensorDataset(X, y), batch_size=5)"
    check(INPUTS, "y has as many rows: TensorDataset(X, y) gives both in each batch.", [fix])
    check(ASSIGNED, "y has as many rows: TensorDataset(X, y) gives both in each batch.", [fix])


def test_which_of_two_others_is_not_guessed() -> None:
    check(TWO_OTHERS, "Each item of dl has 1 part, and the loop has 2 names for it.", [])


def test_some_samples_have_more_parts() -> None:
    said = why(SPLITS)
    assert 'it comes to `return torch.ones(2), i, "note"`, which has 3 parts, and the loop has 2 names.' in said.text
    assert "for x, y, *rest in loader:" in said.fixes[0].code
    assert runs_after(SPLITS) == 1
