"""``^`` where a power is meant."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = "x = torch.ones(3)\na = 2.5\n"


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("y = x^3", "A power is written with **: x**3.", ["x**3"]),
        ("y = 2*x^3 + x^2 + 1", "2*x**3 + x**2 + 1", ["2*x**3 + x**2 + 1"]),
        ("loss = (x ^ 2).mean()", "A power is written with **", ["x ** 2"]),
        ("a^2", "A power is written with **", ["a**2"]),
        ("def f(t):\n    return t^2\nf(x)", "A power is written with **", ["def f(t):\n    return t**2"]),
        ("x ^ x", "^ works on bool and on integers. To combine conditions, compare first", []),
        ("(x > 0) ^ x", "^ works on bool and on integers", []),
    ],
)
def test_powers(line, said, fixes):
    check(HEAD + line, said, fixes)
