"""backward() of a tensor that is no scalar: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\ny = w.exp()\nloss = (w - 2) ** 2\n"


def test_backward_from_several_numbers_on_the_screen():
    assert shown(HEAD + "loss.backward()") == "\n".join(
        [
            "RuntimeError: grad can be implicitly created only for scalar outputs",
            "    loss.backward()",
            "    ^^^^^^^^^^^^^^^",
            "│ loss is (3,), 3 elements, and gradients are computed from a scalar, a single",
            "│ number. Reduce it first: mean() takes the average, sum() adds the elements up.",
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
        ("for _ in range(2):\n    y.backward()", []),  # the second round would meet a freed graph
        (
            "for _ in range(2):\n    z = w * 2\n    z.backward()",
            ["for _ in range(2):\n    z = w * 2\n    z.sum().backward()"],
        ),
        ("def go():\n    y.backward()\ngo()", ["def go():\n    y.sum().backward()"]),
        ("def go(t):\n    t.backward()\ngo(y)", ["def go(t):\n    t.sum().backward()"]),
        ("torch.autograd.grad(y, w)", ["torch.autograd.grad(y.sum(), w)", "torch.autograd.grad(y.mean(), w)"]),
        ("torch.autograd.backward([y])", []),
        ("f = lambda t: (t * 2).backward()\nf(w)", []),
        ("y.sum().backward()\ny.backward()", []),  # the graph of exp is freed: no sum would help
    ],
)
def test_the_tensor_is_reduced_to_a_scalar(line, fixes):
    assert "gradients are computed from a scalar, a single number" in why(HEAD + line).text
    assert [fix.code for fix in why(HEAD + line).fixes][: len(fixes)] == fixes
    assert runs_after(HEAD + line) >= len(fixes)


def test_a_gradient_of_another_shape_on_the_screen():
    assert shown(HEAD + "y.backward(torch.ones(2))").split("\n")[1:] == [
        "    y.backward(torch.ones(2))",
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^",
        "│ y is (3,) and torch.ones(2) is (2,): the gradient has one weight for each",
        "│ element, so both need the same shape.",
        "│ try  y.backward(torch.ones_like(y))",
    ]
    assert runs_after(HEAD + "y.backward(gradient=torch.ones(2))") == 1


def test_the_loss_that_is_there_is_what_goes_back() -> None:
    code = (
        "net = nn.Linear(2, 3)\nout = net(torch.rand(4, 2))\nloss = F.cross_entropy(out, torch.tensor([0, 1, 2, 0]))\n"
    )
    check(f"{code}out.backward()", "loss was computed from out and is one: write loss.backward().", ["loss.backward()"])


def test_the_wrong_name_in_a_training_loop() -> None:
    code = "net = nn.Linear(2, 1)\nfor _ in range(2):\n    out = net(torch.rand(4, 2))\n    loss = out.pow(2).mean()\n"
    loop = code.partition("\n")[2]
    check(f"{code}    out.backward()", "write loss.backward()", [f"{loop}    loss.backward()"])


def test_another_number_is_no_loss_of_it() -> None:
    check(
        "net = nn.Linear(2, 3)\nloss = net(torch.rand(4, 2)).mean()\nout = net(torch.rand(4, 2))\nout.backward()",
        "To train, call backward() on a loss that is computed from out.",
        ["out.sum().backward()", "out.mean().backward()"],
    )


def test_a_mask_is_not_averaged_over() -> None:
    code = "w = torch.rand(3, requires_grad=True)\nmask = torch.tensor([True, True, False])\nloss = w ** 2 * mask\n"
    check(
        f"{code}loss.backward()",
        "`loss = w ** 2 * mask` has zeros where mask leaves something out, and mean() would count them",
        ["(loss.sum() / mask.sum()).backward()"],
    )


def test_a_weight_of_one_element_for_a_number() -> None:
    code = "x = torch.ones(3, requires_grad=True)\nloss = x.mean()\nmone = torch.ones(1) * -1\nloss.backward(mone)"
    said = "loss is one number already. The one weight for it has the shape () too, as torch.tensor(1.0) has."
    check(code, said, ["loss.backward(mone.squeeze())"])
