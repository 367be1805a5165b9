""""""

from __future__ import annotations

from tests.explain.failing import check


def test_a_mask_for_each_example_and_scores_with_heads() -> None:
    made = "scores = torch.rand(2, 4, 5, 5)\nmask = torch.ones(2, 5, 5)\n"
    fix = "scores.masked_fill((mask == 0).unsqueeze(1), -10000)"
    check(f"{made}y = scores.masked_fill(mask == 0, -10000)", "with a dim for the heads", [fix])
    check(f"{made}y = scores + mask", "(2, 4, 5, 5) and mask is (2, 5, 5)", ["scores + mask.unsqueeze(1)"])
