"""A function that computes with a tensor of the prompt, and not with what it is given."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = (
    "x = torch.ones(3)\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.layers = nn.Sequential(nn.Linear(30, 5), nn.ReLU())\n"
    "    def forward(self, {parameter}):\n        {body}\n"
    "net = Net()\nnet(torch.ones(2, 30))"
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            NET.format(parameter="input", body="return self.layers(x)"),
            "forward is given input, and x is another tensor, left over at the prompt. Write self.layers(input).",
        ),
        (
            "a = torch.ones(2, 7)\nlayer = nn.Linear(4, 1)\n"
            "def price(rides):\n    return layer(a)\nprice(torch.ones(2, 4))",
            "price is given rides, and a is another tensor, left over at the prompt. Write layer(rides).",
        ),
    ],
)
def test_the_parameter_that_nothing_reads_is_named(code: str, said: str) -> None:
    check(code, said)


def test_a_parameter_that_is_read_is_not_blamed() -> None:
    explanation = why(NET.format(parameter="input", body="return self.layers(x) + input"))
    assert "left over" not in explanation.text
