"""Tab runs none of the learner's code, whatever their classes do, and adds nothing to a graph."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.shell.complete.completion import completions
from tests.shell.counting import KINDS, Speaking, calls, counted

AFTER = [
    "thing.",
    "thing.pl",
    "thing.plain.",
    "thing.asked.",
    "thing.kept.",
    "thing.described.",
    "thing.missing.",
    "thing.unset.",
    "thing['",
    "thing[",
    "thing.get('",
    "thing['key'].",
    "thing[0].",
    "thing().",
    "thing(",
    "thing.plain(",
    "(thing + 1).",
    "(-thing).",
    "(thing == thing).",
    "Kind.",
    "Kind.from_meta.",
    "Kind.missing.",
    "Kind().",
    "Kind(",
    "thi",
    "%x thing.",
    "?thing.",
    "y = thing\ny.",
    "class New(Kind):\n    def f(self):\n        self.",
    "f(thing, ",
    "[thing][0].",
]


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type.__getattribute__(kind, "__name__"))
def test_no_code_of_the_learners_runs(kind: type) -> None:
    thing = type.__call__(kind)
    names = {"thing": thing, "Kind": kind, "f": functools.partial(print, thing)}
    calls.clear()
    for text in AFTER:
        completions(text, len(text), names)
        assert not calls, text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type.__getattribute__(kind, "__name__"))
def test_their_attributes_are_offered_all_the_same(kind: type) -> None:
    thing = type.__call__(kind)
    assert "plain" in [each.text for each in completions("thing.pl", 8, {"thing": thing})]


def test_the_module_and_the_call_of_the_learner_are_left_alone() -> None:
    import types

    class Lazy(types.ModuleType):
        __getattr__ = counted("module __getattr__")
        __dir__ = counted("module __dir__", [])

    lazy = Lazy("lazy")
    lazy.__dict__["plain"] = 1
    calls.clear()
    for text in ("lazy.", "lazy.other.", "lazy.plain.", "lazy.other("):
        completions(text, len(text), {"lazy": lazy})
    assert [each.text for each in completions("lazy.pl", 7, {"lazy": lazy})] == ["plain"]
    assert not calls


def test_annotations_are_not_compared_or_called() -> None:
    def promise() -> None: ...

    promise.__annotations__["return"] = Speaking()
    calls.clear()
    assert completions("promise().", 10, {"promise": promise}) == []
    assert not calls


@pytest.mark.parametrize("text", ["x.", "y.", "y.T", "y.grad.", "y.data.", "y.T.", "(y + 1).", "y.sum().", "y[0]."])
def test_a_tensor_gets_no_node_and_no_warning(text: str) -> None:
    x = torch.ones(2, 2, requires_grad=True)
    y = x * 2
    assert y.grad_fn is not None
    sequence, version = y.grad_fn._sequence_nr(), y._version  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert completions(text, len(text), {"x": x, "y": y})
    after = x * 2
    assert after.grad_fn is not None
    assert after.grad_fn._sequence_nr() == sequence + 1  # type: ignore[attr-defined]
    assert y._version == version


def test_no_torch_function_is_called() -> None:
    class Watched(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            calls[str(function)] += 1
            return super().__torch_function__(function, types, args, kwargs or {})

    watched = torch.ones(2).as_subclass(Watched)
    calls.clear()
    for text in ("w.", "w.shape.", "w.T.", "w[0].", "(w + 1).", "w.sum().", "w.grad.", "torch.add(w, "):
        assert completions(text, len(text), {"w": watched, "torch": torch})
    assert not calls


PROGRAMS = [
    "class Net(nn.Module):\n    def __init__(self, n: int = 3, *rest, k=(1, 2)):\n        super().__init__()\n"
    "        self.fc = nn.Linear(n, 1)\n\n    async def go(self, x):\n        return self.fc(x)[0].sum().item()\n",
    "with open('a\\'b', \"w\") as f, x as y:\n    f.write(f\"{x!r:>{width}} {{}} {d['a']['b']}\" 'more')\n",
    "from torch import (nn,\n    optim as o)\nimport torch.nn.functional as F, json; x = lambda a, b=1: a.b(c)[d:e]\n",
    "x: dict[str, int] = {'a': 1, **more}; a, (b, *c) = d\nfor i, j in z: print(i, sep='', end=\"\")\n# note x.\n",
    "%time x = net(x).relu()\n",
    "s = '''one\n  two.'''; t = r'\\n' b'x'\n@property\ndef f(x, /, y: 'T' = 1.5e3, *, z) -> T: return (yield)\n",
    "if (n := len(x)) > 1j and not x is None or 0x1f ** -2 // 3 @ m: del x[...], y\nmatch x:\n    case A(b=c): ...\n",
]


@given(st.sampled_from(PROGRAMS), st.integers(0, 400), st.sampled_from(["", ".", "(", "['", "[", " ", ", ", '"', "\n"]))
def test_no_prefix_of_a_program_raises(program: str, cut: int, more: str) -> None:
    text = program[:cut] + more
    names = {"x": torch.ones(2), "nn": torch.nn, "torch": torch, "d": {"a": {"b": 1}}, "z": [1]}
    assert isinstance(completions(text, len(text), names), list)


@given(st.text(alphabet="ab.([{'\"\\\n \t:=,%!?#f)]}1*;é", max_size=40))
def test_no_text_at_all_raises(text: str) -> None:
    for cursor in (len(text), len(text) // 2):
        completions(text, cursor, {"a": [1], "b": {"a": 1}})
