"""The steps of the backward pass in words."""

from __future__ import annotations

from typing import Any

import torch

from ptrepl.engine.graphs.names import names_in
from ptrepl.engine.graphs.steps import BackwardPass, go_backward
from ptrepl.screen.figures.graphs.backward_steps import ending_lines, step_lines
from ptrepl.screen.line import plain


def told(label: str, width: int | None = None, **names: Any) -> list[str]:
    found = go_backward(names[label], names_in(names, "learner"))
    assert isinstance(found, BackwardPass)
    lines = [line for number in range(len(found.steps)) for line in step_lines(label, found, number, width)]
    return [plain(line) for line in [*lines, *ending_lines(label, found, width)]]


def test_both_paths_to_w_are_seen_and_added() -> None:
    w = torch.tensor([1.0], requires_grad=True)
    a, b = torch.tensor([2.0]) + w, w + 1
    assert told("y", w=w, a=a, b=b, y=a * b) == [
        "step 1 of 4  y  *  MulBackward0",
        "  gradient in: 1, where the pass starts: dy/dy",
        "  to a: local derivative 2; 1 · 2 = 2",
        "  to b: local derivative 3; 1 · 3 = 3",
        "step 2 of 4  b  +  AddBackward0",
        "  gradient in: 3",
        "  to w: local derivative 1; 3 · 1 = 3",
        "step 3 of 4  a  +  AddBackward0",
        "  gradient in: 2",
        "  to w: local derivative 1; 2 · 1 = 2",
        "step 4 of 4  w  leaf",
        "  gradient in: 3 + 2 = 5",
        "  2 paths come together here, and their gradients add up.",
        "  dy/dw = 3·1 + 2·1 = 5",
        "  y.backward() makes it w.grad",
        "These are the numbers of y.backward(). No .grad has changed, and the graph can still be used.",
    ]


def test_broadcasting_and_matrices_have_their_rules() -> None:
    m, v = torch.ones(2, 2, requires_grad=True), torch.tensor([1.0, 2.0], requires_grad=True)
    lines = told("total", m=m, v=v, total=((m @ v) + m).sum())
    assert "  to v: matrix.T @ gradient = [4, 4]" in lines
    assert "  to m: outer product of gradient and vector = [[2, 4], [2, 4]]" in lines
    assert any("summed over the copies = [2, 2]" in line for line in lines)


def test_a_gradient_that_is_there_is_added_to() -> None:
    w = torch.tensor(2.0, requires_grad=True)
    (w * 3).backward()
    assert "  w.grad is 3 already; y.backward() would add this to it: 7" in told("y", w=w, y=w * w)


def test_large_tensors_are_told_by_shape_and_norm() -> None:
    big = torch.ones(10, 10, requires_grad=True)
    assert "  to big: local derivative (10, 10), norm 10; gradient out (10, 10), norm 10" in told(
        "total", big=big, total=big.sum()
    )


def test_a_hook_that_was_not_run_is_named() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    a = w * 2
    a.register_hook(lambda grad: grad * 0)
    assert told("y", w=w, a=a, y=a * a)[-1] == (
        "a has a hook, which was not run; y.backward() runs it, and may give other numbers."
    )


def test_no_line_is_longer_than_the_terminal() -> None:
    m = torch.ones(2, 2, requires_grad=True)
    assert max(map(len, told("total", 40, m=m, total=(m * m).sum()))) <= 40


def test_two_results_of_one_operation_are_two_and_rows_of_numbers_stay_whole() -> None:
    w = torch.ones(4, requires_grad=True)
    a, b = w.chunk(2)
    lines = told("y", 40, w=w, a=a, b=b, y=(a * b).sum())
    assert "step 3 of 4  a, b  split  SplitBackward0" in lines
    assert all(len(line) <= 40 for line in lines)
    assert not any(line.count("[") != line.count("]") for line in lines)
    assert all(len(line) <= 20 for line in told("y", 20, w=w, a=a, b=b, y=(a * b).sum()) if "[" not in line)
