"""A fix in a function or class is held against what comes after it, and against the other calls."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 3)

    def forward(self, row):
        return self.fc(row)

scorer = Scorer()
"""


def test_a_column_is_not_flattened_in_forward() -> None:
    """(5, 1) is five rows; flattening it in forward would ruin every batch."""
    check(NET + "marks = torch.rand(5, 1)\ns = scorer(marks)", "it has to be one row, (1, 5): marks.T.")
    check("net = nn.Sequential(nn.Linear(3, 2))\nheights = torch.rand(3, 1)\nnet(heights)", "in_features=1")


def test_no_whole_batch_is_flattened_in_forward() -> None:
    code = NET.replace("Linear(5, 3)", "Linear(6, 3)") + "table = torch.rand(2, 3)\ns = scorer(table)"
    assert not [fix for fix in why(code).fixes if "flatten()" in fix.code]


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("a, b = torch.rand(1, 4, 4), torch.rand(3, 4, 4)\ntorch.stack([a, b])", "torch.cat([a, b], dim=0)"),
        ("a, b = torch.rand(1, 7), torch.rand(6, 7)\ntorch.stack((a, b))", "torch.cat((a, b), dim=0)"),
        ("a, b = torch.rand(2, 7), torch.rand(6, 7)\ntorch.stack((a, b), dim=0)", "torch.cat((a, b), dim=0)"),
    ],
)
def test_planes_are_joined_and_not_filled_up(code: str, fix: str) -> None:
    check(code, "torch.cat joins them along that dim", [fix])


def test_clips_may_be_joined_or_filled_up() -> None:
    check("a, b = torch.rand(5, 3, 8), torch.rand(6, 3, 8)\ntorch.stack([a, b])", "pad_sequence fills the shorter")


def test_an_assigned_value_the_other_way_round() -> None:
    code = "grid = torch.zeros(3, 8)\nwhere = torch.tensor([1, 4])\nv = torch.rand(2, 3)\ngrid[:, where] = v"
    check(code, "The two dims are the other way round", ["grid[:, where] = v.T"])


def test_positions_in_bytes_are_read_as_a_mask() -> None:
    code = """
    q = torch.zeros(5, 3)
    rows, picked = torch.arange(5), torch.tensor([2, 0, 1, 1, 2], dtype=torch.uint8)
    q[rows, picked] = 1.0
    """
    check(code, "picked is uint8", ["q[rows, picked.long()] = 1.0"])
    outside = code.replace("[2, 0, 1, 1, 2]", "[2, 0, 1, 1, 9]")
    check(outside, "read as a mask, not as positions")


def test_a_mask_before_the_view() -> None:
    code = """
    def kept(scores, free):
        flat = scores.flatten() * 2
        flat[free] = -1.0   # not these
        flat = flat.reshape(2, 3)
        return flat.max(1).values

    kept(torch.rand(2, 3), torch.rand(2, 3) > 0.5)
    """
    fix = (
        "def kept(scores, free):\n    flat = scores.flatten() * 2\n    flat = flat.reshape(2, 3)\n"
        "    flat[free] = -1.0   # not these\n    return flat.max(1).values"
    )
    check(code, "`flat = flat.reshape(2, 3)`, which comes after this line", [fix])
    check(code.replace("reshape(2, 3)", "reshape(3, 2)"), "a mask needs the same sizes")


def test_a_dim_of_one_is_left_when_the_others_are_permuted() -> None:
    code = "strip = torch.rand(4, 6, 1, 9)\nstrip.permute(0, 2, 1)"
    check(code, "Dim 2 has size 1", ["strip.squeeze(2).permute(0, 2, 1)"])
    grey = "images = torch.rand(4, 1, 8, 9)\nimages.permute(1, 2, 0)"
    assert "squeeze" not in why(grey).text


def test_a_layer_assigned_twice() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(8, 16)
            self.fc2 = nn.Linear(16, 16)
            self.fc2 = nn.Linear(4, 2)

        def forward(self, x):
            return self.fc2(torch.relu(self.fc2(self.fc1(x))))

    net = Net()
    net(torch.rand(3, 8))
    """
    check(code, "Net.__init__ assigns self.fc2 twice: `self.fc2 = nn.Linear(4, 2)` takes the place of")


def test_both_sides_of_a_map() -> None:
    code = """
    class Cats(nn.Module):
        def __init__(self, width=2):
            super().__init__()
            self.conv = nn.Conv2d(1, 2 * 2, 3, padding=1)
            self.out = nn.Linear(7 * 7 * width * 2, 3)

        def forward(self, x):
            return self.out(self.conv(x).flatten(1))

    cats = Cats()
    cats(torch.rand(2, 1, 14, 14))
    """
    assert "nn.Linear(14 * 14 * width * 2, 3)" in why(code).text
