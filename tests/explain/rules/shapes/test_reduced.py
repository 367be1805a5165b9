"""Tensors to be joined, one of which lost a dim in the statement that made it."""

from __future__ import annotations

import pytest

from tests.explain.failing import why


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = torch.zeros(2, 3, 4)\nm = x.mean(1)\ny = torch.cat([x, m], 1)", "`m = x.mean(1)` leaves out dim 1;"),
        (
            "x = torch.zeros(2, 3, 4)\nbest, at = x.max(dim=-1)\ny = torch.cat([x, best], dim=2)",
            "`best, at = x.max(dim=-1)` leaves out dim 2; with keepdim=True it stays, with size 1.",
        ),
        (
            "def pool(x):\n    m = torch.amax(x, 1)\n    return torch.cat([x, m], 1)\ny = pool(torch.zeros(2, 3, 4))",
            "`m = torch.amax(x, 1)` leaves out dim 1;",
        ),
    ],
)
def test_the_statement_that_took_the_dim(code: str, said: str) -> None:
    assert said in why(code).text


@pytest.mark.parametrize(
    "code",
    [
        "x = torch.zeros(2, 3, 4)\nm = torch.zeros(2, 4)\ny = torch.cat([x, m], 1)",
        "x = torch.zeros(2, 3, 4)\nm = x.mean(1)\nm = m * 2\ny = torch.cat([x, m], 1)",
        "def pool(x, how):\n    m = x.sum(1)\n    if how:\n        m = x.mean(2)\n    return torch.cat([x, m], 1)\n"
        "y = pool(torch.zeros(2, 3, 4), False)",
    ],
)
def test_another_statement_may_have_made_it(code: str) -> None:
    assert "keepdim" not in why(code).text
