"""Writing into a leaf, or into one of several views: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\nlr = 0.1\n(w * 2).sum().backward()\n"


def test_an_update_on_the_screen():
    assert shown(HEAD + "w -= lr * w.grad") == "\n".join(
        [
            "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.",
            "    w -= lr * w.grad",
            "    ~~^^~~~~~~~~~~~~",
            "│ w is a leaf that requires grad: gradients are computed for its values, so it",
            "│ cannot be changed in place while autograd records. An update is not part of",
            "│ the computation: do it under torch.no_grad(), where nothing is recorded.",
            "│ try  with torch.no_grad():",
            "│          w -= lr * w.grad",
        ]
    )


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("w -= lr * w.grad", ["with torch.no_grad():\n    w -= lr * w.grad"]),
        ("a = 1; w *= 2; b = 3", ["with torch.no_grad():\n    w *= 2"]),
        ("w[0] = 5", ["with torch.no_grad():\n    w[0] = 5"]),
        ("w[0] += 5", ["with torch.no_grad():\n    w[0] += 5"]),
        ("w.zero_()", ["with torch.no_grad():\n    w.zero_()"]),
        ("w[:2].mul_(\n    3)", ["with torch.no_grad():\n    w[:2].mul_(\n        3)"]),
        ("v = w[:2]\nv.zero_()", ["with torch.no_grad():\n    v.zero_()"]),
        ("for i in range(2): w -= 0.1", []),  # a block has no room in that line
        (
            "for i in range(2):\n    w.sub_(lr * w.grad)",
            ["for i in range(2):\n    with torch.no_grad():\n        w.sub_(lr * w.grad)"],
        ),
        (
            "def step(t):\n    t -= lr * t.grad\nstep(w)",
            ["def step(t):\n    with torch.no_grad():\n        t -= lr * t.grad"],
        ),
        ("net = nn.Linear(2, 1)\nnet.weight[0, 0] = 3", ["with torch.no_grad():\n    net.weight[0, 0] = 3"]),
        ("F.relu(w, inplace=True)", ["F.relu(w, inplace=False)"]),
        ("y = [each.add_(1) for each in [w]]", []),
    ],
)
def test_an_update_goes_under_no_grad(line, fixes):
    check(HEAD + line, fixes=fixes)


@pytest.mark.parametrize("line", ["t += t.mT", "t.add_(t.T)", "t.mul_(t.transpose(0, 1))"])
def test_what_torch_refuses_under_no_grad_too_is_not_offered(line: str) -> None:
    check(f"t = torch.rand((5, 5)).requires_grad_()\n{line}", "t is a leaf that requires grad", [])


def test_a_layer_that_works_in_place_is_left_to_torch():
    assert fails(HEAD + "nn.ReLU(inplace=True)(w)").explanation is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "v = torch.stack([w, w])\nfor row in v:\n    row[0] = 1",
            "`for row in v` takes v apart with unbind, which makes all parts at once",
        ),
        (
            "a, b = torch.stack([w, w]).chunk(2, 1)\na[:, 0] = 2",
            "a[:, 0] is a part of one of several views",
        ),
        ("for row in w * 1:\n    row += 1", "row is one of several views that unbind made at once"),
        ("a, b, c = (w * 1).split(1)\na.mul_(2)", "a is one of several views that split made at once"),
    ],
)
def test_one_of_several_views(line, said):
    assert said in why(HEAD + line).text
    assert why(HEAD + line).fixes == ()


def test_requires_grad_of_a_result_on_the_screen():
    code = HEAD + "y = w * 2\ny.requires_grad = False"
    assert shown(code).split("\n")[-6:] == [
        "    y.requires_grad = False",
        "    ~^^^^^^^^^^^^^^",
        "│ y is the result of an operation (MulBackward0), so it requires grad because",
        "│ what it was computed from does. y.detach() gives the same values without the",
        "│ graph.",
        "│ try  y = y.detach()   → shape (3,)",
    ]
    assert runs_after(code) == 1
    assert runs_after(HEAD + "y = w * 2\ny.requires_grad_(False)") == 1


def test_a_function_that_computes_with_a_leaf_leaves_it_as_it_is() -> None:
    code = "x = torch.rand(2, 3, requires_grad=True)\ndef cost(x):\n    x[:, 0] = 0\n    return x.sum()\ncost(x)"
    check(code, "cost computes with it and has to leave it as it is: change a copy, made with .clone().", [])


def test_a_function_that_returns_what_it_has_changed_is_an_update() -> None:
    code = "w = torch.rand(3, requires_grad=True)\ndef clip(w):\n    w.clamp_(0, 1)\n    return w\nclip(w)"
    check(
        code,
        "do it under torch.no_grad()",
        ["def clip(w):\n    with torch.no_grad():\n        w.clamp_(0, 1)\n    return w"],
    )


def test_several_writes_belong_under_no_grad_together() -> None:
    code = """
    def fill(E):
        E[:, 0::2] = 1.0
        E[:, 1::2] = 2.0
    fill(nn.Embedding(3, 4).weight)
    """
    check(code, "The lines after this one that write into E belong there as well.", [])


def test_a_result_that_is_to_require_grad_again() -> None:
    code = "image = torch.ones(2, requires_grad=True)\nimage = image * 2\nimage.requires_grad = True"
    assert why(code).fixes[0].code == "image = image.detach().requires_grad_()"
