"""Whole programs: each silent bug is told once, in its words, and a correct program hears nothing."""

from __future__ import annotations

import contextlib
import gc
import io
import linecache
import weakref

import pytest
import torch

from ptrepl.shell.teaching import teach
from tests.explain.failing import session
from tests.explain.traps.correct_lookalikes import CORRECT_LOOKALIKES
from tests.explain.traps.correct_programs import CORRECT
from tests.explain.traps.correct_tensors import CORRECT_TENSORS
from tests.explain.traps.correct_training import CORRECT_TRAINING
from tests.explain.traps.silent_bugs import BUGS
from tests.explain.traps.silent_bugs_in_use import BUGS_IN_USE
from tests.explain.traps.silent_bugs_of_programs import BUGS_OF_PROGRAMS
from tests.shares import share


def told_of_program(code: str) -> list[str]:
    """All that is said of a program's statements; all of it must run."""
    torch.manual_seed(0)
    live = session()
    teach(live, lambda: True, lambda name: "")
    with contextlib.redirect_stdout(io.StringIO()):
        outcomes = [*live.run(code.strip("\n") + "\n")]
    assert all(outcome.error is None for outcome in outcomes), outcomes[-1].error
    return [said for outcome in outcomes for said in outcome.traps]


PARTS_OF_CORRECT = (CORRECT, CORRECT_TRAINING, CORRECT_TENSORS, CORRECT_LOOKALIKES)
ALL_CORRECT = CORRECT | CORRECT_TRAINING | CORRECT_TENSORS | CORRECT_LOOKALIKES
ALL_BUGS = BUGS | BUGS_IN_USE | BUGS_OF_PROGRAMS


def test_each_program_has_a_name_of_its_own() -> None:
    assert len(ALL_CORRECT) == sum(map(len, PARTS_OF_CORRECT))
    assert len(ALL_BUGS) == len(BUGS) + len(BUGS_IN_USE) + len(BUGS_OF_PROGRAMS)


@pytest.mark.parametrize("name", share(ALL_BUGS, 2))
def test_a_silent_bug_is_told_of(name: str) -> None:
    words, code = ALL_BUGS[name]
    said = told_of_program(code)
    assert len(said) == 1, said
    assert words in said[0]


@pytest.mark.parametrize("name", share(ALL_CORRECT, 2))
def test_a_correct_program_hears_nothing(name: str) -> None:
    assert told_of_program(ALL_CORRECT[name]) == []


COUNTED = """
calls = []
class Loud:
    def __getattr__(self, name):
        calls.append(name)
        raise AttributeError(name)
    def __eq__(self, other):
        calls.append("==")
        return False
    def __iter__(self):
        calls.append("iter")
        return iter([torch.ones(4, 1)])
    def __len__(self):
        calls.append("len")
        return 1
    def __bool__(self):
        calls.append("bool")
        return True
    def __repr__(self):
        calls.append("repr")
        return ""
class Meta(type):
    def __eq__(cls, other):
        calls.append("meta ==")
        return False
    def __hash__(cls):
        calls.append("meta hash")
        return 1
    def __instancecheck__(cls, other):
        calls.append("meta instance")
        return False
class Odd(metaclass=Meta):
    pass
class Sub(torch.Tensor):
    def __len__(self):
        calls.append("sub len")
        return 4
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        calls.append("function")
        return super().__torch_function__(func, types, args, kwargs or {})
class Net(nn.Module):
    @property
    def loud(self):
        calls.append("loud")
        return torch.ones(4, 1)
    def forward(self, x):
        calls.append("forward")
        return self.loud - x
loud, odd, net, y = Loud(), Odd(), Net(), torch.ones(4)
sub = torch.ones(4, 1).as_subclass(Sub)
def run(first, second):
    calls.append("run")
    for each in first:
        loss = ((net(y) - y) ** 2).mean()
    return loss
"""


@pytest.mark.parametrize(
    "line",
    [
        "out = ((net(y) - y) ** 2).mean()",
        "out = run(loud, odd)",
        "for each in loud:\n    loss = (each - y).pow(2).mean()\n",
        "d = ((sub - y) ** 2).mean()",
        "for row in sub:\n    row.add(1)\n    z = row - 1\n",
        "same = (y == loud)",
        "run([odd, loud], loud)",
        "with torch.no_grad():\n    out = net(y).argmax()\n",
        "if loud:\n    d = (net(y) - y).sum()\n",
        "for a, b in zip(loud, [1, 2]):\n    d = (a - y).sum()\n",
    ],
)
def test_nothing_of_the_learners_runs_for_a_trap(line: str) -> None:
    counts = []
    for tells in (False, True):
        live = session()
        teach(live, lambda tells=tells: tells, lambda name: "")
        with contextlib.redirect_stdout(io.StringIO()):
            outcomes = [*live.run(COUNTED + line + "\n")]
        assert outcomes[-1].error is None
        counts.append(live.namespace["calls"])
    assert counts[0] == counts[1]


def test_a_place_is_told_of_once_whoever_calls_it() -> None:
    live = session()
    teach(live, lambda: True, lambda name: "")
    code = "def off(p, t):\n    return ((p - t) ** 2).mean()\n\np, t = torch.ones(4, 1), torch.ones(4)\n"
    first, second = [*live.run(code + "a = off(p, t)\nb = off(p * 2, t)\n")][-2:]
    assert first.traps[0].endswith("That is line 2, in off().")
    assert second.traps == ()


def test_a_file_that_was_written_to_is_not_read(tmp_path, monkeypatch) -> None:
    path = tmp_path / "off_by_shape.py"
    path.write_text("def off(p, t):\n    return ((p - t) ** 2).mean()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    live = session()
    teach(live, lambda: True, lambda name: "")
    [*live.run("from off_by_shape import off\np, t = torch.ones(4, 1), torch.ones(4)\n")]
    path.write_text("\ndef off(p, t):\n    return ((p + t) ** 2).mean()\n")
    linecache.clearcache()
    [outcome] = live.run("a = off(p, t)\n")
    assert outcome.traps == ()


def test_a_function_of_a_file_is_read(tmp_path, monkeypatch) -> None:
    (tmp_path / "shapes_of_mine.py").write_text("import torch\n\ndef off(p, t):\n    return ((p - t) ** 2).mean()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    live = session()
    teach(live, lambda: True, lambda name: "")
    code = "from shapes_of_mine import off\np, t = torch.ones(4, 1), torch.ones(4)\na = off(p, t)\n"
    assert "line 4" in [*live.run(code)][-1].traps[0]


def test_random_numbers_gradients_and_modes_stay_as_they_were() -> None:
    code = (
        "torch.manual_seed(0)\nnet = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 1))\n"
        "def step(x, y):\n    loss = ((net(x) - y) ** 2).mean()\n    loss.backward()\n    return loss\n\n"
        "loss = step(torch.randn(5, 3), torch.randn(5))\nnumbers = torch.rand(3).tolist()\n"
        "state = [each.tolist() for each in net.state_dict().values()]\n"
        "grads = [each.grad.tolist() for each in net.parameters()]\n"
    )
    found = []
    for tells in (False, True):
        live = session()
        teach(live, lambda tells=tells: tells, lambda name: "")
        outcomes = [*live.run(code)]
        found.append([live.namespace[name] for name in ("numbers", "state", "grads")])
    assert found[0] == found[1]
    assert any(outcome.traps for outcome in outcomes)


@pytest.mark.parametrize(
    "line",
    [
        "d = ((net(big) - y) ** 2).mean()",
        "d = use(net, big, y)",
        "for _ in range(2):\n    d = use(net, big, y)\n",
        "d = big.view(1, 4)",
        "with torch.no_grad():\n    d = net(big).argmax()\n",
    ],
)
def test_no_tensor_is_kept_alive(line: str) -> None:
    live = session()
    teach(live, lambda: True, lambda name: "")
    head = (
        "net, y = nn.Linear(1, 1), torch.ones(4)\n"
        "def use(net, x, y):\n    out = net(x)\n    loss = ((out - y) ** 2).mean()\n    return loss\n\n"
        "big = torch.ones(4, 1)\n"
    )
    [*live.run(head)]
    kept = weakref.ref(live.namespace["big"])
    gc.collect()
    gc.disable()
    try:
        [outcome] = live.run(line + "\n")
        assert outcome.error is None
        [*live.run("del big, d\n")]
        assert kept() is None
    finally:
        gc.enable()
