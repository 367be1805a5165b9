"""A tensor that was saved for the backward pass was changed in place: by which statement, and what needs it."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\n"
RESULT = HEAD + "y = w.exp()\ny += 1\nloss = y.sum()\nloss.backward()"


def test_a_result_that_was_changed_on_the_screen():
    assert shown(RESULT).split("\n")[1:] == [
        "    loss.backward()",
        "    ^^^^^^^^^^^^^^^",
        "│ The backward pass of exp() needs its result y as it was. `y += 1` has changed",
        "│ y in place since then. `y = y + 1` makes a new tensor instead and leaves the",
        "│ old one unchanged.",
        "│ try  y = w.exp()",
        "│      y = y + 1",
        "│      loss = y.sum()",
        "│      loss.backward()",
    ]
    assert runs_after(RESULT) == 1


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("x = torch.ones(3)\ny = w * x\nx += 1\ny.sum().backward()", "of * needs x as it was. `x += 1` has", 0),
        ("y = w * 2; z = y ** 2\ny[0] = 1\nz.sum().backward()", "of ** needs y as it was. `y[0] = 1` has", 0),
        ("y = w.sigmoid()\ny.mul_(2)\ny.sum().backward()", "`y = y.mul(2)` makes a new tensor", 1),
        (
            "y = w.tanh()\nF.relu(y, inplace=True)\ny.sum().backward()",
            "`F.relu(y, inplace=True)` has changed y in place",
            0,
        ),
        ("y = w.exp()\ny += 1\ntorch.autograd.grad(y.sum(), w)", "needs its result y as it was. `y += 1` has", 0),
        ("def f():\n    y = w.exp()\n    y += 1\n    y.sum().backward()\nf()", "its result y as it was. `y += 1`", 0),
        ("for i in range(2):\n    y = w.exp(); y += 1; y.sum().backward()", "its result y as it was. `y += 1`", 0),
        (
            "net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1))\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
            "a = net(w).sum(); a.backward(retain_graph=True); opt.step(); a.backward()",
            "needs net[1].weight as it was. `opt.step()` has changed net[1].weight in place since then. Compute a "
            "again after `opt.step()`.",
            0,
        ),
        (
            "net = nn.Sequential(nn.Sigmoid(), nn.Hardtanh(inplace=True))\nnet(w).sum().backward()",
            "The backward pass of sigmoid() needs its result as it was. net[1] (Hardtanh) comes after it, was made "
            "with inplace=True, and overwrites it. Write nn.Hardtanh() in its place.",
            0,
        ),
        (
            "a, b = torch.ones(3), torch.ones(3)\ny = w * a * b\na += 1; b += 1\ny.sum().backward()",
            "an input or a weight, but something",  # a or b: torch does not say which
            0,
        ),
    ],
)
def test_the_statement_and_what_needs_the_tensor(code, said, fixes):
    assert said in why(HEAD + code).text
    assert runs_after(HEAD + code) == fixes


def test_a_parameter_that_was_changed_is_not_to_be_rebound():
    code = HEAD + "a = (w ** 2).sum()\nwith torch.no_grad():\n    w -= 0.1\na.backward()"
    assert why(code).text == (
        "The backward pass of ** needs w as it was. `w -= 0.1` has changed w in place since then. Compute a again "
        "after the change, or call backward() before it."
    )
    assert runs_after(code) == 0


def test_what_wrote_inside_of_a_call_is_not_taken_for_the_call():
    code = (
        "class Net(nn.Module):\n    def forward(self, x):\n        y = x.exp()\n        y += x\n        return y\n"
        "net = Net()\nout = net(w)\nout.sum().backward()"
    )
    assert "Something in `out = net(w)` has changed out in place since then." in why(HEAD + code).text


@pytest.mark.parametrize(
    "code",
    [
        "y = w.exp()\ny += torch.rand(3)\ny.sum().backward()",
        "k = 1.\ny = w.exp()\ny += k\nk = 2.\ny.sum().backward()",
        "y = w.exp()\ny += 1\ny *= 2\na = y.sum()\na.backward()",
    ],
)
def test_a_change_that_would_be_another_now_is_not_offered_again(code):
    assert why(HEAD + code).text
    assert runs_after(HEAD + code) == 0


RESIDUAL = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)
        self.act = {act}
    def forward(self, x):
        out = self.act(self.fc(x))
        {change}
        return out

{made}
"""


@pytest.mark.parametrize("act", ["nn.ReLU()", "nn.Sequential(nn.Linear(3, 3), nn.Tanh())"])
@pytest.mark.parametrize(
    ("change", "instead"),
    [("out += x", "out = out + x"), ("out[:, 0] = 0", "out = out.clone()\n        out[:, 0] = 0")],
)
def test_the_result_of_a_layer_that_forward_changes(act: str, change: str, instead: str) -> None:
    made = "block = Block()"
    use = "\nloss = block(torch.ones(2, 3, requires_grad=True)).pow(2).sum()\nloss.backward()"
    fix = RESIDUAL.format(act=act, change=instead, made=made).strip()
    check(
        RESIDUAL.format(act=act, change=change, made=made + use),
        f"`{change}` in Block.forward changes such a result",
        [fix],
    )
