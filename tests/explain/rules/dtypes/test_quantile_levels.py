"""Levels of another dtype than the numbers."""

from __future__ import annotations

from tests.explain.failing import check


def test_the_levels_get_the_dtype_of_the_numbers() -> None:
    code = "x, q = torch.rand(9).double(), torch.tensor([0.1, 0.9])\n"
    said = "x is float64, and the levels, q, are float32: both need the same dtype."
    check(code + "torch.quantile(x, q)", said, ["torch.quantile(x, q.double())"])
    check(code + "x.quantile(q)", said, ["x.quantile(q.double())"])
