"""Normalization over one value, groups and dropout, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "bn = nn.BatchNorm1d(8)\nx = torch.rand(1, 8)\nbn(x)",
            "In train mode bn (BatchNorm1d) computes mean and spread over the batch, and what reaches it is (1, 8):",
            ["bn.eval()\nbn(x)"],
        ),
        (
            "net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU())\nnet(torch.rand(1, 4))",
            "In train mode net[1] (BatchNorm1d) computes mean and spread over the batch, and what "
            "reaches it is (1, 8):",
            ["net.eval()\nnet(torch.rand(1, 4))"],
        ),
        (
            "bn = nn.BatchNorm2d(8)\nx = torch.rand(1, 8, 1, 1)\nbn(x)",
            "In train mode bn (BatchNorm2d) computes mean and spread over the batch, and what "
            "reaches it is (1, 8, 1, 1):",
            ["bn.eval()\nbn(x)"],
        ),
        (
            "bn = nn.InstanceNorm2d(3)\nx = torch.rand(2, 3, 1, 1)\nbn(x)",
            "bn (InstanceNorm2d) computes a mean for each channel of each image, and what reaches it is (2, 3, 1, 1):",
            [],
        ),
        (
            "gn = nn.GroupNorm(3, 8)\n",
            "Each group has the same number of channels, and 8 channels are not divisible by "
            "num_groups=3. These numbers of groups would do: 1, 2, 4, 8.",
            ["nn.GroupNorm(2, 8)", "nn.GroupNorm(4, 8)"],
        ),
        (
            "gn = nn.GroupNorm(2, 8)\nx = torch.rand(2, 6, 4)\ngn(x)",
            "gn was made for 8 channels (num_channels=8), and what reaches it is (2, 6, 4): dim 1 is 6.",
            [],
        ),
        (
            "drop = nn.Dropout(1.5)\n",
            "p is the share of the numbers that dropout sets to 0: from 0 to 1, not 1.5.",
            [],
        ),
        (
            "class Net(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.bn = nn.BatchNorm1d(8)\n"
            "    def forward(self, x):\n"
            "        return self.bn(x)\n"
            "\n"
            "net = Net()\n"
            "for i in range(3):\n"
            "    out = net(torch.rand(1, 8))",
            "In train mode self.bn (BatchNorm1d) computes mean and spread over the batch, and what "
            "reaches it is (1, 8):",
            [],
        ),
        (
            "from torch.utils.data import DataLoader, TensorDataset\n"
            "feed = DataLoader(TensorDataset(torch.randn(9, 4)), batch_size=4)\n"
            "mlp = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU())\n"
            "for (rows,) in feed:\n"
            "    act = mlp(rows)",
            "In train mode mlp[1] (BatchNorm1d) computes mean and spread over the batch, and what "
            "reaches it is (1, 8):",
            [],
        ),
        (
            "nn.Dropout(50)",
            "p is the share of the numbers that dropout sets to 0: from 0 to 1, not 50. 50 percent is p=0.5.",
            ["nn.Dropout(0.5)"],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)


def test_the_number_of_channels_is_not_taken_for_that_of_groups() -> None:
    """``GroupNorm(8, cout)`` with one channel: in the other order it runs, for eight channels."""
    code = "def block(cout):\n    return nn.GroupNorm(8, cout)\nblock(1)"
    said = check(code, "there is one channel for 8 groups", []).text
    assert "In that order" not in said


def test_groups_and_channels_the_other_way_round() -> None:
    check("nn.GroupNorm(64, 8)", "In that order: nn.GroupNorm(8, 64).", ["nn.GroupNorm(8, 64)"])
