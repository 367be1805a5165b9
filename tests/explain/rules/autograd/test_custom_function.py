"""torch.autograd.Function: what its backward returns, and that it is used by apply."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

_CLAMP = """
class Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, low, high):
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, grad):
        return grad{}
""".strip()


def test_backward_returns_too_few_gradients() -> None:
    code = (
        f"{_CLAMP.format('')}\nx = torch.ones(3, requires_grad=True)\ny = Clamp.apply(x, -1.0, 1.0)\ny.sum().backward()"
    )
    said = "Clamp.backward returns one gradient, and Clamp.forward has 3 arguments besides ctx: x, low and high."
    text = check(code, said, [_CLAMP.format(", None, None")]).text
    assert "If low and high need none: return grad, None, None" in text


def test_what_may_need_a_gradient_is_not_left_out() -> None:
    tensors = "x = torch.ones(3, requires_grad=True)\nlow, high = torch.zeros(1), torch.ones(1)\n"
    check(f"{_CLAMP.format('')}\n{tensors}Clamp.apply(x, low, high).sum().backward()", "If low and high need none")


def test_backward_returns_too_many_gradients() -> None:
    many = _CLAMP.format(", None, None, grad")
    code = f"{many}\nx = torch.ones(3, requires_grad=True)\nClamp.apply(x, -1.0, 1.0).sum().backward()"
    check(code, "Clamp.backward returns 4 gradients, and Clamp.forward has 3 arguments besides ctx")


_LINEAR = """
class Affine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w.t()

    @staticmethod
    def backward(ctx, grad):
        x, w = ctx.saved_tensors
        return grad @ w, {}
""".strip()


def test_a_gradient_the_other_way_round() -> None:
    given = "x, w = torch.rand(8, 5), torch.rand(3, 5, requires_grad=True)\nAffine.apply(x, w).sum().backward()"
    said = "Affine.backward returns a gradient of shape (5, 3) for w, and w is (3, 5)"
    check(f"{_LINEAR.format('x.t() @ grad')}\n{given}", said, [_LINEAR.format("grad.t() @ x")])


@pytest.mark.filterwarnings("ignore")
def test_a_function_that_is_called() -> None:
    code = f"{_CLAMP.format(', None, None')}\nx = torch.ones(3)\ny = torch.relu(Clamp(x, 0.0, 1.0))"
    check(code, "Clamp.apply(…) computes", ["torch.relu(Clamp.apply(x, 0.0, 1.0))"])
    legacy = f"{_CLAMP.format(', None, None')}\nx = torch.ones(3)\ny = Clamp()(x, 0.0, 1.0)"
    check(legacy, "Clamp(…) makes an object and computes nothing.")


def test_a_backward_without_a_return() -> None:
    code = (
        "class Scaled(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, k):\n        return x * k\n"
        "    @staticmethod\n    def backward(ctx, g):\n        g * 2\n\n"
        "x = torch.ones(2, requires_grad=True)\nScaled.apply(x, 2.0).sum().backward()"
    )
    check(
        code,
        "Scaled.backward has no return, so it gives None. Scaled.forward has 2 arguments besides ctx: x and k.",
        [],
    )
