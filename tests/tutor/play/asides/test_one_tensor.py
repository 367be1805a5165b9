"""Two parameters that are one tensor are told of; those of a solution that are so, and plain data, are not."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.play.asides.one_tensor import one_tensor
from tests.lessons.playing import play

APART = ["w = torch.zeros(1, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)"]
TOGETHER = ["w = b = torch.zeros(1, requires_grad=True)"]
ALIAS = ["w = torch.zeros(1, requires_grad=True)\nb = w"]
LOOP = """\
for epoch in range(300):
    loss = ((w * distance + b - price) ** 2 / 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
    w.grad = None
    b.grad = None"""


@pytest.mark.parametrize(("solutions", "told"), [(APART, True), (TOGETHER, False), (ALIAS, False), ([], True)])
def test_it_is_told_where_no_solution_has_it_so(solutions: list[str], told: bool) -> None:
    leaf = torch.zeros(1, requires_grad=True)
    said = one_tensor(frozenset({"w", "b"}), {"w": leaf, "b": leaf}, solutions)
    assert said.startswith("`b` and `w` are two names of one tensor") is told


def test_other_tensors_data_and_names_that_are_not_asked_for_are_left_alone() -> None:
    leaf, data = torch.zeros(1, requires_grad=True), torch.zeros(1)
    assert one_tensor(frozenset({"w", "b"}), {"w": leaf, "b": leaf.detach().requires_grad_()}, APART) == ""
    assert one_tensor(frozenset({"w", "b"}), {"w": data, "b": data}, APART) == ""
    result = leaf * 2
    assert one_tensor(frozenset({"w", "b"}), {"w": result, "b": result}, APART) == ""
    assert one_tensor(frozenset({"w"}), {"w": leaf, "b": leaf}, APART) == ""


def test_the_line_and_the_training_that_fails_by_it_are_told_the_cause() -> None:
    played = play("regression/loop", ["w = b = torch.tensor(0.0, requires_grad=True)", LOOP])
    assert not played.accepted
    assert [each.split(":")[0] for each in played.said] == ["`b` and `w` are two names of one tensor"] * 2
