"""Lists that a loader makes of a list for each sample."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, why

PARTS = """
from torch.utils.data import Dataset, DataLoader
class D(Dataset):
    def __init__(self):
        self.rows = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [1.0, 1.0, 1.0]]
        self.y = [0, 1, 0, 1]
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return self.rows[i], self.y[i]
net = nn.Linear(3, 2)
loader = DataLoader(D(), batch_size=2)
for xb, yb in loader:
    out = net(xb)
"""
KEYS = """
from torch.utils.data import Dataset, DataLoader
class D(Dataset):
    rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]]
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return {"ids": self.rows[i]}
loader = DataLoader(D(), batch_size=2)
for batch in loader:
    ids = batch["ids"].to("cpu")
"""
STEPS = """
hs = [torch.randn(2, 8) for _ in range(5)]
out = nn.Linear(8, 3)(hs)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (PARTS, "With torch.tensor(self.rows[i]) there it is one tensor, with a row for each sample."),
        (KEYS, "D.__getitem__ gives self.rows[i], a list, and the loader makes a tensor for each place of it."),
    ],
)
def test_a_row_for_each_sample(code: str, said: str) -> None:
    assert said in why(code).text, why(code).text


def test_steps_are_stacked() -> None:
    assert "torch.stack joins tensors of one shape" in why(STEPS).text
    assert runs_after(STEPS) == 2
