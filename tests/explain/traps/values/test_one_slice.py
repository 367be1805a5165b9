"""Two slices without the comma between them are one."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

TABLE = "sales = torch.arange(14).reshape(2, 7)\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("weekend = sales[: 6:7]", "sales[: 6:7] has no comma, so it is one slice, of dim 0, with 7 as its step."),
        ("weekend = sales[: 6:7]", "stand apart by a comma: sales[:, 6:7]."),
        ("weekend = sales[: 5:]", "sales[: 5:] has no comma, so it is one slice, of dim 0. Slices of two dims"),
        ("weekend = sales[: -2:]", "by a comma: sales[:, -2:]."),
        ("weekend = sales[0: 5:7].float()", "by a comma: sales[0:, 5:7]."),
        ("sales[1: 2:3] = 0", "by a comma: sales[1:, 2:3]."),
        ("def pick(t):\n    return t[: 1:2]\nfirst = pick(sales)", "by a comma: t[:, 1:2]. That is line 3, in pick()."),
    ],
)
def test_a_comma_that_was_left_out(code: str, words: str) -> None:
    [said] = told_of_program(TABLE + code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        "weekend = sales[:, 6:7]",
        "other = sales[::2]",
        "other = sales[: 2]",
        "other = sales[0:2:1]",
        "n = 1\nother = sales[: n + 1 : 2]",
        "n = 1\nother = sales[n :]",
        "other = sales[0 : 2 : 1]",
        "row = sales[0]\nother = row[: 5:2]",
        "other = 'a table'[: 5:2]",
        "other = [1, 2, 3, 4][: 3:2]",
    ],
)
def test_a_slice_that_is_meant(code: str) -> None:
    assert told_of_program(TABLE + code) == []
