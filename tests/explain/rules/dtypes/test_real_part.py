"""The imaginary part of numbers that have none."""

from __future__ import annotations

from tests.explain.failing import check


def test_of_what_a_function_was_given() -> None:
    code = "def parts(x):\n    return x.real, x.imag\nparts(torch.rand(2))"
    check(code, "x is float32: its numbers are real, and only complex ones have an imaginary part.", [])
