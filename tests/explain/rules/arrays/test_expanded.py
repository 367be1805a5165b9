"""Writing into a tensor that expand() made."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "grid = torch.zeros(1, 4).expand(3, 4)\ngrid += 1",
            "grid is (3, 4), and several of its elements are one place in memory, as after expand()",
            ["grid = grid + 1"],
        ),
        (
            "def shifted(x):\n    pos = torch.arange(5.0).expand(3, -1)\n    pos += x\n    return pos\n"
            "shifted(torch.rand(3, 5))",
            "Make it with torch.arange(5.0).expand(3, -1).clone().",
            ["def shifted(x):\n    pos = torch.arange(5.0).expand(3, -1)\n    pos = pos + x\n    return pos"],
        ),
        (
            "mask = torch.ones(1, 5).expand(3, 5)\nmask[:, 1:] = torch.rand(3, 4)",
            "mask.clone() has a place for each.",
            [],
        ),
        ("row = torch.ones(5).expand(3, 5)\nrow.mul_(2)", "", ["row = row.clone().mul_(2)"]),
    ],
)
def test_what_is_said(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


def test_a_mask_that_is_written_through_itself() -> None:
    code = "left = torch.tensor([True, True, False])\nleft[left] = torch.tensor([False, True])"
    fix = "left[left.clone()] = torch.tensor([False, True])"
    check(code, "left is the index and is written to at once", [fix])
