"""Going backward from several numbers: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\ny = w.exp()\nloss = (w - 2) ** 2\n"


def test_backward_from_several_numbers_on_the_screen():
    assert shown(HEAD + "loss.backward()") == "\n".join(
        [
            "RuntimeError: grad can be implicitly created only for scalar outputs",
            "    loss.backward()",
            "    ^^^^^^^^^^^^^^^",
            "│ loss is (3,). Gradients are counted from one number, and here are 3: make one",
            "│ of them first. mean() takes their average, sum() adds them up.",
            "│ try  loss.mean().backward()       try  loss.sum().backward()",
        ]
    )


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("loss.backward()", ["loss.mean().backward()", "loss.sum().backward()"]),
        ("y.backward()", ["y.sum().backward()", "y.mean().backward()"]),
        ("(w * 2).backward()", ["(w * 2).sum().backward()", "(w * 2).mean().backward()"]),
        ("a = 1; y.backward(); b = 2", ["y.sum().backward()", "y.mean().backward()"]),
        ("y.backward(\n    retain_graph=True)", ["y.sum().backward(\n    retain_graph=True)"]),
        ("for _ in range(2):\n    y.backward()", ["y.sum().backward()", "y.mean().backward()"]),
        ("def go():\n    y.backward()\ngo()", ["y.sum().backward()", "y.mean().backward()"]),
        ("def go(t):\n    t.backward()\ngo(y)", ["def go(t):\n    t.sum().backward()"]),
        ("torch.autograd.grad(y, w)", ["torch.autograd.grad(y.sum(), w)", "torch.autograd.grad(y.mean(), w)"]),
        ("torch.autograd.backward([y])", []),
        ("f = lambda t: (t * 2).backward()\nf(w)", []),
        ("y.sum().backward()\ny.backward()", []),  # the way back through exp is gone: no sum would help
    ],
)
def test_one_number_is_made_of_them(line, fixes):
    assert "Gradients are counted from one number" in why(HEAD + line).text
    assert [fix.code for fix in why(HEAD + line).fixes][: len(fixes)] == fixes
    assert runs_after(HEAD + line) >= len(fixes)


def test_a_gradient_of_another_shape_on_the_screen():
    assert shown(HEAD + "y.backward(torch.ones(2))").split("\n")[1:] == [
        "    y.backward(torch.ones(2))",
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^",
        "│ y is (3,) and torch.ones(2) is (2,): the gradient holds one weight for each",
        "│ number, so both need the same shape.",
        "│ try  y.backward(torch.ones_like(y))",
    ]
    assert runs_after(HEAD + "y.backward(gradient=torch.ones(2))") == 1
