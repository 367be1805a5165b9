"""What a network returned, several tensors, in a function that takes one: the call is mended, not the function."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = """
class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 3), nn.Linear(8, 1)
    def forward(self, x):
        h = torch.relu(self.body(x))
        return {returned}
net = TwoHeads()
x, y = torch.rand(6, 4), torch.randint(0, 3, (6,))
"""


@pytest.mark.parametrize("returned", ["self.a(h), self.b(h)", "[self.a(h), self.b(h)]"])
@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("def cross(p, t):\n    return F.cross_entropy(p, t)\nloss = cross(net(x), y)", "cross(net(x)[0], y)"),
        (
            "def mse(p, t):\n    return ((p - t) ** 2).mean()\ndef step(o, t):\n    return mse(o, t)\n"
            "out = net(x)\nloss = step(out, torch.rand(6, 3))",
            "step(out[0], torch.rand(6, 3))",
        ),
        (
            "def cross2d(p, t):\n    n, c = p.size()\n    p = p.reshape(-1, c)\n    return F.cross_entropy(p, t)\n"
            "out = net(x)\nloss = cross2d(out, y)",
            "cross2d(out[0], y)",
        ),
        (
            "def accuracy(output, target):\n    return (output.argmax(1) == target).float().mean()\n"
            "acc = accuracy(output=net(x), target=y)",
            "accuracy(output=net(x)[0], target=y)",
        ),
    ],
)
def test_one_is_taken_out_at_the_call(returned: str, code: str, fix: str) -> None:
    said = f"takes one tensor. Take the one that is meant out at the call: {fix}."
    check(NET.format(returned=returned) + code, said, [fix])


def test_a_loss_that_is_a_module_in_a_loop() -> None:
    code = (
        "class Own(nn.Module):\n    def forward(self, p, t):\n        p = p.softmax(-1)\n"
        "        return -p[torch.arange(6), t].log().mean()\nown = Own()\n"
    )
    loop = "for epoch in range(2):\n    out = net(x)\n    loss = own({out}, y)\n    loss.backward()"
    program = NET.format(returned="self.a(h), self.b(h)") + code + loop.format(out="out")
    check(program, "own takes one tensor.", [loop.format(out="out[0]")])


def test_a_function_is_not_mended_in_one_of_two_places() -> None:
    code = "def total(v):\n    n = v.size(0)\n    return v.sum() / n\ntotal([torch.rand(3), torch.rand(3)])"
    check(code, "v is a list of 2 tensors", [])


def test_a_function_that_takes_it_once() -> None:
    code = "def total(v):\n    return v.sum()\ntotal([torch.rand(3), torch.rand(3)])"
    check(code, "v is a list of 2 tensors", ["def total(v):\n    return torch.stack(v).sum()"])
