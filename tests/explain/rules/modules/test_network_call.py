"""A network that is handed over, a list of layers that is called."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

START = "net = nn.Linear(4, 2)\nloss_of = nn.MSELoss()\nx, y = torch.rand(3, 4), torch.rand(3, 2)"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (f"{START}\nloss_of(net, y)", "net is the network itself (Linear)", ["loss_of(net(x), y)"]),
        (f"{START}\nloss = loss_of(net(x), y)\nloss_of.backward()", "Write loss.backward().", ["loss.backward()"]),
        (f"{START}\nnn.init.ones_(net)", "net.weight is one", ["nn.init.ones_(net.weight)"]),
        (
            "layers = [nn.Linear(4, 4)]\nx = torch.rand(2, 4)\nx = layers(x)",
            "only holds the layers",
            ["for layer in layers:\n    x = layer(x)"],
        ),
        ("pool = nn.MaxPool2d(2)\nx, i = pool(torch.rand(1, 1, 4, 4))", "nn.MaxPool2d(2, return_indices=True)", ()),
        ("net = nn.Sequential(nn.ReLU(), nn.Tanh())\nnet[2]", "net has 2 layers, numbered 0 to 1.", ()),
        (
            "def init(m):\n    return m\n\nnet = nn.Linear(4, 2)\nnet.apply(init())",
            "given without ()",
            ["net.apply(init)"],
        ),
    ],
)
def test_what_is_called(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)
