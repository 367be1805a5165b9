""""""

from __future__ import annotations

import pytest

from tests.explain.failing import check


def test_a_mask_for_each_example_and_scores_with_heads() -> None:
    made = "scores = torch.rand(2, 4, 5, 5)\nmask = torch.ones(2, 5, 5)\n"
    fix = "scores.masked_fill((mask == 0).unsqueeze(1), -10000)"
    check(f"{made}y = scores.masked_fill(mask == 0, -10000)", "with a dim for the heads", [fix])
    check(f"{made}y = scores + mask", "(2, 4, 5, 5) and mask is (2, 5, 5)", ["scores + mask.unsqueeze(1)"])


@pytest.mark.parametrize(
    ("made", "fix"), [("torch.tril(torch.ones(3, 3))", "mask == 0"), ("torch.triu(torch.ones(3, 3), 1)", "mask.bool()")]
)
def test_the_ones_of_a_triangle_say_which_places_are_filled(made: str, fix: str) -> None:
    code = f"scores = torch.ones(3, 3)\nmask = {made}\nscores.masked_fill(mask, -1e9)"
    check(code, "takes a mask of dtype bool", [f"scores.masked_fill({fix}, -1e9)"])
