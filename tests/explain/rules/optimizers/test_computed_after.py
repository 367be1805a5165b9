"""A tensor that was created with requires_grad=True and computed with in the same long line."""

from __future__ import annotations

import pytest

from tests.explain.failing import why


@pytest.mark.parametrize(
    ("made", "step"),
    [
        ("torch.randn(3 * 2, 1, 8, 8, dtype=torch.float32, requires_grad=True) * 0.01", "`* 0.01`"),
        ("torch.randn(3 * 2, 1, 8, 8, device='cpu', requires_grad=True).to(torch.float64)", "`.to(torch.float64)`"),
    ],
)
def test_what_comes_after_the_creation(made: str, step: str) -> None:
    said = why(f"images = {made}\nopt = torch.optim.SGD([images], lr=0.1)").text
    assert f"is a leaf; {step} computes another one from it." in said


def test_a_line_that_is_shown_whole_says_it() -> None:
    assert "another one" not in why("v = torch.ones(3, requires_grad=True) * 2\ntorch.optim.SGD([v], lr=0.1)").text
