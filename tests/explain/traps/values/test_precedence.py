"""Quotients whose sum below the line has no brackets."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

COUNTS = """
def scores(pred, y):
    tp = ((pred == 1) & (y == 1)).sum().item()
    fp = ((pred == 1) & (y == 0)).sum().item()
    return {value}
result = scores(torch.tensor([1, 1, 0, 1]), torch.tensor([1, 0, 1, 1]))
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (COUNTS.format(value="tp / tp + fp"), "tp is divided by itself, and fp is added after. Write tp / (tp + fp)."),
        (COUNTS.format(value="{'precision': float(tp / tp + fp)}"), "In tp / tp + fp the division comes first"),
        ("p, r = 0.5, 0.25\nf1 = 2 * p * r / p + r", "Write 2 * p * r / (p + r)."),
        ("p, r = 0.5, 0.25\nf1 = 2 * (p * r) / p + r", "Write 2 * (p * r) / (p + r)."),
        ("class C:\n    pass\nc = C()\nc.tp, c.fn = 3, 1\nrecall = c.tp / c.tp + c.fn", "c.tp / (c.tp + c.fn)"),
    ],
)
def test_a_quotient_without_brackets(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        COUNTS.format(value="tp / (tp + fp)"),
        COUNTS.format(value="tp / fp + tp"),
        "p, r = 0.5, 0.25\nf1 = 2 * p * r / (p + r)\nmean = p / 2 + r / 2\nlog = p * r / 3 + r",
        "x = torch.ones(3)\ny = x / x.norm() + x\nz = x / x.sum() + 1",
        "n, i = 4, 1\nshare = i / n + n\neps = 1e-8\nsafe = n / n + 1",
    ],
)
def test_a_quotient_that_is_meant(code: str) -> None:
    assert told_of_program(code) == []
