"""Whatever is done to a few tensors in whatever order, each change has its line, nothing else has, notes are true."""

from __future__ import annotations

import re
import sys
import warnings
import weakref
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ptrepl.engine.outcome import Outcome, TensorChange
from ptrepl.engine.record.record import RecordedStatement
from ptrepl.engine.watch.notes import (
    ChangedInPlace,
    HasInf,
    HasNan,
    NotContiguous,
    SameAsBefore,
    SameObject,
    SharesMemory,
)
from ptrepl.engine.watch.targets import GradientOf, Name, target_code
from tests.engine.prompt import Prompt, as_torch_says

NAMES = "abcd"
TEMPLATES = """
X = torch.arange(NUMBER.)
X = torch.arange(6.).view(2, 3)
X = torch.arange(4.).view(2, 2)
X = torch.ones(2, requires_grad=True)
X = Y
X = X
X = Y[1:]
X = Y[::2]
X = Y[:, 1:]
X = Y.T
X = Y + 1
X = Y.detach()
X = Y.clone()
X = Y.view(-1)
X = Y.expand(3, *Y.shape)
X = Y.double()
X = Y.to(Y.dtype)
X = nn.Parameter(Y)
X = [Y]
X = Y.grad
X, Y = Y, X
X.add_(NUMBER);
X[0] = NUMBER
X *= Y
X.data.mul_(NUMBER);
X.numpy()[...] = NUMBER
X.untyped_storage().fill_(0);
X.copy_(Y);
X.resize_(NUMBER);
X.set_(Y);
X.data = torch.ones(NUMBER)
X.data = X.data.t()
X.unsqueeze_(0);
X.t_();
X.requires_grad_();
X.detach_();
X.detach_().requires_grad_();
X.sum().backward()
(X * Y).sum().backward()
X.grad = None
X.grad.zero_();
X.grad.data += 1
torch.utils.swap_tensors(X, Y)
X.apply_(lambda value: value * 2);
X.add_(1).sub_(1);
X.sum();
del X
n = NUMBER
for X in (Y, Y): pass
with torch.no_grad(): _ = X.mul_(2)
""".strip().splitlines()

# every combination written out: a failure then shows the program as it was typed
STATEMENTS = sorted(
    {
        template.replace("X", x).replace("Y", y).replace("NUMBER", str(number))
        for template in TEMPLATES
        for x in NAMES
        for y in NAMES
        for number in range(5)
    }
)


@dataclass
class Known:
    """A tensor as it was, in values; the tensor itself may die."""

    reference: weakref.ref[Any]
    facts: tuple[str | None, ...]
    strides: tuple[int, ...]
    """Of the dimensions that have more than one element."""
    contents: bytes | None
    version: int
    grad: Known | None

    def is_of(self, tensor: Any) -> bool:
        return self.reference() is tensor

    def written(self, now: Known) -> bool:
        """It holds something else, or lies otherwise in memory; the same values at another address are the same."""
        return (self.contents, self.strides, self.facts[:2]) != (now.contents, now.strides, now.facts[:2])


FACTS = ("shape", "dtype", "device", "grad_fn", "is_leaf", "requires_grad")


def known(tensor: Any, with_grad: bool = True) -> Known:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grad = tensor.grad if with_grad else None
        return Known(
            weakref.ref(tensor),
            tuple(as_torch_says(tensor, name) for name in FACTS),
            tuple(step for step, size in zip(tensor.stride(), tensor.shape, strict=True) if size != 1),
            tensor.detach().clone().numpy().tobytes(),  # of a copy: numpy() forbids the tensor itself to be resized
            tensor._version,
            None if grad is None else known(grad, with_grad=False),
        )


def is_whole(tensor: Any) -> bool:
    """Whether all of it has memory: a ``resize_`` that is refused leaves it without."""
    last = sum((length - 1) * step for length, step in zip(tensor.shape, tensor.stride(), strict=True))
    needed = (tensor.storage_offset() + last + 1) * tensor.element_size()
    return tensor.numel() == 0 or tensor.untyped_storage().nbytes() >= needed


def addresses(tensor: Any) -> set[int]:
    """Every byte that belongs to the tensor."""
    firsts = {tensor.data_ptr()}
    for length, step in zip(tensor.shape, tensor.stride(), strict=True):
        firsts = {first + index * step * tensor.element_size() for first in firsts for index in range(length)}
    return {first + byte for first in firsts for byte in range(tensor.element_size())}


def tensors(prompt: Prompt) -> dict[str, Any]:
    return {name: value for name in NAMES if isinstance(value := prompt.session.namespace.get(name), torch.Tensor)}


def assert_every_change_is_told(
    outcome: Outcome, before: dict[str, Known], now: dict[str, Any], left_over: set[str]
) -> None:
    """``left_over``: variables of loops, which need no line where another name of the tensor has one."""
    told = {
        target_code(change.target): change
        for change in outcome.changes
        if isinstance(change, TensorChange) and SameAsBefore() not in change.notes
    }
    expected, told_grads, grads = set(), {label for label in told if label.endswith(".grad")}, set()
    for name, tensor in now.items():
        old, new = before.get(name), known(tensor)
        if old is None or not old.is_of(tensor):
            expected.add(name)
            assert ChangedInPlace() not in told[name].notes
            old = next((other for other in before.values() if other.is_of(tensor)), None)
        elif old.facts != new.facts or old.written(new):
            others = [other for other, value in now.items() if value is tensor and other not in left_over]
            if name in left_over and others:
                assert name not in told
                assert set(others) <= told.keys()
                continue
            expected.add(name)
            assert (ChangedInPlace() in told[name].notes) == old.written(new)
        if new.grad is not None:
            old_grad = old.grad if old is not None else None
            same = old_grad is not None and old_grad.is_of(tensor.grad)
            if not same or old_grad.written(new.grad):
                grads.add(next(other for other, value in now.items() if value is tensor) + ".grad")
    assert told.keys() - told_grads == expected
    # a gradient that two tensors have, and one that two names reach, has one line
    assert told_grads <= {f"{name}.grad" for name in now}
    assert {id(now[label[0]]) for label in told_grads} == {id(now[label[0]]) for label in grads}


def assert_notes_are_true(outcome: Outcome, now: dict[str, Any]) -> None:
    for change in outcome.changes:
        if not isinstance(change, TensorChange):
            continue
        target = change.target
        assert isinstance(target, Name | GradientOf)
        tensor = now[target.name].grad if isinstance(target, GradientOf) else now[target.name]
        others = {name: value for name, value in now.items() if name != target_code(target)}
        same = {name for name, value in others.items() if value is tensor}
        shared = {name for name, value in others.items() if addresses(value) & addresses(tensor)} - same
        named = [note for note in change.notes if isinstance(note, SameObject | SharesMemory)]
        assert len(named) <= 1
        for note in named:
            if isinstance(note.value, Name):
                assert note.value.name in (same if isinstance(note, SameObject) else shared)
        assert not (same or shared) or named
        assert (NotContiguous() in change.notes) == (not tensor.is_contiguous())
        assert (HasNan() in change.notes) == bool(torch.isnan(tensor.detach()).any())
        assert (HasInf() in change.notes) == bool(torch.isinf(tensor.detach()).any())
        assert [change.facts.text(name) for name in FACTS[:5]] == [as_torch_says(tensor, name) for name in FACTS[:5]]


def assert_record_is_true(entry: RecordedStatement, before: dict[str, Known], now: dict[str, Any]) -> None:
    """Each write to a tensor that was in reach is recorded with its versions, each gradient, and nothing else is."""
    earlier = {id(old.reference()): old for old in before.values()}
    there = {id(tensor): (known(tensor), earlier.get(id(tensor))) for tensor in now.values()}
    expected = {
        (key, None if old is None else old.version, new.version)
        for key, (new, old) in there.items()
        if (new.version if old is None else old.version != new.version or old.written(new))
    }
    wrote = {(id(write.place.tensor()), write.before, write.after) for write in entry.wrote}
    assert {each for each in wrote if each[0] in there} == expected
    for key, (new, old) in there.items():
        was, grad = None if old is None else old.grad, new.grad
        changed = (was is None) != (grad is None) or (
            was is not None and grad is not None and (not was.is_of(grad.reference()) or was.written(grad))
        )
        assert changed == any(id(each.leaf.tensor()) == key for each in entry.gradients)
    bound = {name for name, tensor in now.items() if name not in before or not before[name].is_of(tensor)}
    assert {made.name for made in entry.made if made.name in now} == bound


PROGRAMS = st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=12)
CROWDS = pytest.mark.parametrize("crowd", [0, 100], ids=["a few names", "among a hundred others"])


def assert_true_throughout(program: list[str], crowd: int) -> None:
    """Run a program among ``crowd`` other tensors, and compare what is told of each statement with what it did."""
    main = sys.modules["__main__"]
    try:
        prompt = Prompt()
        prompt("import warnings; warnings.simplefilter('ignore'); import numpy as np")
        prompt(f"for i in range({crowd}): globals()[f't{{i}}'] = torch.zeros(2)\n")
        prompt("a = torch.arange(4.); b = a[1:]; c = torch.ones(2, requires_grad=True); d = a")
        before = {name: known(tensor) for name, tensor in tensors(prompt).items()}
        left_over: set[str] = set()
        for statement in program:
            for outcome in prompt.session.run(statement):
                now = tensors(prompt)
                if not all(map(is_whole, now.values())):
                    return
                assert_every_change_is_told(outcome, before, now, left_over)
                assert_notes_are_true(outcome, now)
                assert_record_is_true(next(reversed(prompt.session.record)), before, now)
                before = {name: known(tensor) for name, tensor in now.items()}
                left_over -= set(outcome.bound)
                left_over |= set(re.findall(r"^for (\w)", statement))
        prompt.session.forget()
    finally:
        sys.modules["__main__"] = main


@CROWDS
@settings(max_examples=100)
@given(program=PROGRAMS)
@example(program=["b = nn.Parameter(a)", "d.copy_(b);", "torch.utils.swap_tensors(b, d)"])
@example(program=["a = c * 2", "a.detach_().requires_grad_();"])
@example(program=["a = a[::2]", "a = a[::2]", "(c * a).sum().backward()", "(c * a).sum().backward()"])
def test_changes_are_told_and_notes_are_true(crowd: int, program: list[str]) -> None:
    assert_true_throughout(program, crowd)


@pytest.mark.nightly
@CROWDS
@settings(max_examples=2000)
@given(program=PROGRAMS)
def test_they_are_in_thousands_of_programs(crowd: int, program: list[str]) -> None:
    assert_true_throughout(program, crowd)
