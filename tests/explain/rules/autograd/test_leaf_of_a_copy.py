"""The tensor whose gradient is read is a copy, or gets new values: that one has to be the leaf, in each round."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, session

MINIMISE = """\
def minimise(start, steps=3, lr=0.2):
    x = {copy}
    for _ in range(steps):
        e = (x ** 2).sum()
        e.backward()
        with torch.no_grad():
            x -= lr * x.grad
            x.grad = None
    return x
"""
CALL = "\nstart = torch.tensor([1.0, -2.0])\nbest = minimise(start)"


@pytest.mark.parametrize(
    ("copy", "leaf"),
    [
        ("start.clone()", "start.clone().requires_grad_()"),
        ("start.detach().clone()", "start.detach().clone().requires_grad_()"),
        ("start * 1.0", "(start * 1.0).requires_grad_()"),
        ("start.clone().view(-1)", "start.clone().view(-1).requires_grad_()"),
    ],
)
def test_the_copy_whose_gradient_is_read_is_the_leaf(copy: str, leaf: str) -> None:
    mended = MINIMISE.format(copy=leaf).rstrip()
    check(MINIMISE.format(copy=copy) + CALL, f"let it require grad where it is made, `x = {leaf}`.", [mended])
    live = session()
    fails(MINIMISE.format(copy=copy) + CALL, live)
    outcomes = [*live.run(f"{mended}\nbest = minimise(start)\n")]  # to the end, with all rounds
    assert all(each.error is None for each in outcomes)


def test_the_copy_that_an_optimizer_has_is_the_leaf() -> None:
    code = (
        "def fit(start):\n    z = start.clone()\n    opt = torch.optim.Adam([z], lr=0.1)\n    loss = (z ** 2).sum()\n"
        "    loss.backward()\n    opt.step()\n    return z\n"
    )
    mended = code.replace("clone()", "clone().requires_grad_()").rstrip()
    check(code + "\nfit(torch.ones(3))", "`z = start.clone().requires_grad_()`", [mended])


@pytest.mark.parametrize("use", ["x.grad", "opt = torch.optim.SGD([x], lr=0.1)"])
def test_a_copy_at_the_prompt_becomes_the_leaf_itself(use: str) -> None:
    code = "start = torch.tensor([1.0, 2.0])\nx = start.clone()\n" + use + "\ne = (x ** 2).sum()\ne.backward()"
    again = "x.requires_grad_()\ne = (x ** 2).sum()\ne.backward()"
    check(code, "x.requires_grad_(), before e is computed, makes it require grad.", [again])


@pytest.mark.parametrize("first", ["", "    x = x.clone()\n"])
def test_a_tensor_with_a_new_value_in_each_round_is_made_a_leaf_in_each(first: str) -> None:
    code = (
        f"def descend(x, lr=0.1):\n{first}    for _ in range(3):\n        loss = (x ** 2).sum()\n"
        "        loss.backward()\n        x = x - lr * x.grad\n    return x\n\ndescend(torch.tensor([3.0]))"
    )
    check(code, "before each loss is computed, x = x.detach().requires_grad_() makes it one.", [])


def test_a_name_in_a_function_is_not_the_one_at_the_prompt() -> None:
    code = (
        "net = nn.Linear(3, 1).requires_grad_(False)\nimg = torch.rand(3)\n"
        "def saliency(net, img):\n    img = img.unsqueeze(0)\n    score = net(img).sum()\n    score.backward()\n"
        "    return img.grad\n\nsaliency(net, img)"
    )
    text = check(code, "score was computed from net and img", []).text
    assert "img.requires_grad_()" not in text


UPDATES = {
    "w = w - 0.1 * w.grad\n    b = b - 0.1 * b.grad": True,
    "with torch.no_grad():\n        w = w - 0.1 * w.grad\n        b = b - 0.1 * b.grad": True,
    "w -= 0.1 * w.grad\n    b -= 0.1 * b.grad": True,
    "with torch.no_grad():\n        w -= 0.1 * w.grad\n        b -= 0.1 * b.grad": False,
}


@pytest.mark.parametrize("update", UPDATES)
def test_several_that_are_fitted_have_to_stay_the_leaves(update: str) -> None:
    code = (
        "x, y = torch.rand(8, 2), torch.rand(8)\nw, b = torch.zeros(2), torch.zeros(1)\nfor i in range(3):\n"
        f"    loss = ((x @ w + b - y) ** 2).mean()\n    loss.backward()\n    {update}"
    )
    fixes = [] if UPDATES[update] else ["w.requires_grad_()\nb.requires_grad_()"]
    text = check(code, "w.requires_grad_(); b.requires_grad_().", fixes).text
    assert ("w and b must stay the leaves: change them in place" in text) is UPDATES[update]


def test_a_copy_with_a_new_value_under_no_grad_is_made_a_leaf_in_each_round() -> None:
    code = MINIMISE.format(copy="start.clone()").replace("x -= lr * x.grad", "x = x - lr * x.grad")
    check(code + CALL, "before each e is computed, x = x.detach().requires_grad_() makes it one.", [])
