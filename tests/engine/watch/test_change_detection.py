"""What a statement did to tensors is told, whatever way it did it, and nothing else is."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from ptrepl.folders import PACKAGE
from ptrepl.screen.card_rows import CardRow, card_rows
from tests.engine.prompt import Prompt, line

VEC = {"shape": "(3,)"}


def changed(label: str = "x", *notes: str, **facts: str) -> str:
    return line(label, "changed in place", *notes, **(VEC | facts))


X = "x = torch.tensor([1., 2., 3.])"
SQUARE = "x = torch.tensor([[1., 2.], [3., 4.]])"
META_SQUARE = line("x", "changed in place", "not contiguous", "strides were (2, 1)", shape="(2, 2)", device="meta")
SHARED = "a = torch.arange(4.)\nv = a[:2]"


def told(prompt: Prompt, before: str, statement: str) -> list[str]:
    prompt("import warnings; warnings.simplefilter('ignore'); import numpy as np")
    prompt(before)
    return prompt(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "x.add_(1)",
        "x.add_(1);",
        "x += 1",
        "x[0] = 5",
        "x[x > 1] = 0",
        "x[:2] = 0",
        "torch.add(x, 1, out=x)",
        "torch.add(x, 1, out=x);",
        "x.copy_(torch.ones(3))",
        "x.zero_()",
        "x.fill_(7)",
        "x.normal_()",
        "nn.init.ones_(x)",
        "with torch.no_grad():\n    x.mul_(2)\n",
        "with torch.inference_mode():\n    x.mul_(2)\n",
        "torch._foreach_add_([x], 1);",
        "x.view(-1)[1:].mul_(2);",
        "x.detach().mul_(2);",
        "x.masked_fill_(x > 1, 0.)",
        "x.index_add_(0, torch.tensor([0]), torch.ones(1))",
        "x.scatter_(0, torch.tensor([0]), 5.)",
        "x.data.add_(1);",
        "x.data[0] = 5",
        "x.data = torch.zeros(3)",
        "x.numpy()[0] = 5",
        "x.detach().numpy()[:] = 0",
        "np.asarray(x)[0] = 5",
        "torch.from_dlpack(x)[0] = 5",
        "x.apply_(lambda value: value + 1)",
        "x.map_(torch.ones(3), lambda mine, other: mine + other)",
        "x.untyped_storage().fill_(0);",
        "x.untyped_storage()[3] = 9",
        "x.untyped_storage().copy_(torch.zeros(3).untyped_storage());",
        "torch.utils.swap_tensors(x, torch.zeros(3))",
        "def change(t):\n    t.add_(1)\n\nchange(x)",
        "for _ in range(3): x.add_(1)",
        "exec('x.add_(1)')",
        "globals()['x'].add_(1);",
        "_ = x.add_(1)",
        "x.set_(torch.zeros(3))",
    ],
)
def test_a_write_is_told_whatever_wrote_it(prompt: Prompt, statement: str) -> None:
    assert told(prompt, X, statement) == [changed()]


@pytest.mark.parametrize(
    ("before", "statement", "lines"),
    [
        ("x = torch.tensor([1., 2., 3.])", "x.resize_(2);", [changed("x", "shape was (3,)", shape="(2,)")]),
        ("x = torch.ones(2, 3)", "x.t_();", [changed("x", "not contiguous", "shape was (2, 3)", shape="(3, 2)")]),
        ("x = torch.ones(2, 3)", "x.unsqueeze_(0);", [changed("x", "shape was (2, 3)", shape="(1, 2, 3)")]),
        (X, "x.set_(torch.zeros(2));", [changed("x", "shape was (3,)", shape="(2,)")]),
        (X, "x.data = torch.zeros(5)", [changed("x", "shape was (3,)", shape="(5,)")]),
        (X, "x.data = x.data.double()", [changed("x", "dtype was float32", dtype="float64")]),
        (
            "w = torch.ones(3, requires_grad=True)\nx = w * 2",
            "x.mul_(w * 3);",
            [changed("x", grad_fn="MulBackward0", is_leaf="False")],
        ),
        (
            "w = torch.ones(3, requires_grad=True)\nx = w * 2",
            "x.add_(1);",
            [changed("x", "grad_fn was MulBackward0", grad_fn="AddBackward0", is_leaf="False")],
        ),
        (
            "w = torch.ones(3, requires_grad=True)\nx = torch.ones(3)",
            "x += w",
            [changed("x", "grad_fn was None", "is_leaf was True", grad_fn="AddBackward0", is_leaf="False")],
        ),
        (
            "w = torch.ones(3, requires_grad=True)\nx = w * 2",
            "x.detach_();",
            [line("x", "grad_fn was MulBackward0", "is_leaf was False", "requires_grad was True", **VEC)],
        ),
        (X, "x.requires_grad_();", [line("x", "requires_grad", **VEC)]),
        (X, "x.requires_grad = True", [line("x", "requires_grad", **VEC)]),
        (X + ".requires_grad_()", "x.requires_grad_(False);", [line("x", "requires_grad was True", **VEC)]),
        (
            SQUARE,
            "x.data = x.data.t()",
            [changed("x", "not contiguous", "strides were (2, 1)", shape="(2, 2)")],
        ),
        (SQUARE + ".t()", "x.t_();", [changed("x", "strides were (1, 2)", shape="(2, 2)")]),
        (
            SQUARE,
            "x.data = x.data.as_strided((2, 2), (0, 1))",
            [changed("x", "not contiguous", "strides were (2, 1)", shape="(2, 2)")],
        ),
        (SQUARE, "x = x.t()", [line("x", "not contiguous", shape="(2, 2)")]),
        (SQUARE, "x.data = x.data.t().t()", []),
        ("x = torch.ones(1, 3)", "x.data = x.data.as_strided((1, 3), (1, 1))", []),
        ("x = torch.ones(2, 2, device='meta')", "x.t_();", [META_SQUARE]),
        (
            "net = nn.Linear(2, 2)",
            "net.weight.data = net.weight.data.T",
            ["│ net  1 of 2 parameters changed in place: weight"],
        ),
        (X, "x = x.double()", [line("x", "dtype was float32", **VEC, dtype="float64")]),
        (X, "x = x[:2]", [line("x", "shape was (3,)", shape="(2,)")]),
        (X, "x = x / 0", [line("x", "has inf", **VEC)]),
        (X, "x[0] = float('nan')", [changed("x", "has nan")]),
        (X, "x = torch.tensor([1., float('nan'), -float('inf')])", [line("x", "has nan", "has inf", **VEC)]),
    ],
)
def test_the_old_value_of_a_fact_that_changed_is_told(
    prompt: Prompt, before: str, statement: str, lines: list[str]
) -> None:
    assert told(prompt, before, statement) == lines


@pytest.mark.parametrize(
    "statement",
    [
        "x.add_(0);",
        "x.mul_(1);",
        "x.copy_(x);",
        "x.copy_(x.clone());",
        "x[0] = x[0]",
        "x = x",
        "x.data = x.data",
        "x.requires_grad_(False);",
        "x.detach();",
        "x.numpy();",
        "x.sum().item();",
        "x.t().tolist();",
        "x.add_(1); x.sub_(1);"[:0] or "y = x.tolist()",
        "with torch.no_grad(): pass",
        "torch.utils.swap_tensors(x, x)",
        "del other",
        "x.zero_; n = 1",
        "nested = lambda: x",
        "import math",
        "torch.manual_seed(0);",
    ],
)
def test_what_changes_nothing_says_nothing(prompt: Prompt, statement: str) -> None:
    assert told(prompt, f"{X}\nother = torch.ones(2)", statement) == []


def test_a_write_undone_in_the_same_statement_is_no_change(prompt: Prompt) -> None:
    assert told(prompt, X, "for step in (1, -1): x.add_(step)") == []


A, V = {"shape": "(4,)"}, {"shape": "(2,)"}


@pytest.mark.parametrize(
    ("before", "statement", "lines"),
    [
        (
            SHARED,
            "v.add_(1);",
            [
                line("a", "changed in place", "shares memory with v", **A),
                line("v", "changed in place", "shares memory with a", **V),
            ],
        ),
        (
            SHARED,
            "a.add_(1);",
            [
                line("a", "changed in place", "shares memory with v", **A),
                line("v", "changed in place", "shares memory with a", **V),
            ],
        ),
        (SHARED, "a[3] = 9", [line("a", "changed in place", "shares memory with v", **A)]),
        (
            "a = torch.arange(4.)\narray = a.numpy()",
            "array[0] = 9",
            [line("a", "changed in place", "shares memory with array", **A)],
        ),
        (
            "array = np.arange(4.)\na = torch.from_numpy(array)",
            "array *= 2",
            [line("a", "changed in place", "shares memory with array", **A, dtype="float64")],
        ),
        (
            "a = torch.arange(4.)\nb = torch.from_dlpack(a)",
            "b[0] = 9",
            [
                line("a", "changed in place", "shares memory with b", **A),
                line("b", "changed in place", "shares memory with a", **A),
            ],
        ),
        (
            "a = torch.arange(4.)\nb = a",
            "b[0] = 9",
            [
                line("a", "changed in place", "same object as b", **A),
                line("b", "changed in place", "same object as a", **A),
            ],
        ),
        (
            "a = torch.arange(4.)\nb = torch.zeros(2)",
            "torch.utils.swap_tensors(a, b)",
            [
                line("a", "changed in place", "shape was (4,)", **V),
                line("b", "changed in place", "shape was (2,)", **A),
            ],
        ),
        (
            "a = torch.arange(4.)\nb = a[:2]",
            "a.data = torch.zeros(4)",
            [line("a", "changed in place", **A)],
        ),
    ],
    ids=["view", "base", "outside the view", "numpy", "from_numpy", "dlpack", "alias", "swap", "moved away"],
)
def test_everybody_who_sees_a_write_is_told(prompt: Prompt, before: str, statement: str, lines: list[str]) -> None:
    assert told(prompt, before, statement) == lines


@pytest.mark.parametrize(
    ("before", "statement", "notes"),
    [
        ("a = torch.arange(12)", "v = a.reshape(3, 4)", "shares memory with a"),
        ("a = torch.arange(12)", "v = a.detach()", "shares memory with a"),
        ("a = torch.arange(12)", "v = a.data", "shares memory with a"),
        ("a = torch.arange(12)", "v = a.view(torch.float32)", "shares memory with a"),
        ("a = torch.arange(12)", "v = a.squeeze()", "shares memory with a"),
        ("a = torch.arange(12)", "v = torch.as_tensor(a.numpy())", "shares memory with a"),
        ("a = torch.arange(12)", "v = a[3:5]", "shares memory with a"),
        ("a = torch.arange(12)", "v = a[::3]", "shares memory with a · not contiguous"),
        ("a = torch.ones(2, 3)", "v = a.T", "shares memory with a · not contiguous"),
        ("a = torch.ones(2, 3)", "v = a.expand(4, 2, 3)", "shares memory with a · not contiguous"),
        ("a = torch.ones(2, 3)", "v = nn.Parameter(a)", "requires_grad · shares memory with a"),
        ("a = torch.ones(2, 3)", "v = a.as_strided((2,), (1,), 1)", "shares memory with a"),
        ("a = torch.ones(4, device='meta')", "v = a[:2]", "shares memory with a"),
        ("a = torch.ones(4)", "v = a", "same object as a"),
        ("a = torch.ones(4)", "v = a.to('cpu')", "same object as a"),
        ("a = torch.ones(4)", "v = a.float()", "same object as a"),
        ("a = torch.ones(4)", "v = a.contiguous()", "same object as a"),
        ("a = torch.ones(4)", "v = a.requires_grad_(False)", "same object as a"),
        ("a = torch.ones(4)\nb = a[:2]", "v = a[1:]", "shares memory with a"),
        ("a = torch.ones(4)\nb = a[:2]\ndel a", "v = b[:1]", "shares memory with b"),
        ("held = [torch.ones(4)]", "v = held[0]", "same object as held[0]"),
        ("held = [torch.ones(4)]", "v = held[0][:2]", "shares memory with held[0]"),
        ("held = {'a': (torch.ones(4),)}", "v = held['a'][0][:2]", "shares memory with held['a'][0]"),
        ("net = nn.Linear(2, 2)", "v = net.weight", "requires_grad · same object as net.weight"),
        ("net = nn.Linear(2, 2)", "v = net.weight.data", "shares memory with net.weight"),
        ("net = nn.Sequential(nn.Linear(2, 2))", "v = net[0].bias", "requires_grad · same object as net[0].bias"),
        ("array = np.ones(4)", "v = torch.from_numpy(array)", "shares memory with array"),
        ("array = np.ones(4)", "v = torch.from_numpy(array[::-1].copy())", ""),
        ("w = torch.ones(2, requires_grad=True)\nw.sum().backward()", "v = w.grad", "same object as w.grad"),
        ("w = torch.ones(2, requires_grad=True)\nw.sum().backward()", "v = w.grad[:1]", "shares memory with w.grad"),
        ("a = torch.ones(4)", "v = a.clone()", ""),
        ("a = torch.ones(4)", "v = a + 0", ""),
        ("a = torch.ones(4)", "v = torch.tensor(a.tolist())", ""),
        ("a = torch.arange(4.)\nl = a[:2]\ndel a", "v = l.clone()", ""),
        ("l, r = torch.arange(4.).split(2)", "v = r[:1]", "shares memory with r"),
        ("a = torch.empty(0)", "v = a[:]", ""),
        ("a = torch.ones(2, device='meta')", "v = torch.ones(2, device='meta')", ""),
    ],
)
def test_sharing(prompt: Prompt, before: str, statement: str, notes: str) -> None:
    (only,) = told(prompt, before, statement)
    assert only.partition("  · ")[2] == notes


@pytest.mark.parametrize(
    "statement",
    [
        "l, r = torch.arange(4.).split(2)",
        "l, r = torch.ones(2, 3)",
        "l, r = torch.ones(3, 2).unbind(1)",
        "l, r = torch.ones(4, 4)[:, :2].chunk(2, dim=0)",
        "m = torch.ones(4, 4); l, r = m[:, ::2], m[:, 1::2]; del m",
        "m = torch.arange(6.); l, r = m[::2], m[1::2]; del m",
        "c = torch.ones(2, dtype=torch.complex64); l, r = c.real, c.imag; del c",
        "m = torch.ones(4, 4, device='meta'); l, r = m[0], m[1]; del m",
        "l, r = torch.ones(100, 100, 100)[::2, 1, ::3], torch.ones(1)",
    ],
)
def test_views_that_do_not_overlap_share_nothing(prompt: Prompt, statement: str) -> None:
    lines = told(prompt, "", statement.rpartition("; del")[0] or statement)
    if "; del" in statement:
        lines = told(prompt, "del m" if "m =" in statement else "del c", "l, r = l[:], r[:]")
    about = [text for text in lines if text.startswith(("│ l ", "│ r "))]
    assert len(about) == 2
    assert not any("shares memory" in text for text in about)


@pytest.mark.parametrize(
    "statement",
    ["x = torch.tensor([1., 2., 3.])", "del x; x = torch.tensor([1., 2., 3.])", "x = x.clone()", "x = 1 * x"],
)
def test_a_name_bound_again_has_a_line_though_nothing_else_differs(prompt: Prompt, statement: str) -> None:
    prompt(X)
    for _ in range(20):  # the new tensor often stands at the address of the old one
        assert prompt(statement) == [line("x", **VEC)]


def test_names_that_go_say_nothing(prompt: Prompt) -> None:
    prompt("x = torch.ones(3); y = x; box = [x]")
    assert prompt("del x") == []
    assert prompt("y = None; box = 1") == []
    assert prompt("x = torch.ones(3)") == [line("x", **VEC)]


BIG = "x = torch.zeros(200, 200)"


def test_beyond_64_kib_writes_are_known_by_the_version_counter(prompt: Prompt) -> None:
    prompt(BIG)
    big = {"shape": "(200, 200)"}
    assert prompt("x[0, 37] = 1") == [line("x", "changed in place", **big)]
    with prompt.cards():
        (change,) = prompt.last("y = x").changes
    contents = dict(card_rows(change.card))[CardRow.CONTENTS]
    assert contents.startswith("a sample of 65,536 bytes")


@pytest.mark.parametrize("count", [16 * 1024, 16 * 1024 + 1, 250_000, 1_000_000])
@pytest.mark.parametrize("write", ["x.data[-1] = 1", "x.data[0] = 1", "x.data += 1", "x.data.normal_();"])
def test_contents_are_compared_and_of_large_tensors_a_sample(prompt: Prompt, count: int, write: str) -> None:
    prompt(f"x = torch.zeros({count})")
    assert [text[:3] for text in prompt(write)] == ["│ x"]
    assert prompt("n = 1") == []


@pytest.mark.parametrize("shape", ["3", "300, 300", "400, 600"])
def test_equal_values_written_are_told_alike_at_every_size(prompt: Prompt, shape: str) -> None:
    prompt(f"x = torch.ones({shape})")
    assert prompt("x.mul_(1);") == []
    assert prompt("x.copy_(x.clone());") == []
    assert prompt("x[0] = 5")[0].startswith("│ x  ")
    assert prompt("x[0] = 5") == []


def test_a_write_beside_a_large_view_is_not_told_of_the_view(prompt: Prompt) -> None:
    prompt("x = torch.zeros(2000, 2000); v = x[1000:]; w = x[:100]")
    assert [text[:3] for text in prompt("x[0] = 1")] == ["│ x", "│ w"]


def test_where_nothing_can_be_compared_the_card_says_so(prompt: Prompt) -> None:
    with prompt.cards():
        (change,) = prompt.last("x = torch.zeros(300, 600)[:, ::2]").changes
    assert dict(card_rows(change.card))[CardRow.CONTENTS].startswith("not compared: larger than 65,536 bytes")


def test_only_the_tensors_own_bytes_are_compared(prompt: Prompt) -> None:
    prompt("base = torch.zeros(10, 10)\nx = base[:, 3]")
    assert [text[:3] for text in prompt("base.data[:, 4] = 1")] == ["│ b"]
    assert [text[:3] for text in prompt("base.data[2, 3] = 1")] == ["│ b", "│ x"]


def test_a_square_tensor_transposed_among_many(prompt: Prompt) -> None:
    prompt("for i in range(100): globals()[f't{i}'] = torch.arange(4.).view(2, 2)\n")
    assert prompt("t50.data = t50.data.t()") == [
        line("t50", "changed in place", "not contiguous", "strides were (2, 1)", shape="(2, 2)")
    ]
    assert prompt("n = 1") == []


def operations(prompt: Prompt, source: str) -> int:
    """Bytecode instructions of ptrepl's own that the statement costs beside running it."""
    package, count = PACKAGE, 0

    def in_frame(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "opcode"
        return in_frame

    def in_call(frame: FrameType, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(package):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return in_frame

    before = sys.gettrace()
    sys.settrace(in_call)
    try:
        prompt.outcomes(source)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ("", "for i in range({n}): globals()[f't{{i}}'] = torch.zeros(2)\n"),
        ("x = torch.zeros({n}, 2)", "for i in range({n}): globals()[f't{{i}}'] = x[i]\n"),
        (
            "ws = [torch.ones(2, requires_grad=True) for _ in range({n})]\n"
            "for i in range({n}): globals()[f't{{i}}'] = ws[i]\n",
            "sum(w.sum() for w in ws).backward()",
        ),
    ],
    ids=["names", "views of one tensor", "gradients of names"],
)
def test_work_is_linear_in_what_one_statement_makes(main_module: None, before: str, statement: str) -> None:
    counts = []
    for n in (200, 800):
        prompt = Prompt()
        prompt(before.format(n=n))
        counts.append(operations(prompt, statement.format(n=n)))
        assert len(prompt.session.namespace) > n
    few, many = counts
    assert many / few < 5  # 16 if each new tensor were held against each other


def test_the_lines_of_a_statement_that_makes_thousands_are_whole(prompt: Prompt) -> None:
    prompt("x = torch.zeros(3000, 2)")
    lines = prompt("for i in range(3000): globals()[f't{i}'] = x[i]\n")
    assert lines[:-1] == [line(f"t{i}", "shares memory with x", shape="(2,)") for i in range(12)]
    assert lines[-1] == "│ … and 2988 more"


def test_the_value_of_an_expression_that_makes_thousands_of_names_has_its_notes(prompt: Prompt) -> None:
    prompt("x = torch.zeros(300, 2)")
    prompt("def make():\n    globals().update({f't{i}': x[i] for i in range(300)})\n    return x[0]\n")
    assert prompt("make()")[0] == line("make()", "shares memory with x", shape="(2,)")


def test_a_thousand_tensors_are_watched_one_by_one(prompt: Prompt) -> None:
    prompt("for i in range(1000): globals()[f't{i}'] = torch.zeros(2)\n")
    assert prompt("t500.add_(1);") == [line("t500", "changed in place", shape="(2,)")]
    assert prompt("t7.data[0] = 3") == [line("t7", "changed in place", shape="(2,)")]
    assert prompt("t999 = t7") == [line("t999", "same object as t7", shape="(2,)")]
    assert prompt("t8.requires_grad_();") == [line("t8", "requires_grad", shape="(2,)")]
    assert prompt("t8.sum().backward()") == [line("t8.grad", "new", shape="(2,)")]
    assert prompt("del t3") == []
    assert prompt("t4 = t4.double()") == [line("t4", "dtype was float32", shape="(2,)", dtype="float64")]
    assert prompt("t600 = t7[:1]") == [line("t600", "shares memory with t7", shape="(1,)")]
    assert prompt("n = 1") == []
