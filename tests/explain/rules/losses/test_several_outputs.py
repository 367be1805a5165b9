"""The outputs of several heads in one list, given to a loss."""

from __future__ import annotations

from tests.explain.failing import check, runs_after, why

HEADS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 7)
    def forward(self, x):
        return self.a(x), self.b(x)
net, crit = Net(), nn.CrossEntropyLoss()
outs = net(torch.randn(5, 4))
loss = crit(outs, torch.randint(0, 3, (5, 2)))
"""
ONE_TARGET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 3)
    def forward(self, x):
        return [self.a(x), self.b(x)]
net, crit = Net(), nn.CrossEntropyLoss()
loss = crit(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 0, 1]))
"""


def test_a_column_for_each_head() -> None:
    said = why(HEADS)
    assert "with a column for each of them: sum(crit(out, " in said.text, said.text
    assert runs_after(HEADS) == 1


def test_one_target_for_all_heads_is_not_guessed() -> None:
    check(ONE_TARGET, "is a list with the shapes [(5, 3), (5, 3)], and crit takes a tensor.", [])
