"""Equations of einsum that do not go together with themselves, or with what is given."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ('torch.einsum("ij->ik", q)', "The result 'ik' has the subscript k, and none of 'ij' has it", []),
        ('torch.einsum("ij->iij", q)', "The result 'iij' has the subscript i twice", []),
        ('torch.einsum("ij,jk->ik", q)', "The equation 'ij,jk->ik' has 2 operands", []),
        ('torch.einsum("ij", q, q)', "The equation 'ij' has one operand, and 2 tensors are given", []),
        ('torch.einsum("i1->i", q)', "Each subscript in 'i1->i' is one letter, a to z or A to Z.", []),
        ('torch.einsum("ij>ji", q)', "'ij>ji' has no arrow", ["torch.einsum('ij->ji', q)"]),
        ('torch.einsum("ij=>ji", q)', "'ij=>ji' has no arrow", ["torch.einsum('ij->ji', q)"]),
        ('torch.einsum("ii->i", q)', "there it is 5 and 2: a diagonal needs two equal sizes.", []),
        ('torch.einsum(q, "ij->ji")', "The equation is the first argument", ['torch.einsum("ij->ji", q)']),
        (
            'x, y = torch.rand(3, 2, 5), torch.rand(4, 5, 6)\ntorch.einsum("...ij,...jk->...ik", x, y)',
            "y is (4, 5, 6), and there such a dim is 4, where an operand before it has 3",
            [],
        ),
        (
            'w, v = torch.rand(2, 4, 5, 7), torch.rand(2, 4, 7, 8)\ntorch.einsum("bhqk,bhqd->bhqd", w, v)',
            "the subscript q stands for 5 in w, which is (2, 4, 5, 7), and for 7 in v",
            ["torch.einsum('bhqk,bhkd->bhqd', w, v)"],
        ),
        (
            'a, b = torch.rand(2, 5, 8), torch.rand(2, 7, 16)\ntorch.einsum("bqd,bkd->bqk", a, b)',
            "each subscript stands for one size.",
            [],
        ),
    ],
)
def test_what_is_said(code: str, said: str, fixes: list[str]) -> None:
    check(f"q = torch.randn(2, 5)\n{code}", said, fixes)
