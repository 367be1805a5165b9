"""``obj?``: what is told of an object, and that nothing of the learner's runs for it."""

from __future__ import annotations

import collections
import functools
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ptrepl.engine.watch.kinds import class_dict
from ptrepl.errors import UsageError
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from ptrepl.shell.commands.look.inspect import object_lines
from ptrepl.shell.inspect.docstring import plain_docstring
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.inspect.maths import plain_maths
from ptrepl.shell.inspect.object import describe, source_of
from ptrepl.shell.inspect.signature import signatures
from ptrepl.shell.inspect.torch_classes import text_on_class
from ptrepl.shell.signature.find import SignatureFinder
from ptrepl.texts.library import sections
from tests.shell.commands.commanding import Shell
from tests.shell.counting import KINDS, calls

RAN: list[str] = []


class Meta(type):
    """A metaclass that counts whatever is asked of its classes."""

    def __getattribute__(cls, name: str) -> Any:
        if not name.startswith("__") or name in ("__doc__", "__name__", "__qualname__", "__module__"):
            RAN.append(f"class.{name}")
        return super().__getattribute__(name)

    def __repr__(cls) -> str:
        RAN.append("class repr")
        return "Trap"


class Trap(metaclass=Meta):
    """A trap."""

    def __init__(self, size: int = 3, *, wide: bool = False) -> None:
        self.size = size

    def __getattr__(self, name: str) -> Any:
        RAN.append(name)
        raise AttributeError(name)

    def __call__(self, x: int) -> int:
        RAN.append("call")
        return x

    @property
    def computed(self) -> int:
        """Computed."""
        RAN.append("property")
        return 1

    def __repr__(self) -> str:
        RAN.append("repr")
        return "trap"

    def __eq__(self, other: object) -> bool:
        RAN.append("eq")
        return True

    def __hash__(self) -> int:
        RAN.append("hash")
        return 1

    def __len__(self) -> int:
        RAN.append("len")
        return 1


TRAP = Trap()


def with_trap(a: Trap = TRAP, b: Trap | None = None) -> Trap:
    """Takes a trap."""
    return a


@pytest.mark.parametrize(
    ("value", "signature"),
    [
        (TRAP, "value(x: int) -> int"),
        (Trap, "value(size: int = 3, *, wide: bool = False)"),
        (with_trap, "value(a: Trap = <Trap>, b: Trap | None = None) -> Trap"),
        (TRAP.__init__, "value(size: int = 3, *, wide: bool = False) -> None"),
        (class_dict(Trap)["computed"], None),
    ],
)
def test_nothing_of_the_learners_runs(value: object, signature: str | None) -> None:
    RAN.clear()
    found = describe(value, "value")
    source_of(value)
    assert RAN == []
    assert found.signatures == (() if signature is None else (signature,))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type.__getattribute__(kind, "__name__"))
def test_nothing_runs_of_classes_that_ask_back(kind: type) -> None:
    thing = type.__call__(kind)
    names = {"thing": thing, "Kind": kind, "box": {"a": thing}}
    finder = SignatureFinder(lambda: names)

    def promise(a: Any = thing, b: Any = kind) -> Any: ...

    promise.__annotations__["return"] = kind
    calls.clear()
    for value in (thing, kind, promise):
        describe(value, "value")
        source_of(value)
    for text in (
        "thing",
        "thing.plain",
        "thing.asked",
        "thing.missing",
        "thing['a']",
        "thing[0]",
        "Kind.plain",
        "box['a']",
    ):
        with suppress(UsageError):
            lookup(text, names)
        finder(f"{text}(1, ")
        finder(f"{text}.plain(1, ")
        finder(f"{text}().plain(thing, ")
    assert not calls
    assert lookup("thing.plain", names) == 1


def test_what_is_missing_from_a_dictionary_is_not_made() -> None:
    counts: dict[str, int] = collections.defaultdict(int)
    with pytest.raises(UsageError, match="counts has no"):
        lookup("counts['a']", {"counts": counts})
    assert not counts


def annotated(
    x: torch.Tensor,
    /,
    size: tuple[int, ...] = (1, 2),
    *rest: float,
    dim: int | None = None,
    how: Literal["sum", "mean"] = "sum",
    then: Callable[[int], str] = str,
    dtype: torch.dtype = torch.float32,
    out: Any = None,
    **more: Any,
) -> list[torch.Tensor] | None: ...


def named(f: Any) -> Any:
    @functools.wraps(f)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return f(*args, **kwargs)

    return inner


@named
def decorated(left: int, right: int = 2) -> int:
    return left + right


def closure(n: int) -> Any:
    def inner(x: int, y: int = n) -> int:
        return x + y + n

    return inner


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (decorated, "f(left: int, right: int = 2) -> int"),
        (closure(5), "f(x: int, y: int = 5) -> int"),
        (lambda x, /, y, *, z=1: x, "f(x, /, y, *, z=1)"),
        (nn.Linear, "f(in_features: int, out_features: int, bias: bool = True, device=None, dtype=None)"),
        (nn.ReLU(), "f(input: Tensor) -> Tensor"),
        (nn.ReLU().forward, "f(input: Tensor) -> Tensor"),
        (len, "f(obj, /)"),
        (list, "f(iterable=(), /)"),
        ("".join, "f(iterable, /)"),
    ],
)
def test_the_signature_of(value: Any, text: str) -> None:
    assert signatures(value, "f") == [text]


def test_annotations_are_written_as_one_types_them() -> None:
    # this module's annotations are texts; here they are the objects
    annotated.__annotations__ = {
        "x": torch.Tensor,
        "size": tuple[int, ...],
        "rest": float,
        "dim": int | None,
        "how": Literal["sum", "mean"],
        "then": Callable[[int], str],
        "dtype": torch.dtype,
        "out": Any,
        "return": list[torch.Tensor] | None,
    }
    assert signatures(annotated, "f") == [
        "f(x: Tensor, /, size: tuple[int, ...] = (1, 2), *rest: float, dim: int | None = None, "
        "how: Literal['sum', 'mean'] = 'sum', then: Callable[[int], str] = str, dtype: dtype = torch.float32, "
        "out: Any = None, **more) -> list[Tensor] | None"
    ]


@pytest.mark.parametrize("value", [3, "text", None, [1], torch.ones(2), property(), object()])
def test_what_cannot_be_called_has_no_signature(value: object) -> None:
    assert signatures(value, "value") == []


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (
            torch.max,
            [
                "max(input, *, out=None) -> Tensor",
                "max(input, dim, keepdim=False, *, out=None) -> (Tensor, LongTensor)",
                "max(input, other, *, out=None) -> Tensor",
            ],
        ),
        (torch.Tensor.view, ["view(*shape) -> Tensor", "view(dtype) -> Tensor"]),
        (
            F.max_pool2d,
            [
                "max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, "
                "return_indices=False)"
            ],
        ),
        (torch.relu, ["relu(Tensor input) -> Tensor"]),
        (torch.Tensor.relu, ["relu() -> Tensor"]),
    ],
)
def test_built_in_functions_of_torch_have_theirs(value: object, texts: list[str]) -> None:
    assert list(describe(value, "f").signatures) == texts


def test_a_signature_is_not_repeated_in_the_documentation() -> None:
    assert describe(torch.ones, "torch.ones").documentation.startswith("Returns a tensor filled with")


def test_what_torch_explains_under_another_name() -> None:
    assert describe(torch.relu, "torch.relu").documentation == "torch.nn.functional.relu? explains it."


@pytest.mark.parametrize(
    ("value", "type_name", "shown"),
    [
        (3, "int", "3"),
        ("hi", "str", "'hi'"),
        ("x" * 99, "str", "…"),
        ([1, 2], "list", "2 elements"),
        ({}, "dict", "0 elements"),
        ((1,), "tuple", "(1,)"),
        (torch.float32, "dtype", "torch.float32"),
        (TRAP, "Trap", ""),
        ([TRAP], "list", "1 element"),
    ],
)
def test_a_plain_value_is_shown(value: object, type_name: str, shown: str) -> None:
    found = describe(value, "x")
    assert (found.type_name, found.value) == (type_name, shown)


class Documented:
    """Of the parent."""


class Child(Documented):
    pass


@pytest.mark.parametrize(
    ("value", "start"),
    [
        (Child, "Of the parent."),
        (Child(), "Of the parent."),
        (torch, "The torch package"),
        (class_dict(Trap)["computed"], "Computed."),
        (nn.Linear(1, 1), "Applies an affine linear transformation to the incoming data: y = xA^T + b."),
        (torch.ones(2), ""),
        (3, ""),
    ],
)
def test_whose_docstring_is_shown(value: object, start: str) -> None:
    documentation = describe(value, "x").documentation
    assert documentation.startswith(start)
    assert bool(documentation) is bool(start)


def test_where_the_source_is() -> None:
    path, _, line = describe(decorated, "f").file.rpartition(":")
    assert path == __file__
    assert int(line) > 1
    assert describe(Child, "c").file == __file__
    assert describe(torch.ones, "f").file == ""


def test_source_of_functions_methods_classes_and_objects() -> None:
    assert source_of(closure(1)) == "def inner(x: int, y: int = n) -> int:\n    return x + y + n"
    assert source_of(Child) == "class Child(Documented):\n    pass"
    assert source_of(Child()) == source_of(Child)
    assert source_of(TRAP.__call__).startswith("def __call__(self")  # type: ignore[union-attr]
    assert source_of(torch.ones) is None
    assert source_of(3) is None


# docstrings


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (":attr:`dim` and :class:`~torch.nn.Linear`", "`dim` and `torch.nn.Linear`"),
        (":func:`here <torch.there>`", "`here`"),
        (":ref:`broadcasting rules <broadcasting-semantics>`", "broadcasting rules"),
        ("``x`` and `y`", "`x` and `y`"),
        ("see `the paper <https://example.org/a_b>`_.", "see the paper."),
        ("`Bessel's correction`_ it is", "Bessel's correction it is"),
        ("of shape :math:`(N, H_{in})`", "of shape (N, H_in)"),
        ("Text.\n\nExample::\n\n    >>> x = 1", "Text.\n\nExample:\n\n    >>> x = 1"),
        (".. note:: Mind this.\n\nText.", "Note: Mind this.\n\nText."),
        ("Text.\n\n.. warning::\n    Mind this.\n", "Text.\n\nWarning:\n    Mind this."),
        ("Text.\n\n.. versionchanged:: 2.0\n    Better.", "Text.\n\nChanged in version 2.0\n    Better."),
        ("Text.\n\n.. math::\n    a \\times b\n\nMore.", "Text.\n\n    a × b\n\nMore."),
        ("Text.\n\n.. image:: x.png\n   :scale: 50 %\n\nMore.", "Text.\n\nMore."),
        (".. function:: f(x, dim)\n   :noindex:\n\nMore.", "f(x, dim)\n\nMore."),
        ("Text.\n\n.. _target: https://example.org", "Text."),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_docstring_as_one_reads_it(written: str, read: str) -> None:
    assert plain_docstring(written) == read


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{1}{N} \sum_{i=1}^{N} x_i", "1/N ∑_(i=1)^N x_i"),
        (r"\text{out}_{i} = \log(\text{input}_{i})", "out_i = log(input_i)"),
        (r"\mathcal{U}(-\sqrt{k}, \sqrt{k})", "U(-√k, √k)"),
        (r"\frac{x - \mathrm{E}[x]}{ \sqrt{\sigma^2 + \epsilon}}", "(x - E[x])/(√(σ^2 + ε))"),
        (r"\bar{x}", "x\u0304"),
        (r"\{l_1,\dots,l_N\}^\top", "{l_1,…,l_N}^T"),
        (r"\begin{cases} x, & \text{ if } x > 0 \\ 0 \end{cases}", "  x, if x > 0\n 0"),
        (r"\left\lfloor \frac{a}{b} \right\rfloor", "⌊ a/b ⌋"),
    ],
)
def test_maths_in_plain_characters(latex: str, text: str) -> None:
    assert plain_maths(latex) == text


@given(st.text(alphabet="ab{}\\_^&~ frcstx`:.", max_size=60))
def test_no_docstring_is_too_odd(text: str) -> None:
    plain_maths(text)
    plain_docstring(text)
    plain_docstring(f":math:`{text}`\n\n.. math::\n    {text}")


def documented() -> list[Any]:
    spaces = (torch, torch.Tensor, F, nn, torch.optim, torch.linalg)
    return [vars(space)[name] for space in spaces for name in vars(space) if not name.startswith("_")]


def test_no_markup_is_left_in_the_documentation_of_torch() -> None:
    seen = 0
    for value in documented():
        documentation = describe(value, "f").documentation
        seen += bool(documentation)
        prose = [line for line in documentation.splitlines() if not line.lstrip().startswith((">>>", "..."))]
        for line in prose:
            for mark in (":attr:`", ":class:`", ":func:`", ":math:`", ":meth:`", "\\frac", "\\text", ".. note::"):
                assert mark not in line, (value, line)
    assert seen > 800


# at the prompt


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


def test_help_on_a_tensor_is_its_line(shell: Shell) -> None:
    assert shell("x = torch.ones(2, 3)", "x?") == (
        "│ x  shape=(2, 3)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True\ntype  Tensor\n"
    )


def test_help_on_what_was_typed(shell: Shell) -> None:
    shell("def area(w: float, h: float = 1.0) -> float:\n    '''The area.'''\n    return w * h\n")
    assert shell("area?") == "area(w: float, h: float = 1.0) -> float\ntype  function\n\nThe area.\n"
    assert shell("area??") == "def area(w: float, h: float = 1.0) -> float:\n    '''The area.'''\n    return w * h\n"
    shell("class Box:\n    'A box.'\n    def __init__(self, w): self.w = w\n")
    assert shell("Box??") == "class Box:\n    'A box.'\n    def __init__(self, w): self.w = w\n"
    assert shell("?area") == shell("area?")


def test_source_of_what_was_not_written_in_python(shell: Shell) -> None:
    assert shell("torch.ones??") == ""
    assert shell.err == "torch.ones has no Python source to show. torch.ones? shows its documentation.\n"


@pytest.mark.parametrize("width", [40, 80])
def test_help_fits_the_terminal(width: int) -> None:
    for value in (torch.max, nn.Linear, torch.optim.SGD):
        in_example = False
        for line in object_lines(describe(value, "f"), width):
            text = plain(line)
            in_example = text.startswith("    ") and (in_example or text.startswith("    >>> "))
            # what is read or copied as it is stays in one piece: examples, one parameter's annotation, a file's path
            if not in_example and not re.match(r"    \w+: .*,$|file  .+$", text):
                assert columns(text) <= width, text


def test_help_adds_no_node_to_a_graph(shell: Shell) -> None:
    shell("w = torch.ones(2, requires_grad=True)", "y = w * 2", "y?", "y.T?", "%x y", "%who")
    assert shell("w._version, y._version, y.grad_fn.next_functions[0][0].name()") == (
        "(0, 0, 'torch::autograd::AccumulateGrad')\n"
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("torch.Tensor?", "torch.Tensor(3) takes the 3 for a shape and gives three numbers that nobody chose"),
        ("torch.LongTensor?", "A name from older programs, one for each dtype"),
        ("torch.autograd.Variable?", "since version 0.4 every tensor is one"),
        ("torch.Size?", "What x.shape and x.size() give: a tuple of integers"),
        ("sizes?", "What x.shape and x.size() give: a tuple of integers"),
        ("torch.float32?", "what kind of number a tensor holds"),
        ("where?", "Where a tensor lies"),
        ("torch.Generator?", "A source of random numbers of its own"),
    ],
)
def test_help_on_classes_that_torch_has_written_nothing_on(shell: Shell, asked: str, said: str) -> None:
    shell("sizes, where = torch.ones(2).shape, torch.device('cpu')")
    told = shell(asked)
    assert said in " ".join(told.split())
    assert "Meta" not in told


def test_what_has_documentation_of_its_own_keeps_it(shell: Shell) -> None:
    shell("class Meta(type): pass", "class Size(tuple, metaclass=Meta):\n    'Of shirts.'\n")
    assert shell("Size?").endswith("type  Meta\n\nOf shirts.\n")
    assert "A kind of Tensor that is to be considered a module parameter." in shell("nn.Parameter?")


def test_each_of_these_classes_is_there() -> None:
    names = sections("classes").keys() - {"Variable", "Tensor of one dtype"}
    assert all(text_on_class(getattr(torch, name)) for name in names)
    assert text_on_class(torch.ones(2)) == text_on_class(3) == text_on_class(nn.Linear) == ""
