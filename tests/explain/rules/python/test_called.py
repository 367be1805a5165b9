"""Parentheses too many or too few, and keywords of another name: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, shown

HEAD = "x = torch.ones(2, 3)\n"


def test_brackets_after_a_value_on_the_screen():
    assert shown(HEAD + "x.shape()") == "\n".join(
        [
            "TypeError: 'torch.Size' object is not callable",
            "    x.shape()",
            "    ^^^^^^^^^",
            "│ x.shape is an attribute, not a method: write it without parentheses.",
            "│ try  x.shape",
        ]
    )


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("x.shape()[0]", ["x.shape[0]"]),
        ("x.shape(0)", ["x.shape[0]"]),
        ("x.shape(3, 2)", ["x.reshape(3, 2)"]),
        ("x.shape((3, 2))", ["x.reshape((3, 2))"]),
        ("x.shape(4, 7)", []),
        ("x.T()", ["x.T"]),
        ("x.grad()", ["x.grad"]),
        ("x.dtype()", ["x.dtype"]),
        ("x.ndim()", ["x.ndim"]),
        ("x.device()", []),  # a stand-in has a device of its own
        ("x.requires_grad(True)", ["x.requires_grad_(True)"]),
        ("x(0)", ["x[0]"]),
        ("y = 2 * x(x + 1)", ["x * (x + 1)"]),
        ("def f(t):\n    return t.T()\nf(x)", ["def f(t):\n    return t.T"]),
        ("x.size[0]", ["x.size()[0]"]),
        ("x.sum + 1", ["x.sum() + 1"]),
        ("1 + x.sum", ["1 + x.sum()"]),
        ("x.mean.item()", ["x.mean().item()"]),
        ("torch.abs(x.sum)", ["torch.abs(x.sum())"]),
        ("x.sum > 1", ["x.sum() > 1"]),
        ("sum = 0\nsum([1, 2])", ["del sum"]),
        ("torch.random(3)", []),
    ],
)
def test_brackets(code, fixes):
    check(HEAD + code, fixes=fixes)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("torch.randn + 1", "torch.randn is the function itself."),
        ("x + torch.rand", "torch.rand is the function itself."),
        ("y = (x * x).sum\ny.backward()", "`y = (x * x).sum` gave the name y to the function itself"),
        (
            "w = torch.zeros\nloss = ((w * x - 1) ** 2).mean()",
            "`w = torch.zeros` gave the name w to the function itself",
        ),
        ("y = x.T\ny = y.reshape\ny = y.reshape(6)", "`y = y.reshape` gave the name y to the function itself"),
    ],
)
def test_what_was_named_and_not_called(code, said):
    check(HEAD + code, said=said)


def test_a_misspelt_keyword_on_the_screen():
    assert shown("w = torch.ones(3, requries_grad=True)") == "\n".join(
        [
            "TypeError: ones() got an unexpected keyword argument 'requries_grad'",
            "    w = torch.ones(3, requries_grad=True)",
            "        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            "│ torch.ones has no argument requries_grad. It has requires_grad.",
            "│ try  w = torch.ones(3, requires_grad=True)   → shape (3,)",
        ]
    )


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("x.sum(dmi=0)", "It has dim.", ["x.sum(dim=0)"]),
        ("x.mean(axsi=0)", "x.mean has no argument axsi.", []),
        ("F.softmax(x, dims=0)", "F.softmax has no argument dims. It has dim.", ["F.softmax(x, dim=0)"]),
        ("nn.Linear(3, 2, bais=False)", "It has bias.", ["nn.Linear(3, 2, bias=False)"]),
        ("torch.tensor([1.], requires_gradient=True)", "", ["torch.tensor([1.], requires_grad=True)"]),
        ("torch.cat([x], axs=0)", "torch.cat has no argument axs. It takes tensors, dim, out.", []),
        ("torch.optim.SGD([x], learning_rate=1)", "It has lr.", ["torch.optim.SGD([x], lr=1)"]),
        ("torch.optim.Adam([x], momentum=1)", "torch.optim.Adam has no argument momentum. It takes params, lr,", []),
        ("x.sum().backward(retain_grph=True)", "It has retain_graph.", []),
        ("def go(epochs=3): pass\ngo(epoch=4)", "go has no argument epoch. It has epochs.", ["go(epochs=4)"]),
    ],
)
def test_keywords(code, said, fixes):
    check(HEAD + code, said, fixes)


@pytest.mark.parametrize("code", ["y = 3\ny(2)", "class A: pass\nA()(3)", "dict(a=1).get(key=3)", "(lambda a: a)(b=1)"])
def test_what_has_nothing_to_do_with_tensors_is_left_to_python(code):
    assert fails(HEAD + code).explanation is None


def test_a_method_that_was_kept_in_a_name():
    code = "x = torch.ones(3)\nflat = x.flatten\n"
    again = "m = x.mean()\nif m > 0: print(1)"
    check(HEAD + "m = x.mean\nif m > 0: print(1)", "m is the method mean itself: `m = x.mean` lacks", [again])
    check(code + "flat + 1", "`flat = x.flatten` lacks the parentheses", ["flat = x.flatten()\nflat + 1"])


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "best, loss = None, 0.5\nif loss < best:\n    best = loss",
            "if best is None or loss < best.",
            ["best is None or loss < best"],
        ),
        ("best, loss = None, 0.5\nworse = loss > best", "best is None, and None is neither less nor greater", []),
        (
            "class Stop:\n    def __init__(self):\n        self.best = None\n\n    def see(self, loss):\n"
            "        if self.best > loss:\n            self.best = loss\n\nstop = Stop()\nstop.see(0.5)",
            "if self.best is None or self.best > loss.",
            [
                "class Stop:\n    def __init__(self):\n        self.best = None\n\n    def see(self, loss):\n"
                "        if self.best is None or self.best > loss:\n            self.best = loss\n\nstop = Stop()"
            ],
        ),
    ],
)
def test_none_is_not_less_than_a_number(code, said, fixes):
    check(code, said, fixes)
