"""The layer for the input of a residual block, in the words of the class that makes several of them."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

BLOCK = """
class Block(nn.Module):
    def __init__(self, cin, cout{more}):
        super().__init__()
        {layers}
    def forward(self, x):
        h = self.conv2(F.relu(self.conv1(x)))
        return F.relu(h + x)
{made}
"""
TWO = "self.conv1 = nn.Conv2d(cin, cout, 3, {stride}padding=1)"
TWO += "\n        self.conv2 = nn.Conv2d({mid}, {out}, 3, padding=1)"
STACK = "net = nn.Sequential(Block(8, 8), Block(8, 20))\nnet(torch.rand(2, 8, 6, 6))"


@pytest.mark.parametrize(
    ("more", "layers", "made", "layer"),
    [
        ("", TWO.format(stride="", mid="cout", out="cout"), STACK, "nn.Conv2d(cin, cout, 1)"),
        (
            ", stride=1",
            TWO.format(stride="stride=stride, ", mid="cout", out="cout"),
            "net = nn.Sequential(Block(8, 8), Block(8, 16, 2))\nnet(torch.rand(2, 8, 6, 6))",
            "nn.Conv2d(cin, cout, 1, stride=stride)",
        ),
        (
            ", wider=2",
            TWO.format(stride="", mid="cout", out="cout * wider"),
            "net = nn.Sequential(Block(8, 4), Block(8, 8))\nnet(torch.rand(2, 8, 6, 6))",
            "nn.Conv2d(cin, cout * wider, 1)",
        ),
        (
            ", mid=3",
            "self.conv1 = nn.Sequential(nn.Conv2d(cin, mid, 1), nn.Tanh())\n"
            "        self.conv2 = nn.Conv2d(mid, cout, 1)",
            "net = nn.ModuleList([Block(8, 8), Block(8, 20)])\nx = torch.rand(2, 8, 6, 6)\nfor b in net:\n    x = b(x)",
            "nn.Conv2d(cin, cout, 1)",
        ),
    ],
)
def test_with_the_parameters_of_init(more: str, layers: str, made: str, layer: str) -> None:
    found = check(BLOCK.format(more=more, layers=layers, made=made), f"self.shortcut = {layer}, and add", [])
    assert "(8, " not in found.text.split("For the sum")[1]


def test_sizes_that_init_does_not_show() -> None:
    code = """
    def conv(cin, cout):
        return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.ReLU())
    class Block(nn.Module):
        def __init__(self, cin, cout):
            super().__init__()
            self.body = nn.Sequential(conv(cin, cout), conv(cout, cout))
        def forward(self, x):
            return self.body(x) + x
    net = nn.Sequential(Block(8, 8), Block(8, 20))
    net(torch.rand(2, 8, 6, 6))
    """
    found = check(code, "__init__ is the place for that, with the sizes that the object is made with.", [])
    assert "nn.Conv2d" not in found.text


def test_a_class_without_sizes_has_numbers() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3, padding=1)
        def forward(self, x):
            return self.conv(x) + x
    Net()(torch.rand(2, 3, 6, 6))
    """
    check(code, "In __init__, write self.shortcut = nn.Conv2d(3, 8, 1)", [])
