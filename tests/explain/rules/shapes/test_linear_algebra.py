"""einsum, products along named dims, functions of matrices: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, shown

HEAD = "x = torch.ones(2, 3)\nw = torch.ones(2, 3)\nc = torch.ones(3)\np = torch.ones(3, 2, 3)\n"


def test_the_screen_of_einsum():
    assert (
        shown(HEAD + "torch.einsum('ij,jk->ik', x, w)")
        == """\
RuntimeError: einsum(): subscript j has size 2 for operand 1 which does not broadcast with previously seen size 3
    torch.einsum('ij,jk->ik', x, w)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
│ In the equation the subscript j stands for 3 in x, which is (2, 3), and for 2
│ in w, which is (2, 3): each subscript stands for one size.
│ try  torch.einsum('ij,kj->ik', x, w)   → shape (2, 2)
│ try  torch.einsum('ji,jk->ik', x, w)   → shape (3, 3)"""
    )


def test_the_screen_of_a_matrix_that_is_not_square():
    assert (
        shown(HEAD + "torch.linalg.inv(x)")
        == """\
RuntimeError: linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices
    torch.linalg.inv(x)
    ^^^^^^^^^^^^^^^^^^^
│ x is (2, 3): torch.linalg.inv needs a square matrix, with as many rows as
│ columns, and 2 is not 3.
│ try  torch.linalg.pinv(x)   → shape (3, 2)"""
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("torch.einsum('ij, jk', [x, w])", "the subscript j stands for 3 in x",
         ["torch.einsum('ij,kj', [x, w])", "torch.einsum('ji,jk', [x, w])"]),
        ("e = 'ij,jk->ik'\ntorch.einsum(e, x, w)", "the subscript j stands for 3 in x", []),
        ("torch.einsum('ij,j->i', x, w)", "the subscripts 'j' for w, which is (2, 3)", []),
        ("torch.einsum('ijk,k->i', x, c)", "the subscripts 'ijk' for x, which is (2, 3)", []),
        ("torch.tensordot(x, w, 1)", "torch.tensordot multiplies along dims that must be equal, and 3 is not 2",
         ["torch.tensordot(x, w.T, 1)", "torch.tensordot(x.T, w, 1)"]),
        ("torch.inner(x, w.T)", "torch.inner multiplies along the last dim of both, and 3 is not 2",
         ["torch.inner(x, w.T.T)", "torch.inner(x.T, w.T)"]),
        ("c.inner(w.T)", ".inner multiplies along the last dim of both", ["c.inner(w.T.T)"]),
        ("torch.linalg.inv(c)", "torch.linalg.inv needs a matrix, a tensor with at least two dims", []),
        ("x.inverse()", ".inverse needs a square matrix", ["torch.linalg.pinv(x)"]),
        ("torch.det(x)", "torch.det needs a square matrix", []),
        ("torch.linalg.solve(torch.eye(3), torch.ones(2))", "B needs as many rows as A has, 3", []),
        ("p.t()", ".mT transposes the last two dims", ["p.mT"]),
        ("c.mT", "A vector has no rows and columns to exchange", []),
        ("torch.trace(c)", "torch.trace needs a matrix, a tensor with two dims", []),
        ("torch.diag(p)", "torch.diag needs a vector or a matrix", []),
        ("c.tril()", ".tril needs a matrix", []),
        ("torch.triu(input=c[0])", None, []),
    ],
)  # fmt: skip
def test_what_is_said_and_fixes_that_run(line, said, fixes):
    if said is None:
        assert fails(HEAD + line).explanation is None
        return
    check(HEAD + line, said, fixes)


def test_letters_with_an_ellipsis_are_left_alone():
    assert fails(HEAD + "torch.einsum('...ij,jk->...ik', x, w)").explanation is None
