"""A whole batch in one row, and columns that were joined one behind the other."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 3)
    def forward(self, x):
        x = {flat}
        return self.fc(x)

net = Net()
"""


@pytest.mark.parametrize("flat", ["x.flatten()", "x.view(-1)", "x.reshape(-1)", "torch.flatten(x)"])
def test_the_batch_is_flattened_too(flat):
    said = f"{flat} puts the numbers of all examples into one row: x.flatten(1) keeps a row for each."
    mended = NET.format(flat="x.flatten(1)").strip()
    check(NET.format(flat=flat) + "net(torch.rand(5, 1, 4, 4))", said, [mended])


def test_at_the_prompt():
    code = "net = nn.Linear(16, 3)\nx = torch.rand(5, 4, 4)\nnet(x.flatten())"
    check(code, "x.flatten(1) keeps a row for each", ["net(x.flatten(1))"])
    code = "net = nn.Linear(16, 3)\nx = torch.rand(5, 4, 4)\nflat = x.view(-1)\nnet(flat)"
    check(code, "x.flatten(1) keeps a row for each", ["net(x.flatten(1))"])


def test_one_dim_has_no_rows_to_keep():
    assert "all examples" not in why("net = nn.Linear(4, 3)\nwav = torch.rand(12)\nnet(wav.view(-1))").text


FLATTENS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear({}, 3)
    def forward(self, x):
        return self.fc(x.flatten(1))

net = Net()
"""


def test_one_image_whose_rows_are_taken_for_examples():
    code = FLATTENS.format(16) + "img = torch.rand(4, 4)\nnet(img)"
    check(code, "if it is one example, net(img.unsqueeze(0)) makes a batch of it", ["net(img.unsqueeze(0))"])


def test_rows_of_another_number_are_examples():
    code = FLATTENS.format(12) + "x = torch.rand(4, 4)\nnet(x)"
    assert "one example" not in why(code).text


def test_columns_one_behind_the_other():
    code = "net = nn.Linear(2, 3)\nx, t = torch.rand(5), torch.rand(5)\nnet(torch.cat([x, t]))"
    check(code, "with 2 numbers in each row, they are torch.stack([x, t], dim=1)", ["net(torch.stack([x, t], dim=1))"])
