"""How what stands in the names is called, found without running any of it."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from ptrepl.screen.line import plain
from ptrepl.shell.signature.find import FoundSignature, SignatureFinder
from ptrepl.shell.signature.line import signature_line
from ptrepl.shell.signature.lookup_thread import SignatureLookup
from ptrepl.shell.signature.parse import Signature

RAN: list[str] = []


class Meta(type):
    def __getattr__(cls, name: str) -> Any:
        RAN.append(f"class.{name}")
        raise AttributeError(name)


class Trap(metaclass=Meta):
    def __init__(self, size: int = 3) -> None:
        self.size = size

    def __getattr__(self, name: str) -> Any:
        RAN.append(name)
        raise AttributeError(name)

    @property
    def computed(self) -> Any:
        RAN.append("property")
        return len

    def method(self, one: int, two: int = 2) -> int:
        RAN.append("method")
        return one

    def __call__(self, value: int) -> int:
        RAN.append("call")
        return value

    def __getitem__(self, key: int) -> Any:
        RAN.append("item")
        return len

    def __repr__(self) -> str:
        RAN.append("repr")
        return "trap"


class Net(nn.Module):
    def __init__(self, width: int, *, deep: bool = False) -> None:
        super().__init__()
        self.layer = nn.Linear(width, 1)

    def forward(self, x: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        raise AssertionError


def greet(name: str, loud: bool = False) -> str:
    """Greet."""
    raise AssertionError


NAMES: dict[str, Any] = {
    "torch": torch,
    "nn": nn,
    "F": F,
    "x": torch.ones(2, requires_grad=True),
    "trap": Trap(),
    "Trap": Trap,
    "Net": Net,
    "net": Net(2),
    "seq": nn.Sequential(nn.Linear(2, 3)),
    "greet": greet,
}


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        ("greet('a', ", "greet(name: str, «loud: bool = False») -> str"),
        ("Net(3, ", "Net(width: int, *, deep: bool = False)"),
        ("Net(deep=", "Net(width: int, *, «deep: bool = False»)"),
        ("net(", "net(«x: torch.Tensor», scale: float = 1.0) -> torch.Tensor"),
        ("net.forward(x, ", "forward(x: torch.Tensor, «scale: float = 1.0») -> torch.Tensor"),
        ("seq[0](", "seq[0](«input: Tensor») -> Tensor"),
        ("trap.method(1, ", "method(one: int, «two: int = 2») -> int"),
        ("trap(", "trap(«value: int») -> int"),
        ("torch.max(x, x", "1/3 max(input, «other», *, out=None) -> Tensor"),
        ("torch.max(x, 0", "1/3 max(input, «dim», keepdim=False, *, out=None) -> (Tensor, LongTensor)"),
        ("x.view(", "1/2 view(«*shape») -> Tensor"),
        ("torch.relu(", "relu(«Tensor input») -> Tensor"),
        ("print(1, sep=", "print(*args, «sep=' '», end='\\n', file=None, flush=False)"),
        ("%time nn.ReLU(", "ReLU(«inplace: bool = False»)"),
        ("torch.ones(3).view(", "1/2 view(«*shape») -> Tensor"),
        ("%time torch.ones(3).view(", "1/2 view(«*shape») -> Tensor"),
        ("nn.Linear(2, 3)(", "Linear(«input: Tensor») -> Tensor"),
        ("nn.Linear(2, 3).forward(", "forward(«input: Tensor») -> Tensor"),
        ("(x + 1).sum(0, ", "sum(dim=None, «keepdim=False», dtype=None) -> Tensor"),
        ("layer = nn.Linear(2, 3)\nlayer(", "layer(«input: Tensor») -> Tensor"),
        ("'a'.join(", "join(«iterable», /)"),
    ],
)
def test_what_is_shown_of(before: str, shown: str) -> None:
    found = SignatureFinder(lambda: NAMES)(before)
    assert found is not None
    assert plain(signature_line(found.signature, found.current, 200, ways=found.ways)) == shown


@pytest.mark.parametrize("before", ["", "x = 1", "unknown(", "x(", "torch.nothing(", "trap.computed(", "3(", "x.T("])
def test_nothing_is_shown_of_what_is_not_known(before: str) -> None:
    assert SignatureFinder(lambda: NAMES)(before) is None


@pytest.mark.parametrize(
    "before",
    [
        "trap(",
        "trap.computed(",
        "trap.size(",
        "trap.nothing(",
        "trap[0](",
        "Trap(",
        "Trap.nothing(",
        "greet(trap, trap.x",
    ],
)
def test_nothing_of_the_learners_runs(before: str) -> None:
    RAN.clear()
    SignatureFinder(lambda: NAMES)(before)
    assert RAN == []


def test_no_node_is_added_to_a_graph() -> None:
    x = NAMES["x"]
    SignatureFinder(lambda: NAMES)("x.T.sum(")
    SignatureFinder(lambda: NAMES)("torch.max(x.T, x")
    assert (x.grad_fn, x._version, x._backward_hooks) == (None, 0, None)


def test_a_name_that_was_given_to_another_function_is_looked_up_anew() -> None:
    names: dict[str, Any] = {"f": lambda one: one}
    finder = SignatureFinder(lambda: names)
    first = finder("f(")
    names["f"] = lambda two: two
    second = finder("f(")
    assert first is not None
    assert second is not None
    assert [each.signature.parameters[0].name for each in (first, second)] == ["one", "two"]


# looking up beside the keys

ONE, TWO = (FoundSignature(Signature(name, ()), None, 1) for name in ("one", "two"))
PATIENCE = 10.0


def until(reached: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not reached() and time.monotonic() < end:
        time.sleep(0.002)
    assert reached()


def test_a_slow_look_up_keeps_no_key_waiting_and_the_newest_text_wins() -> None:
    go, asked, drawn = threading.Event(), [], []

    def find(before: str) -> FoundSignature:
        asked.append(before)
        go.wait(PATIENCE)
        return TWO if before == "f(123" else ONE

    lookup = SignatureLookup(find, lambda: drawn.append(1))
    for text in ("f(", "f(1", "f(12", "f(123"):
        lookup.ask(text)  # returns, though the first is still being looked up
    assert lookup.found is None
    go.set()
    until(lambda: lookup.found is TWO)
    until(lambda: drawn == [1])
    assert asked[-1] == "f(123"
    assert len(asked) <= 2


def test_what_left_the_call_while_it_was_looked_up_stays_hidden() -> None:
    go = threading.Event()

    def find(before: str) -> FoundSignature | None:
        go.wait(PATIENCE)
        return ONE if "(" in before else None

    lookup = SignatureLookup(find, lambda: None)
    lookup.ask("f(")
    lookup.ask("x")
    go.set()
    until(lambda: all(thread.name != "ptrepl-signature" for thread in threading.enumerate()))
    assert lookup.found is None


def test_a_look_up_that_fails_is_silent_and_the_next_one_works() -> None:
    def find(before: str) -> FoundSignature:
        if before == "bad(":
            raise RuntimeError("dictionary changed size during iteration")
        return ONE

    lookup = SignatureLookup(find, lambda: None)
    lookup.ask("bad(")
    lookup.ask("good(")
    until(lambda: lookup.found is ONE)


def test_text_without_a_bracket_starts_no_thread() -> None:
    lookup = SignatureLookup(lambda before: pytest.fail("was asked"), lambda: None)
    before = threading.active_count()
    lookup.ask("x = 1")
    assert threading.active_count() == before
