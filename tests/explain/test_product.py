"""Matrix products: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, runs_after, shown, why

HEAD = "x = torch.ones(2, 3)\nw = torch.randn(2, 3)\n"


def test_the_screen_of_the_contract():
    assert shown(HEAD + "y = x @ w.relu()", None).split("\n") == [
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
        "    y = x @ w.relu()",
        "        ~~^~~~~~~~~~",
        "│ x is (2, 3) and w.relu() is (2, 3): @ needs the last dim of the left (3) to equal the first of the right "
        "(2).",
        "│ try  x @ w.relu().T   → shape (2, 2)       try  x.T @ w.relu()   → shape (3, 3)",
    ]


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x @ w", ["x @ w.T", "x.T @ w"]),
        ("torch.mm(x, w)", ["torch.mm(x, w.T)", "torch.mm(x.T, w)"]),
        ("x.matmul(w)", ["x.matmul(w.T)", "x.T.matmul(w)"]),
        ("torch.ones(3) + x @ w", ["x.T @ w"]),  # (2, 2) does not go with (3,)
        ("a = (x + 1) @ (w * 2); b = 1", ["(x + 1) @ (w * 2).T", "(x + 1).T @ (w * 2)"]),
        ("[a @ w for a in [x, x]]", ["[a @ w.T for a in [x, x]]", "[a.T @ w for a in [x, x]]"]),
        ("[a @ w for a in [x, torch.ones(5, 3)]]", ["[a @ w.T for a in [x, torch.ones(5, 3)]]"]),
        ("(lambda a: a @ w)(x)", []),
    ],
)
def test_fixes_are_those_that_run(line, fixes):
    assert [fix.code for fix in why(HEAD + line).fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


def test_an_operand_that_would_have_to_run_again_leaves_it_unexplained():
    assert fails(HEAD + "next(iter([x])) @ w").explanation is None
