"""A class of the learner's that is given more than its __init__ takes."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = """
class Net(nn.Module):
    def __init__(self{parameters}):
        super().__init__()
        self.fc = nn.Linear(4, 2)
    def forward(self, x):
        return self.fc(x)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            NET.format(parameters="") + "Net(4)",
            "The __init__ of Net has no parameter besides self, and Net(4) gives it 4.",
        ),
        (
            NET.format(parameters="") + "Net(4)",
            "Net() makes the network with the sizes that stand in it. To set them from outside",
        ),
        (NET.format(parameters=", hidden") + "Net(4, 8)", "takes hidden, and Net(4, 8) gives one value more: 8."),
        (NET.format(parameters=", hidden") + "Net(4, 8, 16)", "gives 2 values more: 8 and 16."),
        (
            "class Net(nn.Module):\n    def forward(self, x):\n        return x\nNet(4)",
            "Net has no __init__ of its own that could take 4.",
        ),
        ("class Net(nn.Module):\n    def _init_(self, n):\n        pass\nNet(4)", "Net has a method _init_"),
        ("class Config:\n    lr = 0.1\nConfig(0.2)", "Config has no __init__ of its own that could take 0.2."),
        (
            "class Config:\n    def __init__(self):\n        pass\nConfig(0.2)",
            "It is made with Config(). To set something from outside, __init__ needs a parameter.",
        ),
    ],
)
def test_what_is_said(code: str, said: str) -> None:
    check(code, said, [])


def test_an_input_is_not_a_setting() -> None:
    check(NET.format(parameters="") + "x = torch.rand(2, 4)\nNet(x)", "the input goes into that: Net()(x).", [])
