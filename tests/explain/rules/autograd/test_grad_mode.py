"""Grad mode without brackets, and inputs that were not used."""

from __future__ import annotations

from tests.explain.failing import check


def test_a_class_in_a_with() -> None:
    check(
        "x = torch.ones(2)\nwith torch.no_grad:\n    y = x * 2",
        "With brackets it can be used in a with",
        ["with torch.no_grad():\n    y = x * 2"],
    )


def test_a_class_in_a_with_inside_a_loop_keeps_its_indent() -> None:
    block = "    with torch.no_grad{}:\n        w -= w.grad\n        w.grad = None"
    loop = f"for step in range(2):\n    (w * w).backward()\n{block}"
    head = "w = torch.tensor(1.0, requires_grad=True)\n"
    check(head + loop.format(""), "torch.no_grad is a class.", [loop.format("()")])


def test_an_input_that_was_not_used() -> None:
    code = """
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    loss = (a * 2).sum()
    torch.autograd.grad(loss, [a, b])
    """
    check(code, "loss was not computed from b")
