"""Predictions of all rows beside the targets of a batch."""

from __future__ import annotations

from tests.explain.failing import check

DATA = """
from torch.utils.data import TensorDataset, DataLoader
X, Y = torch.rand(40, 3), torch.randint(0, 2, (40,))
loader = DataLoader(TensorDataset(X, Y), batch_size=8)
"""


def test_a_forward_that_reads_the_whole_data() -> None:
    code = f"""{DATA}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x):
        return self.fc(X)
net = Net()
for x, y in loader:
    loss = F.cross_entropy(net(x), y)
"""
    check(code, "Net.forward was given x and never reads x, its argument: it computes with X.", [])


def test_a_loop_that_reads_the_whole_data() -> None:
    code = f"{DATA}net = nn.Linear(3, 2)\nfor x, y in loader:\n    loss = F.cross_entropy(net(X), y)"
    check(code, "This loop never reads x, which has 8 rows: net(X) computes with all rows of X. Write net(x).", [])
