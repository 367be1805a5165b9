"""States that a network makes for another batch than it is given."""

from __future__ import annotations

from tests.explain.failing import check

NET = """
class Net(nn.Module):
    def __init__(self, batch_size):
        super().__init__()
        self.batch_size, self.lstm = batch_size, nn.LSTM(3, 8, batch_first=True)
        {init}
    def forward(self, x):
        {make}
        out, _ = self.lstm({given})
        return out

net = Net(16)
"""
CALL = "y = net(torch.rand(5, 4, 3))"


def test_states_made_in_forward_for_a_fixed_batch() -> None:
    make = "h, c = torch.zeros(1, {size}, 8), torch.zeros(1, {size}, 8)"
    parts = {"init": "pass", "given": "x, (h, c)"}
    code = NET.format(make=make.format(size="self.batch_size"), **parts) + CALL
    fix = NET.format(make=make.format(size="x.size(0)"), **parts).strip()
    check(code, "The batch is x.size(0): in Net.forward, write", [fix])


def test_zeros_made_elsewhere_are_left_out() -> None:
    init = "self.h = torch.zeros(1, batch_size, 8), torch.zeros(1, batch_size, 8)"
    code = NET.format(init=init, make="pass", given="x, self.h") + CALL
    fix = NET.format(init=init, make="pass", given="x").strip()
    check(code, "These are zeros, with which self.lstm begins where it is given no state: self.lstm(x)", [fix])
