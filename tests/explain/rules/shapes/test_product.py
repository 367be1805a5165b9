"""Matrix products: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, shown, why

HEAD = "x = torch.ones(2, 3)\nw = torch.randn(2, 3)\nb = torch.ones(3)\n"
LONG = "x.relu().relu().relu().relu().relu().relu()"
STACKS = "x = torch.ones(5, 2, 3)\nw = torch.ones(5, 2, 3)\nm = torch.ones(2, 3)\nv = torch.ones(2)\n"


def test_the_screen_of_the_contract():
    assert shown(HEAD + "y = x @ w.relu()", None).split("\n") == [
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
        "    y = x @ w.relu()",
        "        ~~^~~~~~~~~~",
        "│ x is (2, 3) and w.relu() is (2, 3): @ needs the last dim of the left (3) to equal the first of the right "
        "(2).",
        "│ try  x @ w.relu().T   → shape (2, 2)       try  x.T @ w.relu()   → shape (3, 3)",
    ]


def test_the_screen_of_a_stack():
    assert (
        shown(STACKS + "torch.bmm(x, w)")
        == """\
RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [5, 3] but got: [5, 2].
    torch.bmm(x, w)
    ^^^^^^^^^^^^^^^
│ x is (5, 2, 3) and w is (5, 2, 3): torch.bmm needs the last dim of the left
│ (3) to equal the second to last of the right (2).
│ try  torch.bmm(x, w.mT)   → shape (5, 2, 2)"""
    )


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x @ w", ["x @ w.T", "x.T @ w"]),
        ("torch.mm(x, w)", ["torch.mm(x, w.T)", "torch.mm(x.T, w)"]),
        ("torch.mm(input=x, mat2=w)", ["torch.mm(input=x, mat2=w.T)", "torch.mm(input=x.T, mat2=w)"]),
        ("torch.linalg.matmul(x, w)", ["torch.linalg.matmul(x, w.T)", "torch.linalg.matmul(x.T, w)"]),
        ("x.matmul(w)", ["x.matmul(w.T)", "x.T.matmul(w)"]),
        ("torch.addmm(b, x, w)", ["torch.addmm(b, x.T, w)"]),
        ("x @= w", ["x @= w.T"]),
        ("x @ torch.ones(2)", ["x.T @ torch.ones(2)", "torch.ones(2) @ x"]),
        ("b @ x", ["b @ x.T", "x @ b"]),
        ("torch.ones(3) + x @ w", ["x.T @ w"]),  # (2, 2) does not go with (3,)
        ("a = (x + 1) @ (w * 2); b = 1", ["(x + 1) @ (w * 2).T", "(x + 1).T @ (w * 2)"]),
        ("a = (x\n     @ w)", ["(x\n     @ w.T)", "(x.T\n     @ w)"]),
        ("[a @ w for a in [x, x]]", ["[a @ w.T for a in [x, x]]", "[a.T @ w for a in [x, x]]"]),
        ("[a @ w for a in [x, torch.ones(5, 3)]]", ["[a @ w.T for a in [x, torch.ones(5, 3)]]"]),
        ("(lambda a: a @ w)(x)", []),
        ("def f(a):\n    return a @ w\n\nf(x)", ["def f(a):\n    return a @ w.T", "def f(a):\n    return a.T @ w"]),
        ("class A:\n    pass\n\no = A()\no.w = w\nx @ o.w", ["x @ o.w.T", "x.T @ o.w"]),
    ],
)
def test_fixes_are_those_that_run(line, fixes):
    check(HEAD + line, fixes=fixes)


@pytest.mark.parametrize(
    ("line", "text", "fixes"),
    [
        ("x @ m", "equal the first of the right (2)", ["x @ m.T", "x.mT @ m"]),
        ("x @ v", "equal the length of the vector (2)", ["x.mT @ v", "v @ x"]),
        ("x @ w[:4].mT", "the batch dims are (5,) and (4,), and @ needs them to be equal, or of size 1", []),
        ("x.bmm(w[:4].mT)", "the batch dims are (5,) and (4,), and .bmm needs them to be equal.", []),
        ("v @ torch.ones(3)", "@ of two vectors needs them to be equally long, and 2 is not 3", []),
        ("v.dot(torch.ones(3))", ".dot of two vectors needs them to be equally long, and 2 is not 3", []),
    ],
)
def test_stacks_and_vectors(line, text, fixes):
    check(STACKS + line, text, fixes)


@pytest.mark.parametrize(
    ("line", "text", "fixes"),
    [
        ("torch.mm(x, b)", "torch.mm takes two matrices (two dims each). x is (2, 3) and b is (3,).", ["x @ b"]),
        ("w.mv(x)", ".mv takes a matrix (two dims) and a vector (one dim)", ["w @ x.T"]),
        ("x.bmm(w.T)", ".bmm takes two batches of matrices (three dims each)", ["x @ w.T"]),
        ("x.bmm(w)", "x is (2, 3) and w is (2, 3).", []),
        ("torch.mm(x[None], w.T[None])", "torch.mm takes two matrices", ["x[None] @ w.T[None]"]),
        ("x.dot(w)", ".dot takes two vectors (one dim each)", ["(x * w).sum(1)", "(x * w).sum()"]),
        ("b.dot(b[:, None])", ".dot takes two vectors", ["b.dot(b[:, None].flatten())"]),
        (
            "torch.addmm(x, b, w)",
            "torch.addmm takes two matrices (two dims each) after the tensor that is added to their product",
            [],
        ),
        ("torch.mm(x, b[0])", "torch.mm takes two matrices (two dims each). x is (2, 3) and b[0] is ().", []),
        ("torch.outer(x, b)", "torch.outer takes two vectors (one dim each)", []),
    ],
)
def test_products_that_take_other_dims(line, text, fixes):
    check(HEAD + line, text, fixes)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x @ 2", ["x * 2"]),
        ("2 @ x", ["2 * x"]),
        ("x @ torch.tensor(2.0)", ["x * torch.tensor(2.0)"]),
        ("torch.matmul(b.sum(), x)", ["b.sum() * x"]),
        ("b.sum() @ b.sum()", ["b.sum() * b.sum()"]),
        ("x @= 2", ["x *= 2"]),
    ],
)
def test_a_single_number_beside_the_operator(line, fixes):
    check(HEAD + line, "To multiply each element by a number, write *.", fixes)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{LONG} @ w", "The left side is (2, 3) and w is (2, 3): @ needs"),
        (f"x @ {LONG}", "x is (2, 3) and the right side is (2, 3): @ needs"),
        (f"{LONG} + x.T", "The left side is (2, 3) and x.T is (3, 2). Lined up"),
    ],
)
def test_an_operand_too_long_to_be_quoted_is_named_by_its_place(line, said):
    assert why(HEAD + line).text.startswith(said)


def test_what_cannot_be_told_stays_unexplained():
    assert fails(HEAD + "None @ x").explanation is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "next(iter([x])) @ w",
            "w is (2, 3). @ needs the last dim of next(iter([x])) (3) to equal the first of w (2).",
        ),
        (
            "x @ next(iter([w]))",
            "x is (2, 3). @ needs the last dim of x (3) to equal the first of next(iter([w])) (2).",
        ),
    ],
)
def test_where_one_factor_would_have_to_run_again_torch_has_its_size(line, said):
    check(HEAD + line, said)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("context = weights.bmm(steps)", ["weights.unsqueeze(1).bmm(steps)"]),
        ("context = torch.mm(weights, steps)", ["weights.unsqueeze(1) @ steps"]),
        ("scores = torch.bmm(steps, query)", ["torch.bmm(steps, query.unsqueeze(2))"]),
        ("scores = steps @ query", ["steps @ query.unsqueeze(2)"]),
        ("scores = torch.matmul(query, steps)", ["torch.matmul(query.unsqueeze(1), steps.mT)"]),
        ("y = torch.bmm(steps, w)", ["steps @ w"]),
    ],
)
def test_the_rows_of_a_batch_are_not_mixed(line, fixes):
    head = "weights, steps, query = torch.rand(3, 5), torch.rand(3, 5, 8), torch.rand(3, 8)\n"
    check(head + "w = nn.Parameter(torch.rand(8, 3))\n" + line, fixes=fixes)
