"""Backward from a tensor without a graph: which of the causes it was, and at which statement."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\nx = torch.ones(3)\n"


def test_a_detached_step_on_the_screen():
    code = HEAD + "y = w.detach() * 2\nloss = y.sum()\nloss.backward()"
    assert shown(code) == "\n".join(
        [
            "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
            "    loss.backward()",
            "    ^^^^^^^^^^^^^^^",
            "│ detach() in `y = w.detach() * 2` cuts w off from the graph, so no gradient can",
            "│ flow from loss to it.",
            "│ try  y = w * 2",
            "│      loss = y.sum()",
            "│      loss.backward()",
        ]
    )
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("a = (x * x).sum()\na.backward()", "a was computed from x, which does not require grad", 1),
        (
            "v = torch.ones(3)\na = (x * v).sum()\na.backward()",
            "a was computed from x and v, and none of them requires grad",
            0,
        ),
        ("a = torch.tensor(3.0)\na.backward()", "a does not require grad, and it was not computed", 0),
        (
            "a = torch.tensor([1, 2]).sum()\na.backward()",
            "a is int64, and only floating point tensors can have gradients.",
            0,
        ),
        ("a = w.data.sum()\na.backward()", ".data in `a = w.data.sum()` cuts w off from the graph", 1),
        ("(w.detach() * 2).sum().backward()", "detach() in this line cuts w off from the graph", 1),
        (
            "t = (w * 2).sum()\na = torch.tensor(t.item())\na.backward()",
            "of the values in t.item(), without their graph.",
            1,
        ),
        ("t = (w * 2).sum()\nv = t.item()\na = torch.tensor(v)\na.backward()", "item() in `v = t.item()` takes", 0),
        ("t = 0\nfor i in range(3):\n    t += w.sum().item()\ntorch.tensor(t).backward()", "`t += w.sum().item()`", 0),
        ("w.argmax().backward()", "argmax() in this line gives whole numbers, indices", 0),
        ("a = (torch.stack([w, w]).argmax(1) == 0).float().mean()\na.backward()", "argmax() in `a = (torch.stack", 0),
        ("p = (w > 0).float()\na = p.mean()\na.backward()", "w > 0 in `p = (w > 0).float()` gives True or False", 0),
        ("with torch.no_grad():\n    a = w.sum()\na.backward()", "Nothing was recorded when `a = w.sum()` ran", 1),
        ("with torch.no_grad():\n    w.sum().backward()", "Nothing was recorded here", 0),
        ("with torch.inference_mode():\n    a = w.sum()\na.backward()", "a was made in torch.inference_mode()", 0),
        (
            "@torch.no_grad()\ndef f(t):\n    return t.sum()\na = f(w)\na.backward()",
            "Nothing was recorded when `a = f(",
            0,
        ),
        (
            "def f(t):\n    return t.detach().sum()\na = f(w)\na.backward()",
            "`a = f(w)` runs `return t.detach().sum()`, and detach() cuts off the graph of a.",
            0,
        ),
        ("def f(t):\n    y = t.detach()\n    y.sum().backward()\nf(w)", "detach() in `y = t.detach()` cuts", 0),
        ("a = x.sum()\nx.requires_grad_()\na.backward()", "x requires grad now, but it did not yet when `a =", 1),
        ("net = nn.Linear(3, 1)\nnet.requires_grad_(False)\nnet(torch.ones(3)).backward()", "from net, which", 0),
        ("a = torch.autograd.backward(x.sum())", "x.sum() was computed from x, which does not", 0),
        ("f = lambda t: t.sum().backward()\nf(x)", "t.sum() was computed from t, which does not", 0),
    ],
)
def test_which_cause_it_was(code, said, fixes):
    assert said in why(HEAD + code).text
    assert runs_after(HEAD + code) == fixes


@pytest.mark.parametrize(
    "code",
    [
        "h.sum().backward()\nh.detach().sum().backward()",
        "h.sum().backward()\na = h.detach().sum()\na.backward()",
        "h.sum().backward()\nwith torch.no_grad():\n    a = h.sum()\na.backward()",
        "with torch.no_grad():\n    h.add_(1)\na = h.data.sum()\na.backward()",
    ],
)
def test_no_fix_needs_a_graph_that_is_freed_or_a_tensor_that_was_changed(code):
    assert why(f"{HEAD}h = w.exp()\n{code}").text
    assert runs_after(f"{HEAD}h = w.exp()\n{code}") == 0


def test_only_what_was_computed_from_it_comes_again():
    code = "p = torch.rand(3)\nt = torch.tensor([0, 1, 1])\nt[0] = 7\na = (p - t).sum()\n"
    assert [fix.code for fix in why(code + "a.backward()").fixes] == [
        "p.requires_grad_()\na = (p - t).sum()\na.backward()"
    ]
    assert [fix.code for fix in why(code + "nn.MSELoss()(p, t).backward()").fixes] == [
        "p.requires_grad_()\nnn.MSELoss()(p, t).backward()"
    ]
    assert runs_after(code + "a.backward()") == runs_after(code + "nn.MSELoss()(p, t).backward()") == 1
    assert runs_after(code + "(p * torch.rand(3)).sum().backward()") == 0


def test_what_cuts_the_graph_is_said_though_nothing_requires_grad():
    code = HEAD + "y = x.detach() * 2\ny.sum().backward()"
    assert why(code).text == (
        "x does not require grad, and that alone would not be enough: detach() in `y = x.detach() * 2` lets no "
        "gradient flow from y.sum() to x."
    )
    assert runs_after(code) == 0
    beside = HEAD + "y = x * x.detach()\ny.sum().backward()"
    assert "was computed from x, which does not require grad" in why(beside).text
    assert runs_after(beside) == 1


def test_what_the_record_does_not_know_is_not_guessed():
    for code in (
        "def f():\n    return eval('x').sum()\na = f()\na.backward()",
        "a = torch.zeros_like(w).sum()\na.backward()",
        "if w.sum() > 9:\n    a = w.detach().sum()\nelse:\n    a = x.sum()\na.backward()",
        "for a in [x.sum()]:\n    pass\na.backward()",
    ):
        assert (
            "either nothing that it was computed from requires grad, or something in between" in why(HEAD + code).text
        )
    assert fails(HEAD + "torch.autograd.backward([w.sum(), x.sum()])").explanation is None


W = "w = torch.ones(2, requires_grad=True)\nh = w * 2\n"
NET = "net = nn.Linear(2, 2)\nx = torch.ones(3, 2)\nout = net(x)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (W + "h = h.detach()\nl = h.sum()\nl.backward()", "detach() in `h = h.detach()` cuts h off"),
        (W + "h = h.data\nh.sum().backward()", ".data in `h = h.data` cuts h off"),
        (W + "z = h.detach()\nh = z\nh.sum().backward()", "detach() in `z = h.detach()` cuts h off"),
        (W + "h.detach_()\nh.sum().backward()", "h.sum() has no graph"),
        (
            W + "with torch.no_grad():\n    h = h + 1\n\nh.sum().backward()",
            "when `h = h + 1` ran, because grad mode was off",
        ),
        (W + "w = w.detach()\n(w * torch.ones(2)).sum().backward()", "detach() in `w = w.detach()` cuts w off"),
        (NET + "out = out.detach()\nout.sum().backward()", "detach() in `out = out.detach()` cuts out off"),
        (NET + "out = out.argmax(1).float()\nout.sum().backward()", "argmax() in `out = out.argmax(1).float()`"),
        (
            NET + "out = out > 0\nloss = out.float().mean()\nloss.backward()",
            "out > 0 in `out = out > 0` gives True or False",
        ),
    ],
)
def test_a_name_that_got_a_new_value_on_the_way(code, said):
    text = why(code).text
    assert said in text, text
    assert "did not yet" not in text


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("mse(net(x).softmax(1).argmax(1).float(), y.float())", "F.cross_entropy(net(x), y)"),
        ("(net(x).argmax(1) - y).float().mean()", "F.cross_entropy(scores, target) takes the scores as they are."),
    ],
)
def test_a_loss_of_class_indices_gets_the_scores(loss, said):
    made = "net, mse = nn.Linear(2, 3), nn.MSELoss()\nx, y = torch.ones(4, 2), torch.tensor([0, 1, 2, 0])\n"
    code = f"{made}loss = {loss}\nloss.backward()"
    text = check(code, said, []).text
    assert "itself" not in text


def test_a_gradient_has_no_graph_of_its_own() -> None:
    head = "w = torch.ones(3, requires_grad=True)\nloss = (w**3).sum()\n"
    said = "torch.autograd.grad gives gradients without a graph. With create_graph=True they have one"
    code = f"{head}g = torch.autograd.grad(loss, w)[0]\nh = torch.autograd.grad(g.sum(), w)"
    assert said in why(code).text


def test_the_gradient_of_a_linear_function_has_no_graph() -> None:
    head = "x = torch.ones(3, requires_grad=True)\ny = 3 * x\n"
    said = "create_graph=True was given, and still g has no graph: it is the same whatever the inputs are"
    code = f"{head}g = torch.autograd.grad(y.sum(), x, create_graph=True)[0]\nh = torch.autograd.grad(g.sum(), x)"
    assert said in why(code).text


def test_an_output_that_nothing_reads_is_named_and_data_is_left_as_it_is() -> None:
    head = "net = nn.Linear(2, 2)\nx = torch.rand(3, 2)\ny = torch.rand(3, 2)\n"
    said = "`out = net(x)` has a graph, and loss was not computed from it."
    check(f"{head}out = net(x)\nloss = F.mse_loss(y, y)\nloss.backward()", said, [])
    loop = "for _ in range(2):\n    out = net(x)\n    loss = F.mse_loss(x, y)\n    loss.backward()"
    check(head + loop, said, [])


def test_an_output_of_before_has_nothing_to_do_with_it() -> None:
    code = "net = nn.Linear(2, 2)\nout = net(torch.rand(3, 2))\nout.sum().backward()\nx = torch.tensor(2.0)\ny = x**2\n"
    check(f"{code}y.backward()", "x.requires_grad_()", ["x.requires_grad_()\ny = x**2\ny.backward()"])


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "torch.multinomial(p, 1).float()",
            "p.gather(-1, …) gives the probabilities of what was drawn, with their graph.",
        ),
        ("p.detach().argsort(0).float()", "Compute the loss from p, without this step."),
    ],
)
def test_what_the_loss_is_computed_from_in_the_place_of_positions(step: str, said: str) -> None:
    code = f"p = torch.rand(3, requires_grad=True).softmax(0)\na = {step}\na.sum().backward()"
    assert said in why(code).text


def test_a_derivative_without_a_graph_in_a_function_of_ones_own() -> None:
    code = """
    def g(x):
        return torch.sin(x) * x

    def slope(a):
        return torch.autograd.functional.jacobian(g, a)

    a = torch.ones(1, requires_grad=True)
    expansion = g(a).detach() + slope(a) * 0.1
    expansion.sum().backward()
    """
    said = "torch.autograd.functional.jacobian gives its result without a graph. With create_graph=True it has one"
    assert said in why(code).text
    assert said not in why(code.replace(", a)\n\n", ", a, create_graph=True).detach()\n\n")).text
    assert said not in why(code.replace(", a)\n\n", ", a, True).detach()\n\n")).text


def test_no_class_indices_are_made_of_coordinates() -> None:
    code = """
    net = nn.Linear(3, 5)
    x, coords = torch.rand(4, 3), torch.rand(4) * 2 - 1
    place = net(x).argmax(1).float()
    loss = F.l1_loss(place, coords)
    loss.backward()
    """
    assert "coords.long()" not in why(code).text
