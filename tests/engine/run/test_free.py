"""Watching costs the learner nothing: none of their code runs, nothing of theirs is kept, torch's state stays."""

from __future__ import annotations

import builtins
import gc
from typing import Any

import pytest
import torch

from tests.engine.prompt import Prompt, line

TRAPS = """
import collections
from dataclasses import dataclass

calls = []

def spy(name, original):
    def method(self, *arguments, **options):
        calls.append(name)
        return original(self, *arguments, **options)
    return method

NAMES = '''__repr__ __str__ __format__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __getattribute__ __len__
    __iter__ __contains__ __getitem__ __reversed__ __bool__ __dir__ __sizeof__ __reduce__ __reduce_ex__ __index__
    keys items values get named_parameters parameters buffers children modules state_dict extra_repr
    stride numel size is_contiguous untyped_storage data_ptr detach cpu tolist dim element_size item'''.split()

def spied(*bases):
    namespace = {}
    for name in NAMES:
        for base in bases:
            if callable(found := getattr(base, name, None)):
                namespace[name] = spy(name, found)
    namespace["__getattr__"] = spy("__getattr__", getattr(bases[0], "__getattr__", missing))
    namespace["__class__"] = property(lambda self: calls.append("__class__") or type(self))
    namespace["grad_value"] = property(lambda self: calls.append("property"))
    return namespace

def missing(self, name):
    raise AttributeError(name)

TYPE_NAMES = '''__repr__ __eq__ __hash__ __getattribute__ __instancecheck__ __subclasscheck__ __dir__ mro
    __subclasses__ __call__'''.split()

def make(name, *bases):
    base = type(bases[0])
    meta = type("Meta", (base,), {name: spy("type " + name, getattr(base, name)) for name in TYPE_NAMES})
    return meta(name, bases, spied(*bases))

class Slotted:
    __slots__ = ("held", "__weakref__")

class Tensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), options=None):
        calls.append("__torch_function__")
        return super().__torch_function__(function, types, arguments, options or {})

class Key:
    def __repr__(self):
        calls.append("key repr")
        return "key"

class Descriptor:
    def __get__(self, instance, owner):
        calls.append("descriptor")
        return torch.ones(1)

one = torch.ones(2)
"""

TRAPPED = {
    "an object": "make('Thing', object)()",
    "an object that holds a tensor": "vars_(make('Thing', object)(), held=one)",
    "a list": "make('List', list)([one])",
    "a tuple": "make('Tuple', tuple)([one])",
    "a dict": "make('Dict', dict)(a=one)",
    "a set": "make('Set', set)([one])",
    "a deque": "make('Deque', collections.deque)([one])",
    "an OrderedDict": "make('Ordered', collections.OrderedDict)(a=one)",
    "a module": "make('Net', nn.Sequential)(nn.Linear(2, 1), nn.BatchNorm1d(1))",
    "an optimizer": "make('Opt', torch.optim.SGD)([nn.Parameter(one)], lr=0.1)",
    "a loader": "make('Loader', torch.utils.data.DataLoader)([1, 2])",
    "a loader of spied data": "torch.utils.data.DataLoader(make('Data', torch.utils.data.Dataset)())",
    "a tensor": "one.as_subclass(make('Spied', torch.Tensor))",
    "a tensor with __torch_function__": "one.as_subclass(Tensor)",
    "a parameter": "make('Weight', nn.Parameter)(torch.ones(2))",
    "a spied key": "{make('Key', object)(): one}",
    "a key with a repr": "{Key(): one}",
    "a spied element": "[one, make('Thing', object)()]",
    "slots": "slotted(make('Thing', Slotted)())",
    "a dataclass": "dataclass(make('Data', object))()",
    "a class": "make('Thing', object)",
    "a descriptor": "type('Thing', (), {'held': Descriptor()})()",
    "an exception": "make('Error', ValueError)('text')",
    "a str": "make('Text', str)('text')",
    "an int": "make('Number', int)(3)",
}


@pytest.fixture
def traps(prompt: Prompt) -> Prompt:
    prompt(TRAPS)
    prompt(
        """
def vars_(thing, **values):
    object.__getattribute__(thing, "__dict__").update(values)
    return thing

def slotted(thing):
    Slotted.held.__set__(thing, one)
    return thing
"""
    )
    return prompt


with_every_trap = pytest.mark.parametrize("name", TRAPPED)


@with_every_trap
@pytest.mark.parametrize("cards", [False, True], ids=["line", "full"])
def test_none_of_the_learners_code_runs(traps: Prompt, name: str, cards: bool) -> None:
    traps.session.with_cards = cards
    traps(f"t = [{TRAPPED[name]}, calls.clear()][0]")
    assert traps["calls"] == []
    traps("n = 1")
    traps("box = [{'t': [t]}]")
    traps("one.add_(1);")
    traps("del t")
    assert traps["calls"] == []


@with_every_trap
def test_a_value_is_shown_by_the_calls_that_python_makes(traps: Prompt, name: str) -> None:
    traps(f"t = [{TRAPPED[name]}, calls.clear()][0]")
    traps.outcomes("t")
    ours = list(traps["calls"])
    traps["calls"].clear()
    try:
        exec(compile("t", "<python>", "single"), traps.session.namespace)
    except Exception:
        pass
    assert ours == traps["calls"]


def test_a_silenced_value_is_not_even_represented(traps: Prompt) -> None:
    traps("t = make('List', list)([one])")
    traps("calls.clear()")
    traps("t;")
    assert traps["calls"] == []


def died(prompt: Prompt) -> list[bool]:
    """Which of the learner's ``refs`` are dead, without help from the garbage collector."""
    return [reference() is None for reference in prompt["refs"]]


@pytest.fixture
def watched(prompt: Prompt) -> Prompt:
    prompt("import weakref, sys")
    prompt("refs = []; keep = lambda thing: refs.append(weakref.ref(thing))")
    gc.collect()
    gc.disable()
    yield prompt
    gc.enable()


@pytest.mark.parametrize(
    ("made", "kept", "dropped"),
    [
        ("x = torch.ones(3)", "keep(x)", "del x"),
        ("x = torch.ones(3)", "keep(x)", "x = 1"),
        ("x = torch.ones(3)", "keep(x)", "x = torch.ones(3)"),
        ("x = torch.ones(300, 300)", "keep(x)", "del x"),
        ("x = torch.ones(3)\ny = x\nz = [x]", "keep(x)", "del x, y, z"),
        ("x = torch.ones(3)\nv = x[:2]", "keep(v)", "del v"),
        ("x = torch.ones(3)\nx += 1", "keep(x)", "del x"),
        ("x = torch.ones(3)\nx\n0", "keep(x)", "del x"),
        ("x = torch.ones(3, requires_grad=True)\nx.sum().backward()", "keep(x.grad)", "x.grad = None"),
        ("x = torch.ones(3, requires_grad=True)\nx.sum().backward()", "keep(x); keep(x.grad)", "del x"),
        ("x = torch.ones(3, requires_grad=True)\ny = (x * 2).exp()", "keep(y)", "del y"),
        ("s = torch.ones(3)\ny = torch.ones(3, requires_grad=True) * s", "keep(s)", "del s, y"),
        ("s = torch.ones(3)\ny = torch.ones(3, requires_grad=True) * s\ny.sum().backward()", "keep(s)", "del s"),
        ("held = {'a': [torch.ones(3)]}", "keep(held['a'][0])", "held.clear()"),
        ("held = {torch.ones(3)}", "keep(next(iter(held)))", "del held"),
        ("net = nn.Linear(2, 2)", "keep(net); keep(net.weight); keep(net.bias)", "del net"),
        ("net = nn.Linear(2, 2)\nopt = torch.optim.SGD(net.parameters())", "keep(opt); keep(net)", "del net, opt"),
        ("class Thing: pass\nt = Thing(); t.x = torch.ones(3)", "keep(t); keep(t.x)", "del t"),
        ("loader = torch.utils.data.DataLoader([1])", "keep(loader)", "del loader"),
        ("for i in range(3): x = torch.ones(3)\n", "keep(x)", "del x"),
        ("for i in range(200): globals()[f't{i}'] = torch.ones(3)\n", "keep(t7)", "del t7"),
        ("from torch.testing._internal.two_tensor import TwoTensor\nx = TwoTensor(torch.ones(1), torch.ones(1))",
         "keep(x); keep(x.a)", "del x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cards", [False, True], ids=["line", "full"])
def test_what_the_learner_lets_go_of_is_gone(watched: Prompt, made: str, kept: str, dropped: str, cards: bool) -> None:
    watched.session.with_cards = cards
    watched(made)
    watched(kept)
    assert died(watched)
    assert not any(died(watched))
    watched(dropped)
    assert all(died(watched))
    watched("after = 1")


def test_a_local_variable_is_gone_when_its_function_returns(watched: Prompt) -> None:
    watched("def f():\n    local = torch.ones(3)\n    keep(local)\n    return local.sum()\n")
    watched("y = f()")
    assert died(watched) == [True]


def test_the_last_value_is_kept_until_the_next(watched: Prompt) -> None:
    watched("torch.ones(3)")
    watched("keep(_)")
    assert died(watched) == [False]
    watched("1")
    assert died(watched) == [True]


@pytest.mark.parametrize("statement", ["torch.ones(3);", "torch.ones(3)", "[torch.ones(3)]", "x = torch.ones(3)"])
def test_a_value_is_held_by_nobody_else(watched: Prompt, statement: str) -> None:
    watched.outcomes(statement)
    watched("keep(x if 'x' in globals() else _[0] if type(_) is list else _)")
    watched("_ = x = 0")
    builtins.__dict__.pop("_", None)
    assert died(watched) == [True]


FAIL = """
def fail():
    local = torch.ones(3)
    keep(local)
    raise ValueError("no")
"""


def test_the_last_exception_keeps_its_locals_and_no_other_does(watched: Prompt) -> None:
    watched(FAIL)
    watched.outcomes("fail()")
    assert died(watched) == [False]
    watched("x = 1")
    assert died(watched) == [False]
    watched.outcomes("fail()")
    assert died(watched) == [True, False]
    watched.session.forget()
    assert died(watched) == [True, True]


def test_an_interrupted_statement_keeps_nothing_more(watched: Prompt) -> None:
    watched("def fail():\n    local = torch.ones(3)\n    keep(local)\n    raise KeyboardInterrupt\n")
    watched.outcomes("fail()")
    watched.session.forget()
    assert died(watched) == [True]


def test_a_coroutine_leaves_nothing(watched: Prompt) -> None:
    watched("import asyncio")
    watched(
        "async def f():\n    local = torch.ones(3)\n    keep(local)\n    await asyncio.sleep(0)\n    return local\n"
    )
    watched("x = await f()")
    watched("del x")
    assert died(watched) == [True]


@pytest.mark.parametrize(
    "probe",
    [
        "sys.getrefcount(x)",
        "x._use_count()",
        "sys.getrefcount(net)",
        "net.weight._use_count()",
        "sys.getrefcount(held)",
        "x._version",
        "x.grad_fn is x.grad_fn",
        "len(gc.get_referrers(x))",
    ],
)
def test_references_and_versions_are_those_of_plain_python(prompt: Prompt, probe: str) -> None:
    source = "import sys, gc; x = torch.ones(3); x += 1; net = nn.Linear(1, 1); held = [x]"
    plain: dict[str, Any] = {"torch": torch, "nn": torch.nn}
    exec(compile(source, "<python>", "exec"), plain)
    prompt(source)
    prompt("n = 1")
    prompt(f"found = {probe}")
    assert prompt["found"] == eval(probe, plain)


def test_no_mode_or_hook_stands_around_the_learners_code(prompt: Prompt) -> None:
    prompt(
        """
import sys, threading
state = dict(
    dispatch_modes=torch._C._len_torch_dispatch_stack(),
    function_modes=torch._C._len_torch_function_stack(),
    functions_on=torch._C._is_torch_function_enabled(),
    all_on=not torch._C._is_torch_function_all_disabled(),
    grad=torch.is_grad_enabled(),
    inference=torch.is_inference_mode_enabled(),
    device=str(torch.get_default_device()),
    traced=sys.gettrace() is not None or sys.getprofile() is not None,
    saved_tensors_hooks=torch._C._autograd._top_saved_tensors_default_hooks(True) is not None,
)
"""
    )
    assert prompt["state"] == {
        "dispatch_modes": 0,
        "function_modes": 0,
        "functions_on": True,
        "all_on": True,
        "grad": True,
        "inference": False,
        "device": "cpu",
        "traced": False,
        "saved_tensors_hooks": False,
    }


def test_random_numbers_are_those_of_plain_python(prompt: Prompt) -> None:
    import random

    import numpy

    torch.manual_seed(3)
    expected = [torch.rand(2).tolist() for _ in range(5)]
    states = random.getstate(), numpy.random.get_state()[1].tolist()
    prompt("torch.manual_seed(3); found = []")
    for _ in range(5):
        prompt("x = torch.rand(2); found.append(x.tolist())")
        prompt("x")
    assert prompt["found"] == expected
    assert states == (random.getstate(), numpy.random.get_state()[1].tolist())


def test_a_gradient_of_a_tensor_in_the_middle_is_never_asked_for(prompt: Prompt) -> None:
    # torch warns whoever reads it, and warnings are errors here
    prompt("w = torch.ones(2, requires_grad=True); y = w * 2; y.sum().backward()")
    assert prompt("y") == [line("y", shape="(2,)", grad_fn="MulBackward0", is_leaf="False")]


def test_in_place_checks_of_autograd_are_those_of_plain_python(prompt: Prompt) -> None:
    prompt("w = torch.ones(2, requires_grad=True); y = w.exp()")
    prompt("y.data.add_(0);")
    prompt("y.add_(1);")
    outcome = prompt.last("y.sum().backward()")
    assert "modified by an inplace operation" in outcome.error.message
