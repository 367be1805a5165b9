"""Names are looked up without running anything."""

from __future__ import annotations

import collections
from typing import Any

import pytest
import torch
from torch import nn

from ptrepl.errors import UsageError
from ptrepl.shell.inspect.lookup import lookup


class Trap:
    """Every way in which code of the learner's could run counts here."""

    ran: list[str]

    def __init__(self) -> None:
        self.ran = []
        self.plain = 7

    @property
    def computed(self) -> int:
        self.ran.append("property")
        return 1

    def __getattr__(self, name: str) -> Any:
        self.ran.append(name)
        raise AttributeError(name)

    def __getitem__(self, key: object) -> Any:
        self.ran.append("item")
        return key

    def __eq__(self, other: object) -> bool:
        self.ran.append("eq")
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        self.ran.append("repr")
        return "Trap"

    def method(self) -> int:
        return 1


class Slotted:
    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = 3


Pair = collections.namedtuple("Pair", "left right")


def namespace() -> dict[str, Any]:
    net = nn.Sequential(collections.OrderedDict(first=nn.Linear(2, 3), act=nn.ReLU()))
    w = torch.ones(2, requires_grad=True)
    w.sum().backward()
    return {
        "torch": torch,
        "net": net,
        "named": nn.ModuleDict({"a": nn.Linear(1, 1)}),
        "kept": nn.ParameterList([torch.ones(4)]),
        "d": {"a": 1, 2: [10, 20], (1, 2): "tuple", None: "none"},
        "pair": Pair(5, 6),
        "slotted": Slotted(),
        "w": w,
        "y": w * 2,
        "trap": Trap(),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("d", {"a": 1, 2: [10, 20], (1, 2): "tuple", None: "none"}),
        ("d['a']", 1),
        ('d["a"]', 1),
        ("d[2][-1]", 20),
        ("d[(1, 2)]", "tuple"),
        ("d[None]", "none"),
        ("pair[0]", 5),
        ("slotted.held", 3),
        ("trap.plain", 7),
        (" ( d ) ['a'] ", 1),
        ("y.grad", None),
        ("net.training", True),
        ("42", 42),
    ],
)
def test_what_a_name_stands_for(text: str, value: object) -> None:
    assert lookup(text, namespace()) == value


def test_parts_of_modules_by_name_and_number() -> None:
    names = namespace()
    net = names["net"]
    for text in ("net.first", "net[0]", "net[-2]", "net.0", "net['first']"):
        if text == "net['first']":
            assert lookup(text, names) is net.first
            continue
        assert lookup(text, names) is net.first
    assert lookup("net.first.weight", names) is net.first.weight
    assert lookup("net.0.weight", names) is net.first.weight
    assert lookup("named['a'].bias", names) is names["named"]["a"].bias
    assert lookup("kept[0]", names) is names["kept"][0]
    assert lookup("w.grad", names) is names["w"].grad


def test_functions_classes_and_modules() -> None:
    names = namespace()
    assert lookup("torch.nn.functional.relu", names) is torch.nn.functional.relu
    assert lookup("torch.Tensor.view", names) is torch.Tensor.view
    assert lookup("len", names) is len
    assert lookup("net.forward", names) == names["net"].forward
    assert lookup("d.get", names) == dict.get


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nett", "There is no name nett here. Did you mean net?"),
        ("zzzzzz", "There is no name zzzzzz here. %who lists the names."),
        ("torch.zeroes", "torch has no attribute zeroes. Did you mean zeros?"),
        ("net.frist", "net has no attribute frist."),
        ("net.forwrad", "net has no attribute forwrad. Did you mean forward?"),
        ("net[7]", "net has no [7]."),
        ("d['b']", "d has no ['b']."),
        ("d[[1]]", "d has no [[1]]."),
        ("d[key]", "d[key]: only a plain number or string can stand in the brackets here."),
        ("w[0]", "An index makes a new tensor. Give it a name first: part = w[0]."),
        ("trap[0]", "trap is a Trap: what its brackets do can only be seen by running them."),
        ("f(w)", "f(w) would have to run first. Give its value a name, then ask for the name."),
        ("w + 1", "w + 1 would have to run first. Give its value a name, then ask for the name."),
        ("w y", "'w y' is not a name. Write one as you use it in Python, such as net[0].weight."),
        ("", "'' is not a name. Write one as you use it in Python, such as net[0].weight."),
        ("w\0", "'w\0' is not a name. Write one as you use it in Python, such as net[0].weight."),
    ],
)
def test_what_is_not_there_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        lookup(text, namespace())
    assert str(caught.value) == said


@pytest.mark.parametrize("text", ["trap.computed", "trap.missing", "trap[0]", "trap.method", "trap.plain"])
def test_nothing_of_the_learners_runs(text: str) -> None:
    names = namespace()
    try:
        lookup(text, names)
    except UsageError:
        pass
    assert names["trap"].ran == []


@pytest.mark.parametrize("text", ["w.grad", "y.grad", "y.T", "y.shape", "w.data"])
def test_a_tensor_gets_no_node_and_gives_no_warning(text: str) -> None:
    names = namespace()
    before = names["y"]._version, names["w"]._version
    lookup(text, names)
    assert (names["y"]._version, names["w"]._version) == before
