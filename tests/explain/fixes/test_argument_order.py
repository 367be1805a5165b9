"""A call with its arguments in another order: the order is said, and the function is not rewritten."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

ITERATE = """\
def data_iter(batch_size, features, labels):
    for start in range(0, len(features), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]
features, labels, X, Y = torch.rand(20, 2), torch.rand(20), torch.rand(20, 2), torch.rand(20)
"""
LINEAR = "def linreg(X, w, b):\n    return X @ w + b\nX, w, b = torch.rand(20, 2), torch.rand(2, 1), torch.rand(1)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            ITERATE + "for x, y in data_iter(features, labels, 10):\n    pass",
            "data_iter takes its arguments in the order batch_size, features, labels, and this call gives features for "
            "batch_size. In its order the call is data_iter(10, features, labels).",
        ),
        (ITERATE + "for x, y in data_iter(X, Y, 10):\n    pass", "this call gives X for batch_size."),
        (
            ITERATE.replace("batch_size, features, labels):", "features, labels, batch_size):")
            + "for x, y in data_iter(10, features, labels):\n    pass",
            "In its order the call is data_iter(features, labels, 10).",
        ),
        (LINEAR + "linreg(w, X, b)", "In its order the call is linreg(X, w, b)."),
        (
            "class Net(nn.Module):\n    def mix(self, w, x):\n        return x @ w\n    def forward(self, x, w):\n"
            "        return self.mix(x, w)\nNet()(torch.ones(2, 3), torch.ones(3, 1))",
            "mix takes its arguments in the order w, x, and this call gives x for w. In its order the call is "
            "self.mix(w, x).",
        ),
    ],
)
def test_the_order_is_said(code, said):
    explanation = why(code)
    assert explanation.text.startswith(said) or said in explanation.text
    assert explanation.fixes == ()


@pytest.mark.parametrize(
    "code",
    [
        LINEAR + "linreg(X, w.T, b)",
        "def f(x, y):\n    return x @ y\na = torch.ones(2, 3)\nf(a, a)",
        "def f(x, y):\n    return x @ y\nx = y = torch.ones(2, 3)\nf(y=x, x=y)",
    ],
)
def test_a_call_in_order_keeps_its_fixes(code):
    explanation = why(code)
    assert "in the order" not in explanation.text
    assert explanation.fixes


def test_one_tensor_for_several_parameters_is_meant() -> None:
    code = "def attention(q, k, v):\n    return (q @ k).softmax(-1) @ v\nq = torch.rand(2, 5, 8)\nattention(q, q, q)"
    explanation = why(code)
    assert "in the order" not in explanation.text
    assert explanation.fixes


def test_two_tensors_of_one_shape_would_fail_in_either_order() -> None:
    code = "def apart(a, b):\n    return (a - b).view(5, 7)\na, b = torch.rand(3, 4), torch.rand(3, 4)\napart(b, a)"
    assert "in the order" not in why(code).text


def test_the_order_of_what_forward_takes() -> None:
    code = (
        "class Rec(nn.Module):\n    def forward(self, user, item):\n        return user @ item.T\n"
        "rec, user, item = Rec(), torch.rand(3, 4), torch.rand(5, 2)\nrec(item, user)"
    )
    assert "In its order the call is rec(user, item)." in why(code).text
