"""Tensors with different numbers of dims, joined."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "inputs = torch.ones(4, 2)\ntorch.cat([torch.ones(4), inputs], dim=1)",
            "torch.ones(4) is (4,) and inputs is (4, 2): torch.cat joins along dim 1, and needs the "
            "same number of dims in all of them.",
            ["torch.cat([torch.ones(4).unsqueeze(1), inputs], dim=1)"],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)
