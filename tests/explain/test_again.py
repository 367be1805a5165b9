"""Backward a second time: the statement that used the graph up, and what to run again."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\n"
TWICE = HEAD + "loss = (w * w).sum()\nloss.backward()\nloss.backward()"


def test_a_second_backward_on_the_screen():
    assert shown(TWICE).split("\n")[1:] == [
        "    loss.backward()",
        "    ^^^^^^^^^^^^^^^",
        "│ `loss.backward()` has been the way back from loss before, and let go of what",
        "│ was kept for it. Compute loss again first. To go back twice, the earlier one",
        "│ needs retain_graph=True.",
        "│ try  loss = (w * w).sum()",
        "│      loss.backward()",
    ]
    assert runs_after(TWICE) == 1


@pytest.mark.parametrize(
    ("code", "statement", "again"),
    [
        ("y = w.exp(); a = y.sum(); b = y.mean()\na.backward(); b.backward()", "`a.backward()`", "y = w.exp()\nb = y"),
        ("a = (w * w).sum()\nb = (w * 3).sum(); b.backward(); a.backward()\na.backward()", "`a.backward()`", "a = "),
        ("a = (w * w).sum()\ng = torch.autograd.grad(a, w)\na.backward()", "`g = torch.autograd.grad(a, w)`", "a ="),
        ("a = (w * w).sum()\na.backward()\ntorch.autograd.grad(a, w)", "`a.backward()`", None),
        ("def back(t):\n    t.backward()\na = (w * w).sum()\nback(a)\na.backward()", "`back(a)`", "a = (w * w)"),
        ("net = nn.Linear(3, 1)\np = net(torch.ones(2, 3))\na = F.mse_loss(p, torch.zeros(2, 1))\na.backward()\n"
         "a.backward()", "`a.backward()`", "p = net(torch.ones(2, 3))\na = F.mse_loss"),
    ],
)  # fmt: skip
def test_the_statement_is_named_and_what_to_run_again(code, statement, again):
    explanation = why(HEAD + code)
    assert statement.lower() in explanation.text.lower()
    assert [fix.code.startswith(again or "") for fix in explanation.fixes] == ([True] if again else [])
    runs_after(HEAD + code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("a = (w * w).sum()\nfor _ in range(2):\n    a.backward()", "compute a inside the loop"),
        ("h = w.exp()\nfor _ in range(2):\n    a = h.sum()\n    a.backward()", "a goes back through h, and"),
        ("h = w * 0\nfor _ in range(2):\n    h = (h * w).tanh()\n    h.sum().backward()", "use h.detach() there"),
        ("def f():\n    a = (w * w).sum()\n    a.backward()\n    a.backward()\nf()", "An earlier backward() has been"),
    ],
)
def test_loops_and_functions(code, said):
    assert said in why(HEAD + code).text
    assert runs_after(HEAD + code) == 0


def test_who_of_several_it_was_stays_open_where_the_record_cannot_tell():
    code = HEAD + "a = (w * w).sum()\nparts = [a]\nparts[0].backward(); (w * 3).sum().backward()\na.backward()"
    assert "an earlier backward()" in why(code).text.lower()


def test_saved_tensors_that_are_read_directly_are_left_to_torch():
    code = HEAD + "y = w.exp()\ny.sum().backward()\ny.grad_fn._saved_result"
    assert fails(code).explanation is None
