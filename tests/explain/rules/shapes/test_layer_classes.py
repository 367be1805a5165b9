"""A layer of a class, made for another kind of input."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

CLASS = """
class Net(nn.Module):
    def __init__(self, d=8, length=5):
        super().__init__()
        self.layer = {layer}
    def forward(self, x):
        return self.layer(x)

net = Net()
net(torch.rand({shape}))
"""


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        ("nn.BatchNorm2d(8)", "4, 8", "For an input of 2 dims it is nn.BatchNorm1d(8)."),
        ("nn.BatchNorm1d(8)", "4, 8, 3, 3", "In Net.__init__, write nn.BatchNorm2d(8)."),
        ("nn.LayerNorm(length)", "4, 5, 8", "In Net.__init__, write nn.LayerNorm(d)."),
        ("nn.Linear(length, 2)", "4, 8", "In Net.__init__, write nn.Linear(d, 2)."),
    ],
)
def test_the_class_is_written_anew(layer: str, shape: str, said: str) -> None:
    code = CLASS.format(layer=layer, shape=shape)
    assert said in why(code).text
    assert runs_after(code) == 1


def test_series_of_single_numbers() -> None:
    check(
        "r = nn.LSTM(1, 3, batch_first=True)\nx = torch.rand(6, 5)\nr(x)",
        "x is (6, 5), and with two dims",
        ["r(x.unsqueeze(-1))"],
    )


def test_text_for_a_convolution() -> None:
    check(
        "conv = nn.Conv1d(5, 2, 3)\nx = torch.rand(6, 4, 5)\nconv(x)", "it has 4 channels", ["conv(x.permute(0, 2, 1))"]
    )
