"""A new leaf of the value of a loss goes backward: it runs, and nothing is trained."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program as told

HEAD = """\
from torch.autograd import Variable
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x):
        out = self.fc(x)
        {cut}
        return out

net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(4, 3), torch.tensor([0, 1, 1, 0])
def accuracy(scores):
    return (scores.argmax(1) == y).float().mean().item()

"""
LOOP = """\
for epoch in range(3):
    opt.zero_grad()
    scores = net(x)
    loss = F.cross_entropy(scores, y)
    right = accuracy(scores)
    {again}
    loss.backward()
    opt.step()
"""


@pytest.mark.parametrize(
    "again",
    [
        "loss = Variable(loss, requires_grad=True)",
        "loss = torch.tensor(loss.item(), requires_grad=True)",
        "loss = torch.autograd.Variable(loss.data, requires_grad=True)",
        "loss = loss.detach().requires_grad_(True)",
    ],
)
def test_the_leaf_is_told_of_with_what_cut_the_graph_off(again: str) -> None:
    [said] = told(HEAD.format(cut="out = out.data") + LOOP.format(again=again))
    assert again.removeprefix("loss = ") + " makes a new leaf" in said
    assert ".data in `out = out.data` of forward() as well" in said


def test_an_accuracy_in_the_same_loop_is_no_cause() -> None:
    [said] = told(HEAD.format(cut="pass") + LOOP.format(again="loss = Variable(loss, requires_grad=True)"))
    assert "accuracy" not in said
    assert "compute loss with operations on tensors all the way" in said


@pytest.mark.parametrize("again", ["loss = loss * 1", "loss.requires_grad_(True)", "shown = loss.detach()"])
def test_a_loss_with_its_graph_is_not_told_of(again: str) -> None:
    assert not [each for each in told(HEAD.format(cut="pass") + LOOP.format(again=again)) if "leaf" in each]


def test_a_leaf_that_is_optimized_itself_is_not_told_of() -> None:
    code = """\
for k in range(3):
    w = torch.tensor(2.0, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    w.backward()
    opt.step()
"""
    assert not told(code)
