"""``torch.vmap``: what a function for one row may not hold."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

HEAD = "rows = torch.tensor([[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]])\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("if row.sum() > 0:\n        return row\n    return -row", "torch.where(condition, a, b)"),
        ("while row.sum() < 3:\n        row = row + 1\n    return row", "if and while cannot go one way"),
        ("return row if row[0] > 0 else row * 0", "torch.where(condition, a, b)"),
        ("return row * row.max().item()", "no single one to give"),
        ("return row / float(row.sum())", "no single one to give"),
        ("return row[row > 0].sum()", "torch.where(mask, x, 0)"),
        ("return row + torch.rand(3)", "randomness='different'"),
    ],
)
def test_what_a_function_for_one_row_may_not_do(body: str, said: str) -> None:
    assert said in why(f"{HEAD}def f(row):\n    {body}\n\ntorch.vmap(f)(rows)").text


def test_arguments_of_other_lengths() -> None:
    said = why(f"{HEAD}torch.vmap(torch.dot)(rows, torch.ones(3, 3))").text
    assert "here the lengths are [2, 3]" in said
    assert "in_dims has None in its place" in said


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("torch.vmap(torch.add, in_dims=1)(rows, torch.ones(3))", "dim 1 for an argument that has 1 dim, counted"),
        ("torch.vmap(torch.add, in_dims=(0, 2))(rows, rows)", "dim 2 for an argument that has 2 dims"),
        ("torch.vmap(torch.add, in_dims=(0, 0))(rows)", "it has 2, and the call has 1."),
        ("torch.vmap(torch.add, in_dims=(0, 0))((rows, rows))", "together in one tuple"),
        ("torch.vmap(torch.add, in_dims=(0, 0))(rows, 30)", "one argument here is no tensor. in_dims has None"),
    ],
)
def test_in_dims_that_do_not_fit(call: str, said: str) -> None:
    assert said in why(f"{HEAD}{call}").text


def test_nothing_is_said_of_an_error_of_the_function_itself() -> None:
    said = why(f"{HEAD}torch.vmap(lambda row: row @ torch.ones(4))(rows)").text
    assert "vmap" not in said
