"""The lines behind the gutter, as they are printed: examples, notes and their order, containers, labels, silence."""

from __future__ import annotations

import re

import pytest

from ptrepl.engine.outcome import Summary
from tests.engine.prompt import Prompt, line, shown

VEC = {"shape": "(2,)"}


def test_the_examples_of_the_manual(prompt: Prompt) -> None:
    prompt("x = torch.tensor([2.]); a = torch.arange(12)")
    for source, told in (
        (
            "w = torch.tensor([1.], requires_grad=True)",
            "│ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad",
        ),
        (
            "y = (w + x) * (w + 1)",
            "│ y  shape=(1,)  dtype=float32  device=cpu  grad_fn=MulBackward0  is_leaf=False",
        ),
        ("y.backward()", "│ w.grad  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new"),
        (
            "w.data.sub_(0.1 * w.grad);",
            "│ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · changed in place",
        ),
        (
            "v = a.reshape(3, 4)",
            "│ v  shape=(3, 4)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True  · shares memory with a",
        ),
        ("a = a.float()", "│ a  shape=(12,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · dtype was int64"),
        ("d = {'x': x, 'more': [x + 1]}", "│ d  dict  2 tensors  (1,) float32, (1,) float32"),
        ("net = nn.Sequential(nn.Linear(120, 1))", "│ net  Sequential  2 parameters  121 values"),
        ("net(torch.ones(120)).backward()", "│ net  2 of 2 gradients new: 0.weight, 0.bias"),
        (
            "torch.optim.SGD(net.parameters(), lr=0.1).step()",
            "│ net  2 of 2 parameters changed in place: 0.weight, 0.bias",
        ),
        ("b = nn.BatchNorm1d(2)", "│ b  BatchNorm1d  2 parameters  4 values  3 buffers"),
        (
            "b(torch.arange(8.).view(4, 2));",
            "│ b  3 of 3 buffers changed in place: running_mean, running_var, num_batches_tracked",
        ),
    ):
        assert prompt(source) == [told]


VOCABULARY = re.compile(
    r"requires_grad|new|changed in place|accumulated|shares memory with \S+|same object as \S+|not contiguous|has nan"
    r"|has inf|(shape|dtype|device|grad_fn|is_leaf|requires_grad|lr) was .+"
)


def test_notes_stand_in_one_order(prompt: Prompt) -> None:
    prompt(
        """
a = torch.zeros(2, 3)
b = a
def everything():
    b.t_()
    b[0, 0], b[0, 1] = float("nan"), float("inf")
    b.requires_grad_()
"""
    )
    said = prompt("everything()")[0].split("  · ")[1].split(" · ")
    assert said == [
        "requires_grad",
        "changed in place",
        "same object as b",
        "not contiguous",
        "has nan",
        "has inf",
        "shape was (2, 3)",
    ]
    assert all(VOCABULARY.fullmatch(note) for note in said)


def test_a_gradient_says_first_how_it_came(prompt: Prompt) -> None:
    prompt("w = torch.zeros(2, 3, requires_grad=True); infs = torch.full((3, 2), float('inf'))")
    assert prompt("w.grad = infs.t()") == [
        line("w.grad", "new", "shares memory with infs", "not contiguous", "has inf", shape="(2, 3)")
    ]


@pytest.mark.parametrize(
    ("values", "notes"),
    [
        ("[1., float('nan')]", ("has nan",)),
        ("[1., float('inf')]", ("has inf",)),
        ("[-float('inf'), float('nan')]", ("has nan", "has inf")),
        ("[1., 2.]", ()),
        ("[1., float('nan')], dtype=torch.float16", ("has nan",)),
        ("[complex(0, float('nan'))]", ("has nan",)),
        ("[1, 2]", ()),
    ],
)
def test_nan_and_inf_of_small_tensors(prompt: Prompt, values: str, notes: tuple[str, ...]) -> None:
    (told,) = prompt(f"x = torch.tensor({values})")
    assert told.partition("  · ")[2] == " · ".join(notes)


def test_large_tensors_are_not_read_for_nan(prompt: Prompt) -> None:
    assert prompt("x = torch.full((200, 200), float('nan'))") == [line("x", shape="(200, 200)")]


CONTAINERS = {
    "[]": None,
    "{}": None,
    "[1, 'two', None]": None,
    "[torch.ones(2)]": "list  1 tensor  (2,) float32",
    "(torch.ones(2), torch.ones(2), 3)": "tuple  2 tensors  (2,) float32, (2,) float32",
    "{'a': torch.ones(2), 'b': [torch.ones(2), {'c': (torch.ones(2),)}]}": (
        "dict  3 tensors  (2,) float32, (2,) float32, (2,) float32"
    ),
    "{torch.ones(2)}": "set  1 tensor  (2,) float32",
    "frozenset([torch.ones(2)])": "frozenset  1 tensor  (2,) float32",
    "collections.OrderedDict(a=torch.ones(2))": "OrderedDict  1 tensor  (2,) float32",
    "collections.defaultdict(list, a=[torch.ones(2)])": "defaultdict  1 tensor  (2,) float32",
    "collections.deque([torch.ones(2)], maxlen=3)": "deque  1 tensor  (2,) float32",
    "Pair(torch.ones(2), 1)": "Pair  1 tensor  (2,) float32",
    "Point(torch.ones(2), torch.ones(1))": "Point  2 tensors  (2,) float32, (1,) float32",
    "Slotted(torch.ones(2), [torch.ones(1)])": "Slotted  2 tensors  (2,) float32, (1,) float32",
    "Plain(torch.ones(2))": "Plain  1 tensor  (2,) float32",
    "Plain(3)": None,
    "Bare(torch.ones(2))": "Bare  1 tensor  (2,) float32",
    "Tagged([torch.ones(2)])": "Tagged  1 tensor  (2,) float32",
    "torch.ones(3, 2).max(0)": "max  2 tensors  (2,) float32, (2,) int64",
    "[one, one, (one,)]": "list  3 tensors  (2,) float32, (2,) float32, (2,) float32",
    "around(torch.ones(2))": "list  1 tensor  (2,) float32",
    "deep(20)": None,
    "[nn.Linear(2, 1), torch.ones(2)]": "list  1 tensor  (2,) float32  2 parameters  3 values",
    "{'net': nn.Linear(2, 1)}": "dict  2 parameters  3 values",
    "[torch.ones(2)] + [0] * 100_000": "list  1+ tensors  (2,) float32",
    "nn.ReLU()": "ReLU",
    "nn.Linear(2, 1)": "Linear  2 parameters  3 values",
    "nn.Linear(2, 1, bias=False)": "Linear  1 parameter  2 values",
    "nn.Sequential(shared, shared, nn.Sequential(shared))": "Sequential  2 parameters  6 values",
    "tied()": "Sequential  3 parameters  10 values",
    "nn.BatchNorm1d(3)": "BatchNorm1d  2 parameters  6 values  3 buffers",
    "nn.LazyLinear(3)": "LazyLinear  2 parameters  0 values  2 not initialized yet",
    "nn.Linear(2, 1).requires_grad_(False)": "Linear  2 parameters  3 values",
    "nn.ParameterList([torch.ones(2)])": "ParameterList  1 parameter  2 values",
    "nn.ModuleDict({'a': nn.Linear(1, 1)})": "ModuleDict  2 parameters  2 values",
    "Net()": "Net  2 parameters  3 values  1 buffer  1 tensor",
    "nn.Linear(2, 1, device='meta')": "Linear  2 parameters  3 values",
    "torch.optim.SGD([one], lr=0.1)": "SGD  1 parameter  lr=0.1",
    "torch.optim.Adam([{'params': [one], 'lr': 1e-3}, {'params': [two], 'lr': 1}])": "Adam  2 parameters  lr=0.001, 1",
    "torch.optim.SGD([one], lr=torch.tensor(0.1))": "SGD  1 parameter",
    "data.DataLoader(data.TensorDataset(torch.ones(10, 2)), batch_size=4)": (
        "DataLoader  dataset=TensorDataset  samples=10  batch_size=4  batches=3"
    ),
    "data.DataLoader(Squares(), batch_size=None)": "DataLoader  dataset=Squares",
    "data.DataLoader([1, 2, 3])": "DataLoader  dataset=list  samples=3  batch_size=1  batches=3",
}

CLASSES = """
import collections
from dataclasses import dataclass
from torch.utils import data

Pair = collections.namedtuple("Pair", "first second")

@dataclass
class Point:
    x: object
    y: object

@dataclass(slots=True)
class Slotted:
    x: object
    y: object

class Plain:
    def __init__(self, x):
        self.x = x

class Bare:
    __slots__ = ("x", "never")
    def __init__(self, x):
        self.x = x

class Tagged(list):
    pass

class Squares(data.Dataset):
    def __len__(self):
        raise AssertionError("asked for its length")
    def __getitem__(self, i):
        raise AssertionError("asked for an item")

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
        self.register_buffer("seen", torch.zeros(1))
        self.register_parameter("gone", None)
        self.constant = torch.ones(1)

def around(tensor):
    circle = [tensor]
    circle += [circle, {"circle": circle}]
    return circle

def deep(levels):
    return [deep(levels - 1)] if levels else torch.ones(1)

def tied():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    net[1].bias = nn.Parameter(torch.ones(4))
    return net

one, two = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
shared = nn.Linear(2, 2);
"""


@pytest.mark.parametrize("made", CONTAINERS)
def test_what_holds_tensors_has_one_summary_line(prompt: Prompt, made: str) -> None:
    prompt(CLASSES)
    expected = CONTAINERS[made]
    assert prompt(f"c = {made}") == ([] if expected is None else [f"│ c  {expected}"])
    assert prompt("again = 1") == []


@pytest.mark.parametrize("made", [made for made, told in CONTAINERS.items() if told])
def test_the_value_of_an_expression_has_the_same_line(prompt: Prompt, made: str) -> None:
    prompt(CLASSES)
    label = made if len(made) <= 32 else "_"
    (told,) = prompt(made)
    assert told == f"│ {label}  {CONTAINERS[made]}"


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("torch.ones(2)", "torch.ones(2)"),
        ("  torch.ones(2)  ", "torch.ones(2)"),
        ("torch.ones(2)  # two ones", "torch.ones(2)"),
        ("torch.ones(2) # no; not silent", "torch.ones(2)"),
        ("(torch.ones(2))", "(torch.ones(2))"),
        ("torch.ones(2).add(1).add(1).add(1)", "_"),
        ("torch.ones(2) + torch.ones(2)*10", "torch.ones(2) + torch.ones(2)*10"),
        ("torch.ones(2) + torch.ones(2)*100", "_"),
        ("torch.ones(\n2)", "_"),
        ("_", "_"),
        ("x", "x"),
        ("x.data", "x.data"),
        ("held['a']", "held['a']"),
    ],
)
def test_an_expression_is_labelled_by_its_source_if_that_is_short(prompt: Prompt, source: str, label: str) -> None:
    prompt("x = torch.zeros(2); held = {'a': torch.zeros(2)}; torch.zeros(2)")
    (told,) = prompt(source)
    assert told.startswith(f"│ {label}  shape=(2,)  ")


@pytest.mark.parametrize("end", [";", " ;", ";  ", "; # quiet", ";\n"])
def test_a_semicolon_silences_the_value_and_its_line_but_not_changes(
    prompt: Prompt, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt("x = torch.ones(2)")
    assert prompt(f"x + 1{end}") == []
    assert prompt(f"[x, x]{end}") == []
    assert prompt(f"x.add_(1){end}") == [line("x", "changed in place", **VEC)]
    assert capsys.readouterr().out == ""


def test_the_last_value_is_bound_to_an_underscore_that_is_no_name_of_anything(prompt: Prompt) -> None:
    assert prompt("torch.ones(2)") == [line("torch.ones(2)", **VEC)]
    assert prompt("y = _") == [line("y", **VEC)]
    assert prompt("_ * 2") == [line("_ * 2", **VEC)]
    assert prompt("_.add_(1);") == []
    assert prompt("_ = torch.zeros(2)") == []
    assert prompt("z = _") == [line("z", **VEC)]
    assert prompt("_ = [z]") == []
    assert prompt("_[0].add_(1);") == [line("z", "changed in place", **VEC)]


def test_lines_stand_in_the_order_of_the_names_values_first(prompt: Prompt) -> None:
    prompt("b = torch.ones(2); a = nn.Parameter(torch.ones(2)); c = torch.ones(2)")
    assert [told[2] for told in prompt("(c.add_(1), a.data.add_(1), b.add_(1), torch.ones(1))")] == ["_", *"bac"]
    assert [told[2] for told in prompt("d = [c]; b = b + 1; a = a + 1; e = 1 + c")] == [*"dbae"]


def test_many_changes_are_counted(prompt: Prompt) -> None:
    source = "for i in range({}): globals()[f't{{i}}'] = torch.zeros(2)\n"
    lines = prompt(source.format(12))
    assert lines == [line(f"t{i}", **VEC) for i in range(12)]
    lines = prompt(source.format(39))
    assert lines[:12] == [line(f"t{i}", **VEC) for i in range(12)]
    assert lines[12:] == ["│ … and 27 more"]


def test_many_members_are_abbreviated(prompt: Prompt) -> None:
    prompt("net = nn.Sequential(*(nn.Linear(1, 1) for _ in range(3)))")
    assert prompt("net.double();") == [
        "│ net  6 of 6 parameters changed in place: 0.weight, 0.bias, 1.weight, 1.bias, …  · dtype was float32"
    ]


def test_full_adds_a_row_below_each_tensor(prompt: Prompt) -> None:
    with prompt.cards():
        outcome = prompt.last("x = torch.arange(6.).reshape(2, 3)[:, 1:]")
        first, second = shown(outcome, mode="full")
        (kept,) = prompt.last("box = [x]").changes
    assert first == line("x", "not contiguous", shape="(2, 2)")
    address = prompt["x"].untyped_storage().data_ptr()
    assert second == (
        f"│   strides=(3, 1)  offset=1  storage=24 bytes at {address:#x}  version=0  bytes=16  first values=1, 2, …"
    )
    assert shown(outcome) == [first]
    assert shown(outcome, mode="off") == []
    assert isinstance(kept, Summary)


@pytest.mark.parametrize(
    "source",
    [
        "n = 1",
        "import math",
        "def f(): pass",
        "class C: pass",
        "1 + 1",
        "'text'",
        "None",
        "f = torch.ones",
        "s = x.shape",
    ],
)
def test_what_is_no_tensor_has_no_line(prompt: Prompt, source: str) -> None:
    prompt("x = torch.ones(2)")
    assert prompt(source) == []


def test_x_ray_off_looks_at_nothing(prompt: Prompt) -> None:
    prompt.session.watching = False
    assert prompt("x = torch.ones(2)") == []
    prompt.session.watching = True
    prompt.session.rebase()
    assert prompt("x += 1") == [line("x", "changed in place", **VEC)]


def test_a_module_that_is_kept_in_an_object_and_has_a_name_is_told_once(prompt: Prompt) -> None:
    prompt("class Trainer: pass\n")
    prompt("net = nn.Linear(1, 1); trainer = Trainer(); trainer.net = net")
    assert prompt("nn.init.zeros_(net.bias);") == ["│ net  1 of 2 parameters changed in place: bias"]


def test_looking_at_a_thing_in_pieces(prompt: Prompt) -> None:
    prompt("pair = (torch.ones(2), torch.zeros(2))")
    assert prompt("a, b = pair") == [
        line("a", "same object as pair[0]", **VEC),
        line("b", "same object as pair[1]", **VEC),
    ]


def test_annotations_are_no_container_of_the_learners(prompt: Prompt) -> None:
    assert prompt("n: torch.ones(2) = 1") == []
