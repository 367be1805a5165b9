"""``out = x`` and ``out += …`` in a forward: one tensor under two names, which a backward pass needs as it was."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, session

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
    def forward(self, x):
        x = torch.sigmoid(x * 2)
        out = {start}
        for layer in self.body:
            {change}
        return out

net = Net()
loss = net(torch.rand(2, 4, requires_grad=True)).sum()
loss.backward()
"""


@pytest.mark.parametrize("change", ["out += torch.tanh(layer(x))", "out -= layer(x).relu()"])
def test_the_two_names_are_told_of(change: str) -> None:
    op, value = change.split(" ", 2)[1][0], change.split(" ", 2)[2]
    anew = f"out = out {op} {value}"
    check(NET.format(start="x", change=change), f"Write `{anew}`, which makes a new tensor.", [])
    live = session()
    assert all(each.error is None for each in live.run(NET.format(start="x", change=anew)))


def test_a_copy_is_no_second_name() -> None:
    live = session()
    code = NET.format(start="x.clone()", change="out += torch.tanh(layer(x))")
    assert all(each.error is None for each in live.run(code))
