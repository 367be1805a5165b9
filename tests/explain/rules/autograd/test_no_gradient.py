"""None where a tensor was meant: which of the causes it was, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

pytestmark = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")

HEAD = "w = torch.ones(3, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n"
WENT = HEAD + "(w * 2).sum().backward()\n"


def test_a_gradient_that_is_not_there_yet_on_the_screen():
    assert shown(HEAD + "w.grad.zero_()") == "\n".join(
        [
            "AttributeError: 'NoneType' object has no attribute 'zero_'",
            "    w.grad.zero_()",
            "    ~~~~~~^^^^^^",
            "│ w.grad is None until a backward() has gone through w, and none has yet.",
            "│ try  w.grad = None",
        ]
    )
    assert runs_after(HEAD + "w.grad.zero_()") == 1


@pytest.mark.parametrize(
    "line",
    [
        "0.1 * w.grad",
        "w - w.grad",
        "-w.grad",
        "w.grad[0]",
        "w.grad[0] = 1",
        "w.grad *= 2",
        "w @ w.grad",
        "w.grad > 2",
        "len(w.grad)",
        "torch.abs(w.grad)",
        "torch.norm(w.grad)",
        "w.sub(w.grad)",
        "w.data.sub_(w.grad)",
        'print(f"{w.grad:.2f}")',
        "[each.grad.abs() for w in [w] for each in [w]]",
        "g = w.grad; g * 2",
        "def f(t):\n    return t.grad * 2\nf(w)",
        "(lambda t: t.grad * 2)(w)",
        "opt = torch.optim.SGD([w], lr=0.1); w.grad.norm()",
    ],
)
def test_no_backward_yet(line):
    assert ".grad is None until a backward() has gone through" in why(HEAD + line).text
    runs_after(HEAD + line)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("w.grad = None\nw.grad.abs()", "w.grad is None because `w.grad = None` cleared it."),
        ("opt.zero_grad()\nw.grad.abs()", "w.grad is None because `opt.zero_grad()` cleared it."),
        (
            "for _ in 'ab':\n    opt.zero_grad()\n    w.grad.abs()",
            "has gone through w. zero_grad() makes it None again.",
        ),
        ("w = w - 0.1 * w.grad\nw.grad.zero_()", "w is the result of `w = w - 0.1 * w.grad`, so it is not a leaf"),
        (
            "for _ in 'ab':\n    (w * w).sum().backward()\n    w = w - 0.1 * w.grad",
            "`w -= 0.1 * w.grad` under torch.no_grad() changes w in place, and it stays a leaf.",
        ),
        (
            "with torch.no_grad():\n    w = w - 0.1 * w.grad\nw.grad.zero_()",
            "`w = w - 0.1 * w.grad` ran without recording and made a new w",
        ),
        ("y = w * 2\ny.sum().backward()\ny.grad.norm()", "call y.retain_grad() before backward()"),
        ("v = torch.ones(3)\nv - 0.1 * v.grad", "v does not require grad"),
        (
            "v = torch.ones(3, requires_grad=True)\n(w * 2).sum().backward()\nv.grad.norm()",
            "`(w * 2).sum().backward()` ran a backward pass, but what it started from was not computed from this v.",
        ),
    ],
)
def test_why_the_gradient_is_not_there(code, said):
    assert said in why(WENT + code).text
    runs_after(WENT + code)


def test_a_loss_that_backward_took_on_the_screen():
    code = HEAD + "loss = (w * 2).sum().backward()\nloss.item()"
    assert shown(code).split("\n")[-5:] == [
        "│ backward() returns None, and `loss = (w * 2).sum().backward()` assigns that to",
        "│ loss. Assign the loss first, then call backward() on a line of its own.",
        "│ try  loss = (w * 2).sum()",
        "│      loss.backward()",
        "│      loss.item()",
    ]
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def f(x):\n    x * 2\nf(w).sum()", "f ends without return, so f() returns None."),
        ("def f(x):\n    x * 2\ny = f(w)\ny + 1", "f() returns None. `y = f(w)` assigns that None to y."),
        (
            "class Net(nn.Module):\n    def forward(self, x):\n        x.relu()\nnet = Net()\nnet(w).sum()",
            "The forward of net ends without return, so net() returns None.",
        ),
        (
            "rows = [w]\nrows = rows.append(w)\nrows[0]",
            "append() changes rows in place and returns None. `rows = rows.append(w)` assigns",
        ),
    ],
)
def test_calls_that_return_none(code, said):
    assert said in why(HEAD + code).text


@pytest.mark.parametrize(
    "code",
    ["x = None\nx + 1", "def f(x):\n    return {}.get(0)\ny = f(w)\ny + 1", "{}.get('a').sum()"],
)
def test_other_nones_are_left_to_python(code):
    assert fails(HEAD + code).explanation is None


def test_a_loss_with_random_numbers_or_changed_ones_is_not_computed_again():
    head = "w = torch.ones(3, requires_grad=True)\n"
    assert runs_after(head + "l = (w * w).sum().backward()\nl + 1") == 1
    assert runs_after(head + "l = (w * torch.rand(3)).sum().backward()\nl + 1") == 0
    assert runs_after(head + "x = 1.\nl = (w * x).sum().backward()\nx = 2.\nl + 1") == 0


LOOP = "w = torch.tensor(1., requires_grad=True)\nfor _ in range(2):\n"


@pytest.mark.parametrize(
    ("body", "said", "unsaid"),
    [
        (
            "    (w * 2).backward()\n    with torch.no_grad():\n        w.grad = None\n        w -= 0.1 * w.grad\n",
            "`w.grad = None` stands before this line and clears the gradient",
            "zero_grad",
        ),
        (
            "    w.grad = None\n    loss = w * 2\n    with torch.no_grad():\n        w -= 0.1 * w.grad\n",
            "w.grad is None until a backward()",
            "stands before",
        ),
    ],
)
def test_a_gradient_that_was_cleared_too_early(body, said, unsaid):
    text = why(LOOP + body).text
    assert said in text, text
    assert unsaid not in text


@pytest.mark.parametrize(
    ("made", "leaf"),
    [
        ("torch.randn(3, 1, requires_grad=True) * 0.1", "(torch.randn(3, 1) * 0.1).requires_grad_()"),
        ("torch.randn(3, 1, requires_grad=True).double()", "torch.randn(3, 1).double().requires_grad_()"),
        ("0.1 * torch.randn(3, 1, requires_grad=True)", "(0.1 * torch.randn(3, 1)).requires_grad_()"),
    ],
)
def test_a_weight_that_is_marked_before_the_last_operation(made: str, leaf: str) -> None:
    code = f"w = {made}\nw.sum().backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad"
    check(code, f"Let w itself be the leaf: w = {leaf}.", [f"w = {leaf}"])


def test_the_same_in_a_loop() -> None:
    loop = "for _ in range(2):\n    (w * 2).sum().backward()"
    code = f"w = torch.ones(2, requires_grad=True).exp()\n{loop}"
    check(code, "", [f"w = torch.ones(2).exp().requires_grad_()\n{loop}"])


def test_a_loss_that_is_computed_before_the_loop() -> None:
    code = """
    w = torch.ones(2, requires_grad=True)
    h = w.exp()
    loss = h.sum()
    for _ in range(2):
        w.grad = None
        loss.backward()
    """
    loop = "for _ in range(2):\n    w.grad = None\n    h = w.exp()\n    loss = h.sum()\n    loss.backward()"
    check(code, "loss is computed only once, before the loop", [loop])


@pytest.mark.parametrize("cleared", ["w.grad = None", "del w.grad", "w.grad = None\nw"])
def test_what_was_cleared_is_not_offered_to_be_cleared_again(cleared):
    code = f"w = torch.ones(3, requires_grad=True)\nw.sum().backward()\n{cleared}\nw.grad.zero_()"
    explanation = why(code)
    assert "cleared it" in explanation.text
    assert explanation.fixes == ()


def test_a_function_that_trains_returns_its_loss():
    code = """
net = nn.Linear(3, 1)
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
def train_one(x, y):
    sgd.zero_grad()
    loss = ((net(x) - y) ** 2).mean()
    loss.backward(); sgd.step()

total = 0
for _ in range(3):
    total += train_one(torch.rand(4, 3), torch.rand(4, 1))
"""
    fixed = code[code.index("def") : code.index("\n\ntotal")] + "\n    return loss.item()"
    check(code, "train_one ends without return", [fixed])


def test_a_network_that_went_into_a_function_without_return():
    code = """
net = nn.Linear(3, 1)
def freeze(module):
    for p in module.parameters():
        p.requires_grad_(False)

net = freeze(net)
net(torch.rand(2, 3))
"""
    check(code, "`net = freeze(net)` assigns that None to net.")


def test_a_weight_that_is_computed_anew_each_time() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.turn = nn.utils.parametrizations.LAYER
        def forward(self, x):
            return self.turn(x)
    net = Net()
    net(torch.randn(4, 3)).sum().backward()
    net.turn.weight.grad.norm()
    """
    check(
        code.replace("LAYER", "orthogonal(nn.Linear(3, 3))"),
        "net.turn.weight is computed anew each time it is asked for, so it has no gradient. What is trained, and has "
        "one after backward(), is net.turn.parametrizations.weight.original.",
    )
    check(
        code.replace("LAYER", "weight_norm(nn.Linear(3, 3))"),
        "is net.turn.parametrizations.weight.original0 and net.turn.parametrizations.weight.original1.",
    )


def test_a_loop_without_backward_is_not_hidden() -> None:
    code = """
    net = nn.Linear(2, 1)
    for _ in range(2):
        loss = net(torch.rand(3, 2)).mean()
        for p in net.parameters():
            p.grad.zero_()
    """
    check(code, "loss is computed here, and nothing calls loss.backward().", [])
