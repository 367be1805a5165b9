"""Methods of tensors on a tuple or a list of them."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("made", "said", "fix"),
    [
        ("(torch.ones(2), torch.ones(3))", "a tuple has no to: each element", "tuple(each.to('cpu') for each in h)"),
        ("[torch.ones(2), torch.ones(3)]", "a list has no to: each element", "[each.to('cpu') for each in h]"),
    ],
)
def test_it_stays_what_it_was(made: str, said: str, fix: str) -> None:
    explanation = check(f"h = {made}\nh = h.to('cpu')", said, [fix])
    assert explanation.fixes[0].whole == f"h = {fix}"
