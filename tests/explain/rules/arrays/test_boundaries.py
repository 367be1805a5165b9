"""bucketize and searchsorted with other boundaries than they take."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

AGES = "ages = torch.tensor([3.0, 40.0, 70.0])\nedges = torch.tensor([18.0, 65.0])\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "torch.bucketize(ages, [18, 65])",
            "[18, 65] is a list, and torch.bucketize takes its boundaries as a tensor.",
            ["torch.bucketize(ages, torch.tensor([18, 65]))"],
        ),
        (
            "torch.searchsorted([18.0, 65.0], ages)",
            "torch.searchsorted takes its sorted_sequence as a tensor.",
            ["torch.searchsorted(torch.tensor([18.0, 65.0]), ages)"],
        ),
        (
            "torch.bucketize(ages, bins=edges)",
            "torch.bucketize has no argument bins: it is called boundaries.",
            ["torch.bucketize(ages, boundaries=edges)"],
        ),
        (
            "column = edges.unsqueeze(1)\ntorch.bucketize(ages, column)",
            "column is (2, 1), and torch.bucketize takes the boundaries as a vector, with one dim.",
            ["torch.bucketize(ages, column.flatten())"],
        ),
        ("table = torch.rand(2, 3)\ntorch.bucketize(ages, table)", "table is (2, 3)", []),
    ],
)
def test_what_is_said(code: str, said: str, fixes: list[str]) -> None:
    check(AGES + code, said, fixes)
