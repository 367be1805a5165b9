"""Names that are not defined: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from ptrepl.explain.explain import explain
from tests.explain.failing import check, fails, session, shown

HEAD = "loss = torch.ones(3)\ndef train(x):\n    return x\n"


def test_a_name_at_home_in_torch_on_the_screen():
    assert shown("y = zeros(2, 3) + 1") == "\n".join(
        [
            "NameError: name 'zeros' is not defined",
            "    y = zeros(2, 3) + 1",
            "        ^^^^^",
            "│ zeros is not defined by itself: it is in torch, as torch.zeros.",
            "│ try  y = torch.zeros(2, 3) + 1",
        ]
    )


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("Linear(3, 2)", "it is in nn, as nn.Linear.", ["nn.Linear(3, 2)"]),
        ("relu(loss)", "it is in torch, as torch.relu.", ["torch.relu(loss)", "F.relu(loss)"]),
        ("torch.zeros(3, dtype=float32)", "it is in torch, as torch.float32.", ["torch.float32"]),
        ("optim.SGD([loss], lr=1)", "it is in torch, as torch.optim.", []),
        ("Adam", "it is in torch.optim, as torch.optim.Adam.", []),
        ("losss.sum()", "There is no losss here. There is loss, a tensor of shape (3,).", ["loss.sum()"]),
        ("print(Loss)", "There is loss, a tensor of shape (3,).", ["loss"]),
        (
            "x = torch.tensor(2.0, requires_grad)",
            "requires_grad is an argument of torch.tensor",
            ["torch.tensor(2.0, requires_grad=True)"],
        ),
        (
            "m = torch.mean(loss, 0, keepdim)",
            "given its value by name: keepdim=True.",
            ["torch.mean(loss, 0, keepdim=True)"],
        ),
        ("nn.Linear(3, 2, bias)", "bias is an argument of nn.Linear", ["nn.Linear(3, 2, bias=True)"]),
        ("torch.where(loss > 4, loss, zero)", "A number is written in digits: 0.", ["0"]),
        ("loss * two", "A number is written in digits: 2.", ["2"]),
        ("backward(loss)", "backward is a method of a tensor: loss.backward().", []),
        ("item(loss[0])", "item is a method of a tensor: loss[0].item().", ["loss[0].item()"]),
        ("item(loss[0] + 1)", "(loss[0] + 1).item().", ["(loss[0] + 1).item()"]),
        ("v = view(loss, 3, 1)", "view is a method of a tensor: loss.view(3, 1).", ["loss.view(3, 1)"]),
        (
            "y = loss.sum() * torch.ones((), requires_grad=True)\nbackward()",
            "a tensor: y.backward().",
            [],
        ),
        ("item()", "item is a method of a tensor: it stands behind one, with a dot between them.", []),
        ("trian(3)", "There is train, a function.", ["train(3)"]),
        ("lenn([1])", "There is len, a function.", ["len([1])"]),
        ("zeors(3)", "There is no zeors here, but there is torch.zeros.", ["torch.zeros(3)"]),
        ("[zeros(n) for n in [1, 2]]", "it is in torch, as torch.zeros.", ["[torch.zeros(n) for n in [1, 2]]"]),
        ("def f(n):\n    return zeros(n)\nf(2)", "as torch.zeros.", ["def f(n):\n    return torch.zeros(n)"]),
        ("(lambda n: zeros(n))(2)", "as torch.zeros.", []),
        ("math.pi", "math is a module of Python's standard library. Import it first: import math.", ["import math"]),
        ("def f():\n    loss = loss + 1\nf()", "Pass the outer loss in as an argument", []),
    ],
)
def test_what_was_meant(code, said, fixes):
    check(HEAD + code, said, fixes)


@pytest.mark.parametrize(
    "code",
    [
        "def build():\n    model = nn.Linear(3, 2)\n    return model\nbuild()\nmodel(loss)",  # torch.mode
        "nn.Linear(3, 2)(images)",  # torch.imag
        "(loss - mean) / std",
        "len(classes)",
        "torch.manual_seed(seed)",
        "attention(loss)",  # the module nn.attention
    ],
)
def test_a_thing_of_ones_own_is_not_a_function_of_torch(code):
    live = session()
    *_, last = [*live.run(HEAD + code + "\n")]
    assert last.error is not None
    assert last.explanation is None


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("activation = relu", "it is in torch, as torch.relu.", []),
        ("class Net(Modul): pass", "but there is nn.Module.", []),
        ("loss.to(flaot64)", "but there is torch.float64.", ["torch.float64"]),
        ("nn.Sequential(Lineer(3, 2))", "but there is nn.Linear.", ["nn.Linear(3, 2)"]),
    ],
)
def test_a_function_of_torch_that_is_used_as_one(code, said, fixes):
    check(HEAD + code, said, fixes)


TRAINED = "w = torch.ones(3, requires_grad=True)\n(w * 2).sum().backward()\nlr = 0.1\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("with torch.no_grad():\n    w -= lr * grad", "stores the gradient of a tensor in its attribute grad: w.grad.",
         ["with torch.no_grad():\n    w -= lr * w.grad"]),
        ("step = lr * gradient", "in its attribute grad: w.grad.", ["step = lr * w.grad"]),
        ("b = torch.ones(1, requires_grad=True)\ngrads", "w.grad or b.grad.", []),
        ("def sgd(params):\n    with torch.no_grad():\n        for param in params:\n            param -= lr * grad\n"
         "sgd([w])", "param.grad", ["def sgd(params):\n    with torch.no_grad():\n        for param in params:\n"
         "            param -= lr * param.grad"]),
        ("del w\ngradient(torch.ones(3))", "it is in torch, as torch.gradient.", ["torch.gradient(torch.ones(3))"]),
    ],
)  # fmt: skip
def test_the_gradient_of_a_tensor_in_reach(code, said, fixes):
    explanation = check(TRAINED + code, said, fixes)
    assert "nn.grad" not in explanation.text


def test_a_name_whose_statement_failed():
    live = session()
    fails("x = torch.ones(2) @ torch.ones(3)", live)
    explanation = fails("x.sum()", live).explanation
    assert explanation is not None
    assert (
        explanation.text
        == "`x = torch.ones(2) @ torch.ones(3)` would have made x, but it failed, so there is no x yet."
    )


def test_what_is_only_added_to_was_never_going_to_be_made():
    live = session()
    first, second = (fails(f"total += {number}", live).explanation for number in (1, 2))
    assert first is not None
    assert second is not None
    assert first.text == "`total += 1` changes what total holds, and there is no total. Give it a first value before."
    assert second.text.startswith("`total += 2` changes")
    assert fails("print(total)", live).explanation is None
    failed = fails("@missing\ndef total(): ...", live)
    assert failed.error is not None
    again = fails("total()", live).explanation
    assert again is not None
    assert "would have made total" in again.text


@pytest.mark.parametrize(
    ("code", "near"),
    [("error", ""), ("print(warnings)", ""), ("raise ValuError('a')", "ValueError"), ("keyerror", "KeyError")],
)
def test_an_error_is_meant_only_by_a_word_that_names_its_kind(code, near):
    explanation = fails(code).explanation
    assert (near in explanation.text) if near else (explanation is None)


def test_a_lesson_may_know_the_name():
    live = session()
    live.explainer = lambda error: explain(
        error, live.namespace, live.record, lambda name: f"%redo brings {name} back."
    )
    explanation = fails("losss", live).explanation
    assert explanation is not None
    assert explanation.text == "%redo brings losss back."


@pytest.mark.parametrize(
    "code",
    [
        "qwxyz",
        "oops",
        "zeors",
        "error",
        "order",
        "loss[order]",
        "print(anything)",
        "[loss + j for i in range(3)]",
        "t",
        "eval('zeros(3)')",
    ],
)
def test_names_that_are_like_no_other_are_left_to_python(code):
    assert fails(HEAD + code).explanation is None


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("x = torch.ones(2).to(meta)", 'x = torch.ones(2).to("meta")'),
        ("x = torch.ones(2, device=meta)", 'x = torch.ones(2, device="meta")'),
        ("d = torch.device(cpu)", 'd = torch.device("cpu")'),
        ("x = torch.ones(2).to(cpu)", 'x = torch.ones(2).to("cpu")'),
    ],
)
def test_a_device_without_its_quotes(line: str, fix: str) -> None:
    check(line, "A device is written as a string", [fix])


def test_meta_may_be_any_name_elsewhere() -> None:
    assert fails("rows = list(meta)").explanation is None
