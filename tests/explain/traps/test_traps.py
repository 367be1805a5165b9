"""Silent traps: reported where they are, once a line, and nowhere else."""

from __future__ import annotations

import pytest

from ptrepl.engine.run.session import Session
from ptrepl.shell.teaching import teach
from tests.explain.failing import session

W = "w = torch.tensor([1.], requires_grad=True)\n"
COLUMN = "x = torch.linspace(0, 1, 4).reshape(4, 1)\ny = torch.arange(4.)\n"


def told(code: str, within: Session | None = None, *, tells: bool = True) -> tuple[str, ...]:
    """What is said of the last statement of ``code``; all of it must run."""
    live = within or session()
    if within is None:
        teach(live, lambda: tells, lambda name: "")
    outcomes = [*live.run(code + "\n")]
    assert all(outcome.error is None for outcome in outcomes), outcomes[-1].error
    return outcomes[-1].traps


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (COLUMN + "d = ((x - y) ** 2).sum()", "x is (4, 1) and y is (4,), so the difference is (4, 4)"),
        (COLUMN + "loss = ((y - x) ** 2).mean()", "y is (4,) and x is (4, 1), so the difference is (4, 4)"),
        (COLUMN + "loss = ((2 * x + 1 - y) ** 2).mean()", "take (2 * x + 1).squeeze(1)."),
        (
            "import warnings; warnings.simplefilter('ignore')\n" + COLUMN + "loss = F.mse_loss(x, y)",
            "x is (4, 1) and y is (4,)",
        ),
        (
            "import warnings; warnings.simplefilter('ignore')\n" + COLUMN + "f = nn.L1Loss()\nloss = f(x, y)",
            "x is (4, 1) and y is (4,)",
        ),
        (
            W + "(w * 2).sum().backward()\nwith torch.no_grad():\n    w -= w.grad\n\n(w * 3).sum().backward()",
            "w.grad is the sum of this gradient and the one",
        ),
        (W + "(w * 2).sum().backward()\nprint(w.grad)\n(w * 3).sum().backward()", "w.grad is the sum of this gradient"),
        (
            "net = nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
            "net(torch.ones(1, 2)).sum().backward()\nopt.step()\nnet(torch.ones(2, 2)).sum().backward()",
            "The gradients of net are sums",
        ),
        (W + "(w * 2).sum().backward()\nw = w - 0.1 * w.grad", "w is another tensor now: is_leaf=False"),
        ("c = torch.zeros(3, dtype=torch.int32)\nc[0] = 0.5", "c holds integers (int32), so 0.5 was stored as 0."),
        ("c = torch.arange(3)\nc[:] = -1.5", "so -1.5 was stored as -1."),
        ("c = torch.arange(3)\nc.fill_(2.5);", "so 2.5 was stored as 2."),
        ("c = torch.arange(3)\nhalf = torch.full((3,), 0.5)\nc[:] = half", "the fractions of half were cut off"),
        (
            "p = torch.zeros(3, 4, requires_grad=True).softmax(1)\nF.cross_entropy(p, torch.arange(3))",
            "p went through softmax already",
        ),
        (
            "s = torch.zeros(3, 4)\nf = nn.CrossEntropyLoss()\nloss = f(F.softmax(s, dim=1), torch.arange(3))",
            "F.softmax(s, dim=1) went through softmax already",
        ),
        (
            "net = nn.Sequential(nn.Linear(2, 4), nn.Softmax(dim=1))\n"
            "loss = F.cross_entropy(net(torch.ones(3, 2)), torch.arange(3))",
            "net(torch.ones(3, 2)) went through softmax already",
        ),
        ("x = torch.tensor([0., 1.])\ny = x.log()", "y has inf"),
        ("x = torch.tensor([0., 1.])\ny = x / x\nz = y + 1", "y has nan"),
        ("x = torch.tensor([0., 1.])\nf = nn.ReLU()\ny = f(x) / torch.log(torch.ones(2))", "y has nan"),
        (COLUMN + "for _ in range(2):\n    p = x * 2\n    d = (p - y).abs().mean()\n", "p is (4, 1) and y is (4,)"),
        (COLUMN + "with torch.no_grad():\n    d = (x - y).pow(2).mean()\n", "x is (4, 1) and y is (4,)"),
        ("c = torch.arange(3)\nc[torch.tensor([True, False, False])] = 0.5", "so 0.5 was stored as 0."),
        (W + "loss = (w ** 2).sum()\nloss = loss.detach()", "loss no longer depends on your parameters"),
    ],
)
def test_a_trap_is_told(code, says):
    said = told(code)
    assert len(said) == 1
    assert says in said[0]


@pytest.mark.parametrize(
    "code",
    [
        COLUMN + "d = x.squeeze(1) - y",
        COLUMN + "d = x - y",
        W + "(w * 2).sum().backward()\n(w * 3).sum().backward()",
        "x = torch.tensor([0., 1.])\ny = x / x",
        "x = torch.tensor([0., 1.])\ny = x / x\nz = y.nan_to_num()",
        "a = torch.arange(6).reshape(2, 3).T\nb = a.reshape(6)",
        COLUMN + "d = x + y",
        COLUMN + "d = x[:1] - y[:1]",
        "d = torch.ones(4, 3) - torch.ones(3)",
        W + "(w * 2).sum().backward()",
        W + "(w * 2).sum().backward()\nw.grad = None\n(w * 3).sum().backward()",
        W + "w = torch.zeros(2)",
        W + "with torch.no_grad():\n    w -= 1\n",
        "a = torch.arange(6).reshape(2, 3)\nb = a.reshape(6)",
        "c = torch.arange(3)\nc[0] = 2.0",
        "c = torch.zeros(3)\nc[0] = 0.5",
        "s = torch.zeros(3, 4)\nloss = F.cross_entropy(s, torch.arange(3))",
        "x = torch.tensor([0., float('nan')])",
        "x = torch.full((2,), torch.inf)",
        "x = torch.zeros(3, 3).masked_fill(torch.eye(3).bool(), float('-inf'))",
        W + "loss = (w ** 2).sum()\nwith torch.no_grad():\n    loss = (w ** 2).sum()\n",
        W + "loss = (w ** 2).sum()\nloss = (w ** 3).sum()",
        "loss = 3",
        COLUMN + "x = (x - y).unsqueeze(1)",
        COLUMN + "if False:\n    d = (x - y).sum()\n",
        COLUMN + "for _ in []:\n    d = (x - y).sum()\n",
        COLUMN + "for _ in range(1):\n    d = (y - y).sum()\n    y = torch.ones(4, 1)\n",
        COLUMN + "def mse_loss(p, t):\n    return 0\nloss = mse_loss(x, y)",
        COLUMN + "class MSELoss:\n    def __call__(self, p, t):\n        return 0\nloss = MSELoss()(x, y)",
        "p = torch.zeros(3, 4, requires_grad=True).softmax(1)\n"
        "def cross_entropy(p, t):\n    return -p.log().mean()\n"
        "loss = cross_entropy(p, torch.arange(3))",
        "class Own:\n    def cross_entropy(self, p, t):\n        return 0\n"
        "p = torch.zeros(3, 4, requires_grad=True).softmax(1)\nown = Own()\nown.cross_entropy(p, 0)",
        "def softmax(s, dim):\n    return s\ns = torch.zeros(3, 4)\n"
        "loss = F.cross_entropy(softmax(s, dim=1), torch.arange(3))",
        "p = torch.zeros(3, 4, requires_grad=True)\nif False:\n    F.cross_entropy(p.softmax(1), torch.arange(3))\n",
        "import numpy\na = numpy.array([1., numpy.nan])\nx = torch.from_numpy(a)",
        "a = [1., float('nan')]\nx = torch.tensor(a)",
        "a = {'x': torch.tensor([float('nan')])}\ny = a['x'] * 2",
        "a = [torch.tensor([float('nan')])]\ny = torch.stack(a)",
        "net = nn.Linear(1, 1)\nnet.weight.data[:] = float('nan')\ny = net(torch.ones(1, 1))",
        "net = nn.Linear(1, 1)\nnet.weight.data[:] = float('nan')\ny = net.weight * 2",
        "def source():\n    return torch.tensor([float('nan')])\ny = source()",
        "x = torch.tensor([float('nan')])\nx = x * 2",
        "x = torch.tensor([float('inf')])\nx *= 2",
        "c = torch.zeros(3, dtype=torch.int64)\nif False:\n    c[0] = 0.5\n",
        "c = torch.arange(3)\nc[3:] = 0.5",
        "c = torch.arange(3)\nc[c > 5] = 0.5",
        "c = torch.arange(3)\nc[torch.zeros(3, dtype=torch.bool)] = 0.5",
        "c = torch.arange(3)\nc[torch.zeros(0, dtype=torch.int64)] = 0.5",
        "c = torch.arange(3)\nc[3:][0:1] = 0.5",
        "c = torch.arange(2)\nc.copy_(torch.tensor([3., 4.]))",
        "c = torch.arange(2)\nhalf = torch.tensor([3., 4.])\nc[:] = half",
        "c = torch.arange(0)\nc.fill_(0.5);",
    ],
)
def test_nothing_is_said_where_there_is_none(code):
    assert told(code) == ()


def test_nan_is_told_where_it_came_from_and_not_further_down():
    live = session()
    teach(live, lambda: True, lambda name: "")
    assert told("x = -torch.ones(2)\ny = x.log()", live)
    assert told("z = y + 1", live) == ()


def test_a_line_is_told_of_once():
    live = session()
    teach(live, lambda: True, lambda name: "")
    assert told(COLUMN + "d = (x - y).sum()", live)
    assert told("d = (x - y).sum()", live) == ()
    assert told("e = (x - y).sum()", live)


def test_it_can_be_switched_off():
    assert told(COLUMN + "d = (x - y).sum()", tells=False) == ()


def test_nothing_runs_a_second_time():
    code = "calls = []\ndef column():\n    calls.append(1)\n    return torch.ones(4, 1)\n"
    code += "y = torch.ones(4)\nd = (column() - y).sum()"
    live = session()
    teach(live, lambda: True, lambda name: "")
    assert told(code, live)
    assert live.namespace["calls"] == [1]


LOOP = (
    "w = torch.ones(2, 1, requires_grad=True)\nx = torch.ones(3, 2)\ny = torch.zeros(3, 1)\n{made}"
    "for i in range(3):\n{clears}    ((x @ w - y) ** 2).mean().backward()\n    opt.step()\n"
)
SGD = "opt = torch.optim.SGD([w], 0.1)\n"


@pytest.mark.parametrize(
    ("made", "clears"),
    [
        (SGD + "clear = opt.zero_grad\n", "    clear()\n"),
        (
            "class Opt(torch.optim.SGD):\n    def step(self):\n        super().step()\n        self.zero_grad()\n\n"
            "opt = Opt([w], 0.1)\n",
            "",
        ),
        (SGD + "opt.register_step_post_hook(lambda o, args, kwargs: o.zero_grad());\n", ""),
        (SGD, "    [setattr(p, 'grad', None) for p in [w]];\n"),
        (SGD, "    w.grad.__imul__(0) if w.grad is not None else None;\n"),
    ],
)
def test_gradients_that_are_cleared_in_another_way(made, clears):
    assert not told(LOOP.format(made=made, clears=clears))


def test_gradients_that_nothing_clears():
    assert any("Nothing in this loop clears" in each for each in told(LOOP.format(made=SGD, clears="")))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (W + "w.require_grad = False", "Write w.requires_grad = …"),
        ("net = nn.Linear(2, 1)\nfor p in net.parameters():\n    p.require_grad = False", "Write p.requires_grad = …"),
        ("net = nn.Linear(2, 1)\nnet.require_grad = False", "Write net.requires_grad_(…)"),
    ],
)
def test_a_misspelt_requires_grad(code, says):
    assert says in "".join(told(code))


def test_requires_grad_of_other_things_is_theirs():
    code = "class Options:\n    pass\n\no = Options()\no.require_grad = True"
    assert told(code) == ()
    assert told(W + "w.requires_grad = False") == ()


TRAINED = """
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x, y, best, best_state = torch.ones(4, 2), torch.ones(4, 1), 1e9, None
"""
ROUNDS = """
import copy
for i in range(8):
    loss = F.mse_loss(net(x), y)
    CLEAR
    loss.backward()
    STEP
    if loss.item() < best:
        best, best_state = loss.item(), None
        best_state = STATE
"""


def rounds(clear: str = "opt.zero_grad()", step: str = "opt.step()", state: str = "None") -> str:
    return "".join(told(TRAINED + ROUNDS.replace("CLEAR", clear).replace("STEP", step).replace("STATE", state)))


def test_a_state_dict_that_is_kept_while_training_goes_on():
    assert "copy.deepcopy(net.state_dict()) keeps their values." in rounds(state="net.state_dict()")
    assert rounds(state="copy.deepcopy(net.state_dict())") == ""
    assert rounds(state="{key: value.clone() for key, value in net.state_dict().items()}") == ""


def test_gradients_that_are_cleared_in_each_round_and_used_in_some():
    some = "if (i + 1) % 4 == 0:\n        opt.step()"
    assert "Put opt.zero_grad() after opt.step(), in the same `if`." in rounds(step=some)
    assert rounds(clear="pass", step=some + "\n        opt.zero_grad()") == ""
    assert rounds() == ""


@pytest.mark.parametrize(
    "code",
    [
        "t = torch.zeros(1, 3).expand(4, 3)\nt[0] = 1",
        "t = torch.zeros(3).expand(4, 3)\nt[1, 2] += 1",
        "t = torch.zeros(1, 3).expand(4, 3)\nt[-1].add_(1);",
        "t = torch.zeros(1, 3).expand(4, 3)\nfor i in range(4):\n    t[i] = i\n",
        "a, b = torch.meshgrid(torch.arange(3.), torch.arange(2.), indexing='ij')\na[0, 1] = 9",
        "def table(n):\n    out = torch.zeros(1, 3).expand(n, 3)\n    for i in range(n):\n        out[i] = i\n"
        "    return out\n\nt = table(3)",
    ],
)
def test_a_part_of_an_expanded_tensor_that_is_written_to(code):
    [said] = told(code)
    assert "this wrote to all of them" in said


@pytest.mark.parametrize(
    "code",
    [
        "t = torch.zeros(1, 3).expand(4, 3).clone()\nt[0] = 1",
        "t = torch.zeros(1, 3).repeat(4, 1)\nt[0] = 1",
        "t = torch.zeros(1, 3).expand(1, 3)\nt[0] = 1",
        "t = torch.zeros(3).expand(4, 3)\ns = torch.zeros(4)\ns[0] = t[0, 0]",
        "t = {0: torch.zeros(3).expand(4, 3)}\nt[0] = 1",
        "t = torch.zeros(3).expand(4, 3)\nif t[0, 0] == 1:\n    t[0] = 1\n",
        "t = torch.zeros(2, 1).expand(2, 3)\nt = t.contiguous()\nt[0, 1] = 5",
    ],
)
def test_a_tensor_that_shares_nothing_is_written_to(code):
    assert told(code) == ()


def test_an_input_that_is_moved_by_the_sign_of_its_gradient_is_no_lost_parameter():
    code = "x = torch.randn(3, requires_grad=True)\n(x ** 2).sum().backward()\n"
    assert told(code + "x = x + 0.1 * x.grad.sign()") == ()
    assert "is another tensor now" in told(code + "x = x - 0.1 * x.grad")[0]
