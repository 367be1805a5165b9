"""Every kind of tensor that torch can make is looked at without an error, a warning or an untrue fact."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from ptrepl.engine.outcome import Status, Summary, TensorChange
from ptrepl.engine.watch.facts import FACT_NAMES
from ptrepl.screen.card_rows import card_rows
from tests.children import ROOT, run_child
from tests.engine.prompt import OURS, Prompt, as_torch_says, shown


@pytest.fixture(autouse=True)
def _no_process_group_is_left() -> Iterator[None]:
    """A DTensor needs one; left behind, it would be there for every test after it in this process."""
    yield
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


@dataclass(frozen=True)
class Kind:
    """``source`` binds ``t``. ``unreadable``: facts whose plain reading raises. ``shows``: its own repr works."""

    name: str
    source: str
    unreadable: tuple[str, ...] = ()
    shows: bool = True


BAD_SUBCLASS = """
class Bad(torch.Tensor):
    {body}
t = torch.ones(3).as_subclass(Bad)
"""

KINDS = [
    Kind("0-d", "t = torch.tensor(3.5)"),
    Kind("one element", "t = torch.tensor([1.])"),
    Kind("empty", "t = torch.empty(0, 3)"),
    Kind("a billion elements", "t = torch.empty(10**9, dtype=torch.uint8)"),
    Kind("expanded to a billion", "t = torch.ones(1).expand(10**9)"),
    Kind("int", "t = torch.arange(3)"),
    Kind("bool", "t = torch.tensor([True])"),
    *(Kind(dtype, f"t = torch.ones(3, dtype=torch.{dtype})") for dtype in ("uint16", "uint32", "uint64")),
    Kind("complex", "t = torch.ones(3, dtype=torch.complex64)"),
    Kind("conjugate view", "t = torch.ones(3, dtype=torch.complex64).conj()"),
    Kind("negative view", "t = torch.ones(3, dtype=torch.complex64).conj().imag"),
    Kind("bfloat16", "t = torch.ones(3, dtype=torch.bfloat16)"),
    *(
        Kind(dtype, f"t = torch.ones(3).to(torch.{dtype})")
        for dtype in ("float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu")
    ),
    Kind("float4", "t = torch.zeros(3, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)"),
    Kind("bits8", "t = torch.zeros(3, dtype=torch.uint8).view(torch.bits8)", shows=False),
    Kind("uint4", "t = torch.empty(3, dtype=torch.uint4)", shows=False),
    Kind("quantized per tensor", "t = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)"),
    Kind(
        "quantized per channel",
        "t = torch.quantize_per_channel(torch.ones(3, 2), torch.ones(3), torch.zeros(3), 0, torch.qint8)",
    ),
    Kind("sparse COO", "t = torch.eye(3).to_sparse()"),
    Kind("sparse CSR", "t = torch.eye(3).to_sparse_csr()"),
    Kind("sparse BSR", "t = torch.eye(4).to_sparse_bsr((2, 2))"),
    Kind("nested", "t = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])", unreadable=("shape",)),
    Kind(
        "nested jagged",
        "t = torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(3, 3)], layout=torch.jagged)",
    ),
    Kind("meta", "t = torch.ones(3, device='meta')"),
    Kind(
        "FakeTensor",
        """
from torch._subclasses.fake_tensor import FakeTensorMode
t = FakeTensorMode().from_tensor(torch.ones(3))
""",
    ),
    Kind(
        "escaped from vmap",
        """
found = []
torch.vmap(lambda x: (found.append(x), x * 2)[1])(torch.ones(3));
t = found.pop()
""",
    ),
    Kind(
        "escaped from torch.func.grad",
        """
found = []
torch.func.grad(lambda x: (found.append(x), x * 2)[1])(torch.tensor(1.));
t = found.pop()
""",
    ),
    Kind("inference", "with torch.inference_mode():\n    t = torch.ones(3)\n"),
    Kind("non-leaf", "t = torch.ones(3, requires_grad=True) * 2"),
    Kind("non-leaf that retains", "t = torch.ones(3, requires_grad=True) * 2; t.retain_grad()"),
    Kind(
        "no_grad view of what was then written",
        """
base = torch.ones(3, requires_grad=True) * 1
with torch.no_grad():
    t = base[:2]
base.mul_(2);
""",
        unreadable=("grad_fn", "is_leaf"),
    ),
    Kind(
        "subclass whose repr raises",
        BAD_SUBCLASS.format(body="def __repr__(self, **options): raise ValueError('bad repr')"),
        shows=False,
    ),
    Kind(
        "subclass whose __torch_function__ raises",
        """
class Bad(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *arguments, **options):
        raise ValueError("bad function")

t = torch.Tensor._make_subclass(Bad, torch.ones(3))
""",
        shows=False,
    ),
    Kind(
        "subclass whose attributes raise",
        BAD_SUBCLASS.format(body="shape = dtype = device = grad_fn = is_leaf = property(lambda self: 1 / 0)"),
        shows=False,
    ),
    Kind(
        "subclass whose attributes lie",
        BAD_SUBCLASS.format(body="shape = dtype = device = property(lambda self: 'a lie')"),
        shows=False,
    ),
    Kind(
        "wrapper subclass",
        """
from torch.testing._internal.two_tensor import TwoTensor
t = TwoTensor(torch.ones(3), torch.ones(3))
""",
    ),
    Kind(
        "DTensor",
        """
from torch.testing._internal.distributed.fake_pg import FakeStore
from torch.distributed.tensor import DTensor, Replicate
if not torch.distributed.is_initialized():
    torch.distributed.init_process_group("fake", rank=0, world_size=2, store=FakeStore())

mesh = torch.distributed.device_mesh.init_device_mesh("cpu", (2,))
t = DTensor.from_local(torch.ones(3), mesh, [Replicate()])
""",
    ),
    Kind("functional", "t = torch._to_functional_tensor(torch.ones(3))"),
    Kind("ZeroTensor", "t = torch._efficientzerotensor(3)"),
    Kind("UninitializedParameter", "t = nn.parameter.UninitializedParameter()", unreadable=("shape",)),
    Kind("UninitializedBuffer", "t = nn.parameter.UninitializedBuffer()", unreadable=("shape",)),
    Kind("mkldnn", "t = torch.ones(3).to_mkldnn()"),
    Kind(
        "MaskedTensor",
        "t = torch.masked.masked_tensor(torch.ones(3), torch.tensor([True, False, True]))",
    ),
    Kind(
        "dual",
        """
import torch.autograd.forward_ad as forward_ad
level = forward_ad.enter_dual_level()
t = forward_ad.make_dual(torch.ones(3), torch.ones(3))
forward_ad.exit_dual_level()
""",
    ),
    Kind("inside a dual level", "with torch.autograd.forward_ad.dual_level():\n    t = torch.ones(3)\n"),
    Kind("Parameter", "t = nn.Parameter(torch.ones(3))"),
    Kind("Buffer", "t = nn.Buffer(torch.ones(3))"),
    Kind("named storage offset", "t = torch.arange(10)[3:7]"),
    Kind("shared memory", "t = torch.ones(3).share_memory_()"),
    Kind("from numpy, not writable", "t = torch.from_numpy(np.broadcast_to(np.ones(1), (3,)))"),
    Kind("half", "t = torch.ones(3, dtype=torch.float16)"),
    Kind("complex32", "t = torch.ones(3, dtype=torch.complex32)"),
    Kind("25 dimensions", "t = torch.ones((1,) * 25)"),
]
with_every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def warned() -> Iterator[list[warnings.WarningMessage]]:
    """The warnings of our own code: the learner's are turned off in the session. C++ is told to warn each time."""
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        torch.set_warn_always(True)
        yield messages
        torch.set_warn_always(False)
    assert [str(message.message) for message in messages] == []


@pytest.fixture
def weird(prompt: Prompt, kind: Kind, warned: object) -> Prompt:
    """A prompt at which ``t`` was just made."""
    prompt("import warnings; warnings.simplefilter('ignore'); import numpy as np")
    assert any(line.startswith("│ t  shape=") for line in prompt(kind.source))
    return prompt


def assert_true_to(tensor: Any, line: str) -> None:
    """The line shows each fact as torch gives it, ``n/a`` where torch raises."""
    facts = [f"{name}={'n/a' if (text := as_torch_says(tensor, name)) is None else text}" for name in FACT_NAMES]
    assert line.split("  ·")[0] == "│ t  " + "  ".join(facts)


@with_every_kind
def test_the_line_shows_what_torch_says(weird: Prompt, kind: Kind) -> None:
    (line,) = weird("again = t")
    assert_true_to(weird["t"], line.replace("│ again  ", "│ t  "))
    assert tuple(name for name in FACT_NAMES if f"{name}=n/a" in line) == kind.unreadable


@with_every_kind
def test_looking_at_it_shows_the_line_below_the_value(
    weird: Prompt, kind: Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = weird.last("t")
    if kind.shows:
        assert capsys.readouterr().out.strip()
        (line,) = shown(outcome)
        assert_true_to(weird["t"], line)
    else:
        # torch cannot show it either: that is an error of this statement, and of no other
        assert outcome.status is Status.RAISED
        assert OURS not in outcome.error.text
    assert weird("after = torch.ones(2)") == [
        "│ after  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True"
    ]


@with_every_kind
def test_a_semicolon_silences_it(weird: Prompt, kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    assert weird("t;") == []
    assert capsys.readouterr().out == ""


@with_every_kind
def test_it_does_not_seem_to_change_by_itself(weird: Prompt, kind: Kind) -> None:
    for _ in range(3):
        assert weird("nothing = 0") == []


@with_every_kind
def test_containers_count_it(weird: Prompt, kind: Kind) -> None:
    (told,) = weird("box = [t, {'again': (t,)}]")
    assert told.startswith("│ box  list  2 tensors  ")
    told = weird("one = {'t': t}; two = {t}" if kind.shows else "one = {'t': t}")[0]
    assert told.startswith("│ one  dict  1 tensor  ")


@with_every_kind
def test_a_module_and_an_object_hold_it(weird: Prompt, kind: Kind) -> None:
    source = """
class Thing:
    pass

thing = Thing()
thing.held = t
net = nn.Identity()
net.held = t
"""
    outcomes = weird.outcomes(source)
    assert outcomes[-1].status in (Status.OK, Status.RAISED)  # nn.Module itself may refuse it
    summaries = [change for outcome in outcomes for change in outcome.changes if isinstance(change, Summary)]
    assert summaries[0].type_name == "Thing"


@with_every_kind
def test_the_whole_card_says_why_a_row_cannot_be_read(weird: Prompt, kind: Kind) -> None:
    with weird.cards():
        outcome = weird.last("again = t")
    (change,) = outcome.changes
    assert isinstance(change, TensorChange)
    rows = {row.label: text for row, text in card_rows(change.card)}
    assert {"type", "requires_grad", "layout", "elements", "strides", "storage", "version", "contents"} <= rows.keys()
    assert [name for name, text in rows.items() if text == "n/a" or text.strip() == "n/a:"] == []
    assert len(shown(outcome, mode="full")) == 2
    for name in kind.unreadable:
        assert rows[name].startswith("n/a: ")


@with_every_kind
def test_rows_of_the_card_are_true(weird: Prompt, kind: Kind) -> None:
    with weird.cards():
        (change,) = weird.last("again = t").changes
    rows, tensor = {row.label: text for row, text in card_rows(change.card)}, weird["t"]
    for name, call in {"elements": "numel", "strides": "stride", "offset": "storage_offset"}.items():
        if rows[name].startswith("n/a"):
            continue
        with torch._C.DisableTorchFunctionSubclass():
            assert rows[name].replace(",", "") == str(getattr(torch._C.TensorBase, call)(tensor)).replace(",", "")


def test_a_storage_that_was_resized_to_nothing_is_not_read() -> None:
    # torch's own repr of such a tensor is a segmentation fault: an interpreter of its own must come to the end
    code = """
from ptrepl.engine.watch.cards import read_card
from ptrepl.screen.card_rows import CardRow, card_rows
from tests.engine.prompt import Prompt
prompt = Prompt()
for source in ("t = torch.ones(3)", "t.untyped_storage().resize_(0);", "t;", "u = t.detach()", "box = [t]",
               "t.grad = torch.ones(3)", "t.grad.untyped_storage().resize_(0);", "net = nn.Linear(2, 2)",
               "net.weight.untyped_storage().resize_(0);", "v = torch.ones(4, 4).t()[1:, 1:]",
               "v.untyped_storage().resize_(8);", "np = 1", "after = torch.ones(2)"):
    prompt.session.with_cards = source.startswith(("u", "v"))
    for line in prompt(source):
        print(line)
print(dict(card_rows(read_card(prompt["t"])))[CardRow.FIRST_VALUES])
print(dict(card_rows(read_card(prompt["v"])))[CardRow.FIRST_VALUES])
"""
    done = run_child([sys.executable, "-W", "error", "-c", code], cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-2:] == ["n/a: not plain memory"] * 2
    assert lines[-3] == "│ after  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True"
