"""An nn.Sequential that hands maps to a Linear: nn.Flatten() before it."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

SEQ = "nn.Sequential(\n    nn.Conv2d(1, 4, 3),\n    nn.ReLU(),\n    nn.Linear({size}, 2),\n)\n"
CLASS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Linear(4 * 6 * 6, 2))
    def forward(self, x):
        return self.net(x)

net = Net()
"""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("net = " + SEQ.format(size="4 * 6 * 6"), "    nn.Flatten(),\n    nn.Linear(4 * 6 * 6, 2),"),
        ("net = " + SEQ.format(size=144), "    nn.Flatten(),\n    nn.Linear(144, 2),"),
        ("net = " + SEQ.format(size="4 * 7 * 7"), "    nn.Flatten(),\n    nn.Linear(144, 2),"),
        (CLASS, "nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 2))"),
    ],
)
def test_flatten_in_its_place(code: str, line: str) -> None:
    explanation = why(code + "net(torch.rand(3, 1, 8, 8))")
    assert "flattens the maps: nn.Flatten() in front of it makes one row of 144 numbers" in explanation.text
    [fix] = explanation.fixes
    assert line in fix.code


def test_the_optimizer_gets_the_new_parameters() -> None:
    code = "net = " + SEQ.format(size=144) + "opt = torch.optim.Adam(net.parameters())\n"
    [fix] = why(code + "net(torch.rand(3, 1, 8, 8))").fixes
    assert fix.code.endswith("\nopt = torch.optim.Adam(net.parameters())")


def test_one_image_is_made_a_batch_where_the_network_is_called() -> None:
    explanation = why("""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
    def forward(self, x):
        return self.bn(self.conv(x))

net = Net()
image = torch.rand(3, 8, 8)
out = net(image)
""")
    assert "net(image.unsqueeze(0)) makes a batch of one." in explanation.text
    assert [fix.code for fix in explanation.fixes] == ["net(image.unsqueeze(0))"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            "emb = nn.Embedding(5, 2)",
            "take 5 in its place, and make the table with one row more, nn.Embedding(6, 2, padding_idx=5).",
        ),
        (
            "emb = nn.Embedding(5, 2, padding_idx=0)",
            "row 0 of this table is the one for padding (padding_idx=0): pad with it.",
        ),
    ],
)
def test_padding_has_a_row_that_nothing_else_uses(made: str, said: str) -> None:
    assert said in why(f"{made}\nemb(torch.tensor([0, 4, -1]))").text


def test_flattened_already_is_not_said_to_be_missing():
    code = "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU())\nnet(torch.rand(8, 1, 32, 32))"
    explanation = why(code)
    assert "Nothing before" not in explanation.text
    assert "nn.Linear(1024, 16)" in explanation.fixes[0].code
