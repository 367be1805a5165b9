"""The check words about modules, training and syntax: right in any form passes, a miss says what the learner did."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from ptrepl.tutor.check.verdict import Last
from tests.tutor.check.test_checks import HOSTILE, told, verdict

REFERENCE = "nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))"
MODULE = f'module("net", {REFERENCE}, [torch.randn(5, 3)])'


class Own(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.second = nn.Linear(4, 1)
        self.first = nn.Linear(3, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).clamp(min=0))


class NotSetUp(nn.Module):
    def __init__(self) -> None:
        self.size = 3


class Twins(nn.Module):
    """Two layers of one shape, the one used last set up first."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(2, 2)
        self.start = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.tanh(self.start(x)))


def sequential(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(*layers)


MODULES: dict[str, tuple[str, Any]] = {
    "as the reference": (MODULE, sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))),
    "a class of their own, in another order": (MODULE, Own()),
    "float64": (MODULE, Own().double()),
    "in eval mode": (MODULE, Own().eval()),
    "twins in another order": (
        'module("net", nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2)), [torch.randn(3, 2)])',
        Twins(),
    ),
    "dropout": (
        'module("net", nn.Sequential(nn.Linear(3, 3), nn.Dropout()), [torch.randn(50, 3)])',
        sequential(nn.Linear(3, 3), nn.Dropout(0.5)),
    ),
    "batch norm": (
        'module("net", nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)), [torch.randn(5, 3)])',
        sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)),
    ),
    "shape alone": ('module("net", inputs=[torch.randn(5, 3)], shape=(5, 1))', Own()),
    "count and mode": ('module("net", parameters=21, training=False)', Own().eval()),
    "nothing but a module": ('module("net")', Own()),
}


@pytest.mark.parametrize(("check", "net"), MODULES.values(), ids=MODULES)
def test_a_module_that_computes_the_same_passes(check: str, net: nn.Module) -> None:
    assert told(check, net=net) == ""


MODULE_MISSES: dict[str, tuple[str, Any, str]] = {
    "a class": (MODULE, Own, "`net` is a class; this step wants a module made from it, as in Own()."),
    "a function": (MODULE, abs, "`net` is a function; this step wants a module."),
    "not set up": (MODULE, NotSetUp(), "`net` is not set up; its __init__ must begin with super().__init__()."),
    "other shapes": (
        MODULE,
        nn.Linear(3, 1),
        "`net` has parameters of shape (1, 3), (1,); this step wants (4, 3), (4,), (1, 4), (1,).",
    ),
    "without parameters": (
        MODULE,
        nn.ReLU(),
        "`net` has no parameters; this step wants some of shape (4, 3), (4,), (1, 4), (1,).",
    ),
    "count": (
        'module("net", parameters=21)',
        nn.Linear(3, 1),
        "The parameters of `net` hold 4 values; this step wants 21.",
    ),
    "mode": ('module("net", training=False)', Own(), "`net.training` is True; this step wants net.eval()."),
    "shape": (
        'module("net", inputs=[torch.randn(5, 3)], shape=(5, 1))',
        nn.Linear(3, 2),
        "`net(shape (5, 3))` gives shape (5, 2); this step wants shape (5, 1).",
    ),
    "no forward": (
        'module("net", inputs=[1], shape=(1,))',
        nn.Module(),
        '`net(1)` raises NotImplementedError: Module [Module] is missing the required "forward" function',
    ),
}


@pytest.mark.parametrize(("check", "net", "message"), MODULE_MISSES.values(), ids=MODULE_MISSES)
def test_what_a_module_lacks_is_said(check: str, net: object, message: str) -> None:
    assert told(check, net=net) == message


def test_a_layer_left_out_is_noticed_though_the_parameters_are_right() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 1))
    assert told(MODULE, net=net).startswith("`net(shape (5, 3))` is [[")


def test_a_module_is_left_as_it_was() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    assert told('module("net", inputs=[torch.randn(5, 3)], shape=(5, 3))', net=net) == ""
    assert told('trained("net", loss=lambda net: net(torch.randn(5, 3)).sum() * 0, below=1.0)', net=net) == ""
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert all(each.grad is None for each in net.parameters())


@pytest.mark.filterwarnings("ignore:.*beta state")
@pytest.mark.filterwarnings("ignore:.*prototype stage")
@pytest.mark.parametrize(
    "check", [MODULE, 'trained("net", near=[1.5])', 'trained("net", loss=lambda net: net.sum(), below=-1e30)']
)
@pytest.mark.parametrize("make", [*HOSTILE.values(), nn.LazyLinear(3).to], ids=[*HOSTILE, "lazy"])
def test_no_value_of_the_learners_makes_a_fault_of_the_lesson(make: Any, check: str) -> None:
    assert told(check, net=make())


def line(slope: float) -> nn.Module:
    made = nn.Linear(1, 1)
    made.weight.data.fill_(slope)
    return made


TRAINED: dict[str, tuple[str, dict[str, Any]]] = {
    "a column": ('trained("w", near=[2.0, -3.4], within=0.05)', {"w": torch.tensor([[2.01], [-3.43]])}),
    "in a module": ('trained("net.weight", near=[2.0], within=0.5)', {"net": line(2.1)}),
    "by the loss of two": (
        'trained("w", "b", loss=lambda w, b: (w * 2 + b).abs().sum(), below=0.1)',
        {"w": torch.ones(1), "b": torch.full((1,), -2.0)},
    ),
    "by the loss of a module": (
        'trained("net", loss=lambda net: net(torch.ones(1, 1)).abs().sum(), below=100)',
        {"net": line(1.0)},
    ),
}


@pytest.mark.parametrize(("check", "names"), TRAINED.values(), ids=TRAINED)
def test_trained_numbers_pass_in_any_shape(check: str, names: dict[str, Any]) -> None:
    assert told(check, **names) == ""


@pytest.mark.parametrize(
    ("check", "w", "message"),
    [
        (
            'trained("w", near=[2.0, -3.4])',
            torch.tensor([1.0, -3.4]),
            "`w` is [1.0, -3.4]; this step wants each within 0.1 of [2.0, -3.4].",
        ),
        ('trained("w", near=[2.0])', torch.ones(2), "`w` holds 2 values; this step wants 1."),
        ('trained("w", near=[2.0])', [2.0], "`w` is a list; this step wants a tensor or a module."),
        (
            'trained("w", near=[2.0])',
            torch.tensor([float("nan")]),
            "`w` holds nan, and training cannot go on from nan; start again.",
        ),
        (
            'trained("w", loss=lambda w: w.sum(), below=0.5)',
            torch.ones(2),
            "The loss with `w` is 2.0; this step wants it below 0.5.",
        ),
        (
            'trained("w", loss=lambda w: w[3], below=0.5)',
            torch.ones(2),
            "The loss with `w` cannot be computed. IndexError: index 3 is out of bounds for dimension 0 with size 2",
        ),
    ],
)
def test_what_training_has_not_reached_is_said(check: str, w: object, message: str) -> None:
    assert told(check, w=w) == message


@pytest.mark.parametrize("check", ['trained("w")', 'trained("w", "b", near=1.0)', 'trained("w", loss=abs)'])
def test_a_trained_without_a_goal_is_a_fault_of_the_lesson(check: str) -> None:
    assert "trained takes" in str(verdict(check, w=torch.ones(1)).fault)


CALLS: dict[str, tuple[str, str, bool]] = {
    "full name": ('calls("torch.cat")', "m = torch.cat([a, a])", True),
    "last name": ('calls("cat")', "m = torch.cat([a, a])", True),
    "a method": ('calls("matmul", "@")', "m = a.matmul(b)", True),
    "an operator": ('calls("matmul", "@")', "m = a @ b", True),
    "in place": ('calls("-=")', "m -= 1", True),
    "an import": ('calls("torch.cat")', "from torch import cat as c\nm = c([a])", True),
    "a module renamed": ('calls("torch.cat")', "import torch as t\nm = t.cat([a])", True),
    "a name for it": ('calls("torch.cat")', "join = torch.cat\nm = join([a])", True),
    "preloaded": ('calls("torch.nn.functional.relu")', "m = F.relu(a)", True),
    "a decorator": ('calls("torch.no_grad")', "@torch.no_grad()\ndef f(): pass", True),
    "a keyword": ('calls("for")', "m = [each for each in a]", True),
    "another": ('calls("torch.cat")', "m = torch.stack([a, a])", False),
    "only mentioned": ('calls("torch.cat")', "m = 'torch.cat()'", False),
    "broken": ('calls("torch.cat")', "m = torch.cat([", False),
    "never": ('tensor("m")\ncalls("for", never=True)', "m = a + 1", True),
    "never, and yet": ('tensor("m")\ncalls("for", never=True)', "m = 0\nfor each in a: m += each", False),
    "never, in a first attempt": (
        'tensor("m")\ncalls("for", never=True)',
        "m = 0\nfor each in a: m += each\nm = a.sum()",
        True,
    ),
    "never, beside it": ('tensor("m")\ncalls("for", never=True)', "for each in a: print(each)\nm = a.sum()", True),
    "an argument": ('calls("dim=")', "m = torch.cat([a, a], dim=0)", True),
    "an argument, not given": ('calls("dim=")', "m = torch.cat([a, a])", False),
    "never an attribute": ('tensor("m")\ncalls(".data", never=True)', "m = a.detach()", True),
    "never an attribute, and yet in a loop": (
        'tensor("m")\ncalls(".data", never=True)',
        "m = torch.ones(1)\nfor _ in range(2):\n    m.data -= 1",
        False,
    ),
    "never an attribute, and yet": ('tensor("m")\ncalls(".data", never=True)', "m = a\nm.data -= 1", False),
    "never, in what it is made of": (
        'tensor("m")\ncalls("for", never=True)',
        "n = sum(e for e in a)\nm = n + 1",
        False,
    ),
}


@pytest.mark.parametrize(("check", "source", "passes"), CALLS.values(), ids=CALLS)
def test_a_way_of_writing(check: str, source: str, passes: bool) -> None:
    found = verdict(check, Last(source=source), m=torch.ones(1))
    assert not found.fault
    assert found.passed is passes


def test_a_way_of_writing_is_about_the_value_looked_at_before() -> None:
    found = verdict('tensor("m")\ncalls("@")', Last(source="m = 1"), m=torch.ones(1))
    assert (found.about, found.message) == ("m", "This step is about how the code is written: use `@`.")


def rolling(step: str, settings: str = '{"lr": lr, "momentum": momentum}') -> str:
    return (
        "class Mine(torch.optim.Optimizer):\n"
        "    def __init__(self, params, lr, momentum):\n"
        f"        super().__init__(params, {settings})\n"
        "    @torch.no_grad()\n"
        "    def step(self):\n"
        "        for group in self.param_groups:\n"
        "            for param in group['params']:\n"
        "                state = self.state[param]\n"
    ) + "".join(f"                {line}\n" for line in step.split("\n"))


OPTIMIZER = (
    'optimizer_class("Mine", torch.optim.SGD, settings=[{"lr": 0.1, "momentum": 0.75}], begin=[[2.0, -1.0], 5.0],'
    " gradients=[[[10.0, 4.0], 2.0], [[10.0, -4.0], None], [[1.0, 1.0], 2.0]], changed={3: {'lr': 0.5}})"
)
VELOCITY = "v = state['v'] = group['momentum'] * state.get('v', 0) + param.grad"


def made(source: str) -> object:
    names: dict[str, Any] = {"torch": torch}
    exec(source, names)
    return names["Mine"]


@pytest.mark.parametrize(
    "step",
    [
        f"if param.grad is None:\n    continue\n{VELOCITY}\nparam -= group['lr'] * v",
        "if param.grad is not None:\n    v = state.setdefault('v', torch.zeros_like(param))\n"
        "    v.mul_(group['momentum']).add_(param.grad)\n    param.data.add_(v, alpha=-group['lr'])",
    ],
)
def test_an_optimizer_that_walks_as_the_reference_does(step: str) -> None:
    assert told(OPTIMIZER, Mine=made(rolling(step))) == ""
    assert told(OPTIMIZER, Mine=torch.optim.SGD) == ""


def test_an_optimizer_that_goes_through_one_group_alone() -> None:
    step = f"if param.grad is None:\n    continue\n{VELOCITY}\nparam -= group['lr'] * v"
    first = made(rolling(step).replace("self.param_groups:", "self.param_groups[:1]:"))
    in_groups = f"{OPTIMIZER[:-1]}, in_groups=True)"
    assert told(OPTIMIZER, Mine=first) == ""
    said = told(in_groups, Mine=first)
    assert said.startswith(
        "After step 1 of `Mine(groups, lr=0.1, momentum=0.75)`, a parameter that began at 5.0 is 5.0;"
    )
    assert told(in_groups, Mine=made(rolling(step))) == ""


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "if param.grad is not None:\n    param -= group['lr'] * param.grad",
            "After step 2 of `Mine(params, lr=0.1, momentum=0.75)`, a parameter that began at [2.0, -1.0]",
        ),
        (f"{VELOCITY}\nparam -= group['lr'] * v", "Step 2 of `Mine(params, lr=0.1, momentum=0.75)` raises TypeError"),
        (
            "if param.grad is None:\n    param -= 1\n    continue\n" + VELOCITY + "\nparam -= group['lr'] * v",
            "a parameter that began at 5.0, without a gradient now, is",
        ),
        (
            f"if param.grad is None:\n    continue\n{VELOCITY}\nparam -= 0.1 * v",
            "After step 3 of `Mine(params, lr=0.1, momentum=0.75)`",
        ),
    ],
)
def test_where_an_optimizer_goes_astray_is_said(step: str, message: str) -> None:
    assert message in told(OPTIMIZER, Mine=made(rolling(step)))


def test_what_is_no_optimizer() -> None:
    assert "this step wants a class" in told(OPTIMIZER, Mine=lambda params: None)
    assert "not one of `torch.optim.Optimizer`" in told(OPTIMIZER, Mine=nn.Linear)
    assert "raises" in told(OPTIMIZER, Mine=made("class Mine(torch.optim.Optimizer):\n    pass"))


@pytest.mark.parametrize(
    "step", ["param -= group['lr'] * param.grad", VELOCITY.replace(" = state['v']", "") + "\nparam -= group['lr'] * v"]
)
def test_an_optimizer_that_keeps_nothing_is_told_so(step: str) -> None:
    said = told(OPTIMIZER, Mine=made(rolling(f"if param.grad is None:\n    continue\n{step}")))
    assert said.endswith("It goes as if each step were the first: what it is to keep is not written back.")
    other = made(rolling(f"if param.grad is None:\n    continue\n{VELOCITY}\nparam -= v"))
    assert "each step were the first" not in told(OPTIMIZER, Mine=other)


def test_what_a_class_makes_is_compared_in_the_words_of_the_check() -> None:
    check = (
        'def values(net):\n    """The count of the numbers in {call}"""\n'
        "    return sum(p.numel() for p in net.parameters())\n"
        'function("Net", nn.Linear, [(4, 2)], through=values)'
    )
    assert told(check, nn=nn, Net=nn.Linear) == ""
    said = told(check, nn=nn, Net=lambda a, b: nn.Linear(a, 3))
    assert said == "The count of the numbers in `Net(4, 2)` is 15; this step wants 10."
    assert told(check, nn=nn, Net=lambda a, b: None).startswith("Using what `Net(4, 2)` makes raises AttributeError")


def test_what_is_to_stay_as_it_was() -> None:
    check = 'trained("w", loss=lambda w: (w - 1).abs(), below=0.1, kept=True)'
    assert told(check, w=torch.tensor(1.0)) == ""
    assert told(check, w=torch.tensor(2.0)) == "`w` has changed, and this step leaves it as it is. %redo gives it back."
