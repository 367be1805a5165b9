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


def test_a_name_that_was_given_to_a_sequential_adds_a_layer():
    check(
        "net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))\nnet.fc = nn.Linear(8, 3)\n"
        "net(torch.randn(1, 4))",
        "net.fc came behind the last, and took the place of none. The last nn.Linear before it is net[2]",
        [],
    )


def test_a_layer_norm_over_another_dim_has_two_readings():
    check(
        "x = torch.randn(4, 10, 16)\nln = nn.LayerNorm(10)\nln(x)",
        "If its features are in the last dim, ln is to be made for 16.",
        ["ln(x.transpose(1, 2)).transpose(1, 2)"],
    )
