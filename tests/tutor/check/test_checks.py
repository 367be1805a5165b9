"""The check vocabulary: what passes, what the learner is told, and that nothing about them can break it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given as drawn
from hypothesis import strategies as st

from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.verdict import Last, Verdict
from tests.tutor.lessons import FRONT, given, lesson

FINE = Last()


def verdict(check: str, last: Last = FINE, limit: float = 10.0, **names: Any) -> Verdict:
    """Of one check on these names."""
    parsed = lesson(
        FRONT
        + f"""
## T
<!-- step: one task -->
```python check
{check}
```
```python solution
m = 1
```
<details><summary>Hint</summary>h</details>
"""
    )
    return grade(parsed, parsed.steps[0], names, last, given(), limit)


def told(check: str, **names: Any) -> str:
    """What the learner is told; "" for a pass. The lesson must not be at fault."""
    found = verdict(check, **names)
    assert not found.fault
    assert found.passed == (not found.message)
    return found.message


def leaf(*values: float) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


def with_grad(value: Any, gradient: Any) -> torch.Tensor:
    made = torch.tensor(value, requires_grad=True)
    made.grad = torch.tensor(gradient)
    return made


PASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "floats for ints": ('tensor("m", [1, 2])', {"m": torch.tensor([1.0, 2.0])}),
    "ints for floats": ('tensor("m", [1.0, 2.0])', {"m": torch.tensor([1, 2])}),
    "float64": ('tensor("m", [0.1, 0.2])', {"m": torch.tensor([0.1, 0.2], dtype=torch.float64)}),
    "float16": ('tensor("m", [0.1, 0.2])', {"m": torch.tensor([0.1, 0.2], dtype=torch.float16)}),
    "a parameter": ('tensor("m", [1.0])', {"m": torch.nn.Parameter(torch.ones(1))}),
    "a view": ('tensor("m", [[0, 2], [1, 3]])', {"m": torch.arange(4).reshape(2, 2).T}),
    "nan where nan is wanted": ('tensor("m", [float("nan")])', {"m": torch.tensor([float("nan")])}),
    "inf where inf is wanted": ('tensor("m", [float("inf")])', {"m": torch.tensor([float("inf")])}),
    "only its shape": ('tensor("m", shape=(2, 3))', {"m": torch.rand(2, 3)}),
    "nothing but a tensor": ('tensor("m")', {"m": torch.rand(2, 3)}),
    "an empty tensor": ('tensor("m", [])', {"m": torch.ones(0)}),
    "sparse": ('tensor("m", [[1.0, 0.0]])', {"m": torch.tensor([[1.0, 0.0]]).to_sparse()}),
    "a conjugate": ('tensor("m", [1-2j])', {"m": torch.tensor([1 + 2j]).conj()}),
    "shape on meta": ('tensor("m", shape=(2,))', {"m": torch.ones(2, device="meta")}),
    "big integers": ('tensor("m", [2**53 + 1])', {"m": torch.tensor([2**53 + 1])}),
    "a Python number": ('scalar("s", 2.0)', {"s": 2}),
    "a number between two": ('scalar("s", above=1.9, below=2.1)', {"s": 2}),
    "a NumPy number": ('scalar("s", 2.0)', {"s": np.float64(2)}),
    "a number in a row": ('scalar("s", 2.0)', {"s": torch.tensor([[2.0]])}),
    "a gradient": ('grad("w", [3.0])', {"w": with_grad([1.0], [3.0])}),
    "a gradient of one number": ('grad("w", 3.0)', {"w": with_grad([1.0], [3.0])}),
    "no gradient": ('grad("w", None)', {"w": leaf(1.0)}),
    "a gradient of zeros": ('grad("w", None)', {"w": with_grad([1.0, 2.0], [0.0, 0.0])}),
    "shared memory": ('shares_memory("a", "b")', {"a": (base := torch.ones(4)), "b": base.reshape(2, 2)}),
    "separate memory": ('shares_memory("a", "b", False)', {"a": base, "b": base.clone()}),
    "memory shared with an array": (
        'shares_memory("a", "b")',
        {"a": torch.from_numpy((array := np.ones(4))[1:]), "b": array},
    ),
    "memory apart from an array": ('shares_memory("a", "b", False)', {"a": torch.tensor(array), "b": array}),
    "other bytes of one array": ('shares_memory("a", "b", False)', {"a": torch.from_numpy(array[:2]), "b": array[2:]}),
    "an array of nothing": ('shares_memory("a", "b", False)', {"a": torch.ones(0), "b": np.ones(0)}),
    "a range": ('tensor("m", min=1, max=6)', {"m": torch.tensor([[6, 3], [1, 1]])}),
    "half a range": ('tensor("m", max=1.0)', {"m": torch.tensor([0.5, 1.0], dtype=torch.float16)}),
    "drawn numbers": ('tensor("m", drawn_from=[0, 1])', {"m": torch.tensor([0, 1, 1, 0, 1, 0, 0, 0] * 2 + [1] * 9)}),
    "few, in order": ('tensor("m", drawn_from=[0, 1])', {"m": torch.tensor([[0.0, 1.0]])}),
    "a range of truths": ('tensor("m", min=0, max=1)', {"m": torch.tensor([True, False])}),
    "through an attribute": ('tensor("net.weight", shape=(1, 2))', {"net": torch.nn.Linear(2, 1)}),
    "a function": ('function("f", lambda a: a * 2, [1.0, torch.ones(2)])', {"f": lambda a: a + a}),
    "a function of two": ('function("f", lambda a, b: a - b, [(3, 2)])', {"f": lambda a, b: a - b}),
    "a function that gives two": ('function("f", lambda a: (a, a * 2), [3])', {"f": lambda a: [a, 2 * a]}),
}


@pytest.mark.parametrize(("check", "names"), PASSES.values(), ids=PASSES)
def test_what_is_right_in_any_form_passes(check: str, names: dict[str, Any]) -> None:
    assert told(check, **names) == ""


def shout(argument: object) -> None:
    raise ValueError("loud\nand long")


MISSES: dict[str, tuple[str, dict[str, Any], str]] = {
    "absent": ('tensor("m")', {}, "`m` does not exist yet; this step wants a tensor of that name."),
    "a list": ('tensor("m")', {"m": [1]}, "`m` is a list; this step wants a tensor. torch.tensor makes one of it."),
    "a ragged list": ('tensor("m")', {"m": [[1, 2], [3]]}, "`m` is a list; this step wants a tensor."),
    "a list of tensors": (
        'tensor("m")',
        {"m": [torch.ones(2), torch.zeros(2)]},
        "`m` is a list; this step wants a tensor. torch.stack makes one of the tensors in it.",
    ),
    "a list of tensors of several shapes": (
        'tensor("m")',
        {"m": [torch.ones(2), torch.zeros(3)]},
        "`m` is a list; this step wants a tensor.",
    ),
    "an int": ('tensor("m")', {"m": 1}, "`m` is an int; this step wants a tensor."),
    "None": ('tensor("m")', {"m": None}, "`m` is None; this step wants a tensor."),
    "NumPy": (
        'tensor("m")',
        {"m": np.ones(1)},
        "`m` is a NumPy array; this step wants a tensor. torch.from_numpy makes one of an array.",
    ),
    "in a tuple": (
        'tensor("m")',
        {"m": (torch.ones(1),)},
        "`m` is a tuple with one tensor in it; this step wants the tensor itself, which is at [0].",
    ),
    "shape": (
        'tensor("m", shape=(2, 3))',
        {"m": torch.ones(3, 2)},
        "`m` is shape (3, 2); this step wants (2, 3).",
    ),
    "shape of the values": (
        'tensor("m", [[1.0, 2.0]])',
        {"m": torch.ones(3)},
        "`m` is shape (3,); this step wants (1, 2).",
    ),
    "broadcast": (
        'tensor("m", [1.0, 1.0])',
        {"m": torch.ones(2, 1)},
        "`m` holds the right values, but in shape (2, 1); this step wants (2,).",
    ),
    "dtype": (
        'tensor("m", [1, 2], dtype=torch.int64)',
        {"m": torch.tensor([1.0, 2.0])},
        "`m` is dtype float32; this step wants int64.",
    ),
    "device": (
        'tensor("m", device="cpu")',
        {"m": torch.ones(1, device="meta")},
        "`m` is on the device meta; this step wants cpu.",
    ),
    "no requires_grad": (
        'tensor("m", requires_grad=True)',
        {"m": torch.ones(1)},
        "`m` does not require grad; this step wants it with requires_grad=True.",
    ),
    "requires_grad": (
        'tensor("m", requires_grad=False)',
        {"m": leaf(1.0)},
        "`m` requires grad; this step wants it with requires_grad=False.",
    ),
    "no leaf": (
        'tensor("m", leaf=True)',
        {"m": leaf(1.0) * 2},
        "`m` is not a leaf, it was made by MulBackward0; this step wants a leaf.",
    ),
    "leaf": (
        'tensor("m", leaf=False)',
        {"m": leaf(1.0)},
        "`m` is a leaf; this step wants a tensor that was computed, with a grad_fn.",
    ),
    "values": (
        'tensor("m", [1.0, 2.5])',
        {"m": torch.tensor([1.0, 2.0])},
        "`m` is [1.0, 2.0]; this step wants [1.0, 2.5].",
    ),
    "nearly": (
        'tensor("m", [1.0])',
        {"m": torch.tensor([1.001])},
        "`m` is [1.001]; this step wants [1.0].",
    ),
    "too near to show in four digits": (
        'tensor("m", [1.0], rtol=1e-6, atol=0.0)',
        {"m": torch.tensor([1.00001])},
        "`m` is [1.00001]; this step wants [1.0].",
    ),
    "many values": (
        'tensor("m", list(range(20)))',
        {"m": torch.arange(20).where(torch.arange(20) != 7, -1)},
        "`m` has -1 at [7], where this step wants 7; 1 of 20 values differs.",
    ),
    "a smallest": (
        'tensor("m", min=1, max=6)',
        {"m": torch.tensor([5, 0])},
        "The smallest value of `m` is 0; this step wants 1.",
    ),
    "a largest": (
        'tensor("m", shape=(2,), min=1, max=6)',
        {"m": torch.tensor([5.0, 1.0])},
        "The largest value of `m` is 5.0; this step wants 6.",
    ),
    "a range of nothing": (
        'tensor("m", min=1)',
        {"m": torch.ones(0)},
        "`m` has no smallest and no largest value; this step wants both.",
    ),
    "memory of an array": (
        'shares_memory("a", "b")',
        {"a": torch.ones(2), "b": np.ones(2)},
        "`a` has memory of its own; this step wants it to share the memory of `b`.",
    ),
    "memory of a list": (
        'shares_memory("a", "b")',
        {"a": torch.ones(2), "b": [1.0]},
        "`b` is a list; this step wants a tensor.",
    ),
    "nan": ('tensor("m", [1.0])', {"m": torch.tensor([float("nan")])}, "`m` is [nan]; this step wants [1.0]."),
    "inf": ('tensor("m", [1.0])', {"m": torch.tensor([float("inf")])}, "`m` is [inf]; this step wants [1.0]."),
    "a boolean": (
        'tensor("m", [1, 0])',
        {"m": torch.tensor([True, True])},
        "`m` is [True, True]; this step wants [1, 0].",
    ),
    "values on meta": (
        'tensor("m", [1.0])',
        {"m": torch.ones(1, device="meta")},
        "The values of `m` cannot be read. A tensor on the device meta has a shape and no values. "
        "This step wants [1.0].",
    ),
    "a number at its limit": (
        'scalar("s", above=2)',
        {"s": torch.tensor(2.0)},
        "`s` is 2.0; this step wants it above 2.",
    ),
    "a number too large": ('scalar("s", below=2)', {"s": 2.5}, "`s` is 2.5; this step wants it below 2."),
    "other number": ('scalar("s", 2.0)', {"s": 3}, "`s` is 3; this step wants 2.0."),
    "many numbers": (
        'scalar("s", 2.0)',
        {"s": torch.ones(3)},
        "`s` holds 3 values; this step wants a single number.",
    ),
    "a text": ('scalar("s", 2.0)', {"s": "2"}, "`s` is a str; this step wants a number."),
    "an object": ('scalar("s", 2.0)', {"s": object()}, "`s` is an object; this step wants a number."),
    "number in a tuple": (
        'scalar("s", 2.0)',
        {"s": (torch.tensor(2.0),)},
        "`s` is a tuple; this step wants a number. The one in it is at [0].",
    ),
    "number without grad": (
        'scalar("s", 2.0, requires_grad=True)',
        {"s": torch.tensor([2.0])},
        "`s` does not require grad; this step wants it with requires_grad=True.",
    ),
    "no gradient yet": (
        'grad("w", [1.0])',
        {"w": leaf(1.0)},
        "`w.grad` is None so far; a backward pass fills it.",
    ),
    "not followed": (
        'grad("w", [1.0])',
        {"w": torch.ones(1)},
        "`w` does not require grad, so `w.grad` stays None.",
    ),
    "gradient of no leaf": (
        'grad("w", [1.0])',
        {"w": leaf(1.0) * 2},
        "`w` was made by MulBackward0, and only a leaf keeps its gradient.",
    ),
    "other gradient": (
        'grad("w", [9.0])',
        {"w": with_grad([1.0], [7.0])},
        "`w.grad` is [7.0]; this step wants [9.0].",
    ),
    "not cleared": (
        'grad("w", None)',
        {"w": with_grad([1.0], [7.0])},
        "`w.grad` is [7.0]; this step wants it cleared.",
    ),
    "memory of its own": (
        'shares_memory("a", "b")',
        {"a": torch.ones(2), "b": torch.ones(2)},
        "`a` has memory of its own; this step wants it to share the memory of `b`.",
    ),
    "shared after all": (
        'shares_memory("a", "b", False)',
        {"a": base, "b": base},
        "`a` shares memory with `b`; this step wants it to have memory of its own.",
    ),
    "no function": ('function("f", abs, [1])', {"f": 3}, "`f` is an int; this step wants a function."),
    "function gives another": (
        'function("f", lambda a: a * 2, [torch.tensor([1.0, 2.0])])',
        {"f": lambda a: a},
        "`f(torch.tensor([1.0, 2.0]))` is [1.0, 2.0]; this step wants [2.0, 4.0].",
    ),
    "function broadcasts": (
        'a = torch.arange(5.0)\nfunction("f", lambda a, b: ((a.flatten() - b) ** 2).mean(), [(a.reshape(5, 1), a)])',
        {"f": lambda a, b: ((a - b) ** 2).mean()},
        "`f(shape (5, 1), shape (5,))` is 4.0; this step wants 0.0.",
    ),
    "function gives nothing": (
        'function("f", lambda a: a, [1])',
        {"f": lambda a: None},
        "`f(1)` gives None, and no value: look at the return of the function.",
    ),
    "function raises": ('function("f", lambda a: a, [1])', {"f": shout}, "`f(1)` raises ValueError: loud"),
    "function leaves": ('function("f", lambda a: a, [1])', {"f": exit}, "`f(1)` raises SystemExit: 1"),
    "function gives one of two": (
        'function("f", lambda a: (a, a), [1])',
        {"f": lambda a: a},
        "`f(1)` gives an int; this step wants 2 values.",
    ),
    "no such attribute": (
        'tensor("net.bais")',
        {"net": torch.nn.Linear(1, 1)},
        "`net` has no `bais`; this step wants a tensor there.",
    ),
}


@pytest.mark.parametrize(("check", "names", "message"), MISSES.values(), ids=MISSES)
def test_the_first_rung_that_fails_gives_the_sentence(check: str, names: dict[str, Any], message: str) -> None:
    assert told(check, **names) == message


@pytest.mark.parametrize(
    ("source", "about"),
    [
        ("", "a"),
        ("a = a - 3", "a"),
        ("b = b - 3", "b"),
        ("a = a - 3\nb = a.clone()", "a"),
        ("b -= 3", "b"),
    ],
)
def test_memory_that_came_apart_is_told_of_the_name_that_was_made_anew(source: str, about: str) -> None:
    found = verdict('shares_memory("a", "b")', Last(source=source), a=torch.ones(2), b=torch.ones(2))
    other = {"a": "b", "b": "a"}[about]
    assert found.about == about
    assert found.message == f"`{about}` has memory of its own; this step wants it to share the memory of `{other}`."


class Broken(torch.Tensor):
    """A subclass whose every override fails."""

    @property
    def shape(self) -> Any:  # type: ignore[override]
        raise RuntimeError("mine")

    @classmethod
    def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("mine too")


def short_storage() -> torch.Tensor:
    made = torch.ones(1000)
    made.untyped_storage().resize_(0)
    return made


HOSTILE: dict[str, Callable[[], Any]] = {
    "subclass": lambda: torch.ones(1).as_subclass(Broken),
    "sparse": lambda: torch.ones(2, 2).to_sparse_csr(),
    "nested": lambda: torch.nested.nested_tensor([torch.ones(1), torch.ones(2)], layout=torch.jagged),
    "meta": lambda: torch.ones(2, device="meta"),
    "resized away": short_storage,
    "inference": lambda: torch.inference_mode()(lambda: torch.ones(2))(),
    "nan": lambda: torch.full((2,), float("nan")),
    "huge ints": lambda: torch.tensor([2**63 - 1]),
    "complex": lambda: torch.tensor([1j]),
    "float8": lambda: torch.ones(2).to(torch.float8_e4m3fn),
    "expanded": lambda: torch.ones(1).expand(10**9),
    "class": lambda: torch.Tensor,
    "module": lambda: torch.nn.Linear(1, 1),
    "object array": lambda: np.array([object()]),
    "huge number": lambda: 10**400,
    "recursive": lambda: (made := [], made.append(made))[0],
}


@pytest.mark.filterwarnings("ignore:.*beta state")
@pytest.mark.filterwarnings("ignore:.*prototype stage")
@pytest.mark.parametrize(
    "check",
    [
        'tensor("m", [1.5])',
        'tensor("m", min=1.5, max=2)',
        'scalar("m", 1.5)',
        'grad("m", [1.5])',
        'shares_memory("m", "m", False)',
        'function("m", abs, [1])',
    ],
)
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_no_value_of_the_learners_makes_a_fault_of_the_lesson(make: Callable[[], Any], check: str) -> None:
    assert told(check, m=make())


@drawn(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=8,
    )
)
def test_any_plain_value_gets_a_sentence(value: object) -> None:
    for check in ('tensor("m", [1.5])', 'scalar("m", 0.123)'):
        assert told(check, m=value).endswith((".", "[0]."))


def test_rebound_functions_of_torch_reach_no_check(monkeypatch: pytest.MonkeyPatch) -> None:
    told('tensor("m", [1.0])', m=torch.ones(1))  # as a lesson does when it begins
    for name in ("allclose", "isclose", "equal", "tensor", "as_tensor", "no_grad"):
        monkeypatch.setattr(torch, name, lambda *args, **keywords: True)
    monkeypatch.setattr(torch.Tensor, "tolist", lambda self: [1.0], raising=False)
    monkeypatch.setattr(torch.Tensor, "detach", lambda self: 3)
    assert told('tensor("m", [1.0])', m=torch.full((1,), 2.0)) == "`m` is [2.0]; this step wants [1.0]."


def test_a_check_leaves_nothing_of_the_learners_changed() -> None:
    w = leaf(1.0, 2.0)
    version, torch_before, python_before = w._version, torch.get_rng_state(), random.getstate()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    try:
        check = 'function("f", lambda a: a.add_(1), [w]); torch.rand(3); tensor("w", [1.0, 2.0]); print("x")'
        assert verdict(check, w=w, f=lambda a: a.add_(1)).fault  # a leaf that needs grad cannot be added to
        assert told('torch.rand(3); import random; random.random(); tensor("w", [1.0, 2.0])', w=w) == ""
        assert torch.get_default_dtype() is torch.float64
        assert not torch.is_grad_enabled()
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
    assert w._version == version
    assert w.grad is None
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert random.getstate() == python_before


def test_output_of_a_check_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert told('function("f", lambda a: a, [1]); print("check")', f=lambda a: (print("loud"), a)[1]) == ""
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ('tensor("m"); 1 / 0', "small.md:10: ZeroDivisionError: division by zero"),
        ('tensor("m"); nothing', "small.md:10: NameError: name 'nothing' is not defined"),
        ('tensor("m", colour="red")', "small.md:10: TypeError"),
        ('tensor("m", "abc")', "small.md:10: "),
        ('function("abs", lambda a: a / 0, [1])', "small.md:10: ZeroDivisionError"),
    ],
)
def test_a_check_that_raises_is_a_fault_of_the_lesson(check: str, says: str) -> None:
    found = verdict(check, m=torch.ones(1), abs=abs)
    assert not found.passed
    assert not found.message
    assert str(found.fault).startswith(says)


def endless(argument: object) -> None:
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


def test_a_function_that_never_ends_is_the_learners() -> None:
    found = verdict('function("f", abs, [1])', limit=0.2, f=endless)
    assert found.message == "`f(1)` does not come to an end; is there a loop in it that never stops?"


def test_a_check_that_never_ends_is_the_lessons() -> None:
    found = verdict('tensor("m")\nwhile True: pass', limit=0.2, m=torch.ones(1))
    assert str(found.fault).endswith("the check took more than 0.2 seconds")


@pytest.mark.parametrize(
    ("check", "last", "message"),
    [
        ('raised("RuntimeError")', Last("RuntimeError", "mat1 and mat2"), ""),
        ('raised("RuntimeError", about="mat1")', Last("RuntimeError", "mat1 and mat2"), ""),
        (
            'raised("RuntimeError")',
            Last(),
            "The last line ran without an error; this step wants it to raise RuntimeError.",
        ),
        (
            'raised("RuntimeError")',
            Last("ValueError"),
            "The last line raised ValueError; this step wants RuntimeError.",
        ),
        (
            'raised("RuntimeError", about="mat1")',
            Last("RuntimeError", "else"),
            "The last line raised RuntimeError for another reason; this step wants the one about 'mat1'.",
        ),
        ("result([1.0])", Last(value=torch.ones(1)), ""),
        ("result(3)", Last(value=3), ""),
        ("result(3)", Last(value=torch.tensor(3.0)), ""),
        ("result(3)", Last(value=4), "The result is 4; this step wants 3."),
        ("result(shape=(2,))", Last(value=torch.ones(3)), "The result is shape (3,); this step wants (2,)."),
        ("result([1.0])", Last(), "The last line gave no value; this step wants one."),
    ],
)
def test_how_the_last_statement_ended(check: str, last: Last, message: str) -> None:
    assert verdict(check, last).message == message
