"""Attributes, items and gradients are read as they lie in memory, and nothing of the learner's runs."""

from __future__ import annotations

import collections
import enum
import functools
import inspect
import warnings
from typing import Any

import pytest
import torch
from torch import nn

from ptrepl.engine.watch.static_read import (
    bound,
    find,
    find_in_class,
    gradient,
    has_plain_brackets,
    held_item,
    is_stored,
    keeps_gradient,
    module_parts,
)
from tests.shell.counting import KINDS, calls


class Base:
    shared = 1

    def method(self) -> None:
        return None

    @staticmethod
    def free() -> None:
        return None

    @classmethod
    def made(cls) -> None:
        return None

    @property
    def asked(self) -> int:
        raise AssertionError

    @functools.cached_property
    def once(self) -> int:
        return 3


class Slotted(Base):
    __slots__ = ("empty", "full")

    def __init__(self) -> None:
        self.full = 1


class Color(enum.Enum):
    RED = 1


Pair = collections.namedtuple("Pair", "left right")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Base(), "shared"),
        (Base(), "method"),
        (Base(), "free"),
        (Base(), "asked"),
        (Base(), "once"),
        (Base, "method"),
        (Base, "free"),
        (Base, "made"),
        (Base, "asked"),
        (Base, "mro"),
        (Color, "RED"),
        (Color.RED, "_value_"),
        (torch, "ones"),
        (torch.ones(2), "shape"),
        (torch.ones(2), "sum"),
        (nn.Linear(2, 3), "forward"),
        (nn.Linear(2, 3), "in_features"),
        ([], "append"),
        (3, "real"),
    ],
)
def test_it_is_found_where_getattr_static_finds_it(value: Any, name: str) -> None:
    found = find(value, name)
    assert found is not None
    assert found.raw is inspect.getattr_static(value, name)


@pytest.mark.parametrize(
    ("value", "name", "owner", "of_itself"),
    [
        (Base(), "shared", Base, False),
        (Slotted(), "shared", Base, False),
        (Base, "shared", Base, True),
        (Slotted, "shared", Base, True),
        (Base, "mro", type, False),
        (torch, "ones", None, True),
        (nn.Linear(2, 3), "in_features", None, True),
        (nn.Linear(2, 3), "weight", None, True),
        (nn.Linear(2, 3), "zero_grad", nn.Module, False),
    ],
)
def test_whose_it_is(value: Any, name: str, owner: type | None, of_itself: bool) -> None:
    found = find(value, name)
    assert found is not None
    assert (found.owner, found.of_itself) == (owner, of_itself)


def test_what_python_would_give_without_running_anything() -> None:
    value, net = Base(), nn.Linear(2, 3)
    value.__dict__["once"] = 4

    def got(of: Any, name: str) -> Any:
        found = find(of, name)
        assert found is not None
        return bound(found, of)

    assert got(value, "once") == 4
    assert got(value, "method") == value.method
    assert got(value, "free") is Base.free
    assert got(Base, "made") is Base.made.__func__  # type: ignore[attr-defined]
    assert type(got(value, "asked")) is property
    assert got(net, "weight") is net.weight
    assert got(Slotted(), "full") == 1
    assert got(Pair(5, 6), "right") == 6
    assert find(value, "missing") is None
    assert find(torch, "missing") is None
    assert find(net, "missing") is None
    empty = find(Slotted(), "empty")
    assert empty is not None
    assert is_stored(empty.raw)
    with pytest.raises(AttributeError):
        bound(empty, Slotted())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type.__getattribute__(kind, "__name__"))
def test_nothing_of_the_learners_runs(kind: type) -> None:
    thing = type.__call__(kind)
    calls.clear()
    for name in ("plain", "asked", "kept", "described", "missing", "unset", "__class__", "__dict__"):
        for value in (thing, kind):
            found = find(value, name)
            if found is not None:
                try:
                    bound(found, value)
                except AttributeError:
                    pass
        find_in_class(kind, name)
    module_parts(thing)
    if has_plain_brackets(thing):
        for key in ("key", 0, None):
            try:
                held_item(thing, key)
            except (LookupError, TypeError):
                pass
    assert not calls


def test_gradients_are_read_without_a_warning() -> None:
    w = torch.ones(2, requires_grad=True)
    y = w * 2
    kept = w * 3
    kept.retain_grad()
    (y + kept).sum().backward()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [keeps_gradient(each) for each in (w, y, kept, torch.ones(1))] == [True, False, True, True]
        assert gradient(y) is None
        assert gradient(torch.ones(1)) is None
        assert gradient(w).tolist() == [5.0, 5.0]
        assert gradient(kept).tolist() == [1.0, 1.0]


def test_a_gradient_is_read_past_the_overrides_of_a_subclass() -> None:
    class Odd(torch.Tensor):
        @property
        def grad(self) -> Any:  # type: ignore[override]
            raise AssertionError

        @classmethod
        def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
            raise AssertionError

    odd = torch.ones(2).as_subclass(Odd)
    assert gradient(odd) is None
    assert keeps_gradient(odd)
