"""A check leaves the learner's variables and random numbers as they were, whatever it looked at."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step, StepKind
from ptrepl.tutor.isolation.guard import random_state
from tests.tutor.lessons import given as names_given

NET = "nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 1))"
CHECKS = [
    'tensor("w", [1.0, 2.0])',
    'tensor("view", [[1.0], [2.0]], requires_grad=True)',
    'tensor("net.0.weight", shape=(4, 3))',
    'scalar("total", 3.0)',
    'grad("w", [2.0, 2.0])',
    'grad("w", None)',
    "result([1.0, 2.0])",
    'shares_memory("w", "view")',
    'function("draws", lambda x: x * torch.rand(x.shape), [torch.randn(3), torch.rand(2, requires_grad=True)])',
    'function("in_place", lambda x: x * 2, [torch.ones(3)])',
    'function("backward", lambda x: x * 2, [torch.ones(3, requires_grad=True)])',
    f'module("net", {NET}, [torch.randn(8, 3)])',
    'module("net", inputs=[torch.randn(8, 3)], shape=(8, 1), training=True)',
    'trained("w", near=[1.0, 2.0])',
    'trained("net", loss=lambda net: net(torch.randn(8, 3)).pow(2).mean(), below=0.1)',
    "torch.manual_seed(1); torch.rand(3); torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False); "
    'tensor("w", [1.0, 2.0])',
    "import random, numpy; random.seed(1); numpy.random.seed(1); tensor('w', [1.0, 2.0])",
    "print('said'); w.add_(0) if False else None; tensor('w', shape=(2,))",
]


def in_place(x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return x.mul_(2)


def backward(x: torch.Tensor) -> torch.Tensor:
    (x * 2).sum().backward()
    return x * 2


def learner(seed: int) -> dict[str, Any]:
    """Variables as somebody has them in the middle of a lesson."""
    torch.manual_seed(seed)
    w = torch.randn(2, requires_grad=True)
    (w * 2).sum().backward()
    net = eval(NET, {"nn": nn})
    net(torch.randn(8, 3)).sum().backward()
    return {
        "w": w,
        "view": w.detach().reshape(2, 1),
        "total": (w * w).sum(),
        "net": net,
        "draws": lambda x: x * torch.rand(x.shape),
        "in_place": in_place,
        "backward": backward,
    }


def picture(names: dict[str, Any]) -> list[Any]:
    """All that can be seen of them."""
    seen: list[Any] = [sorted(names), [id(names[name]) for name in sorted(names)]]
    net = names["net"]
    tensors = [names["w"], names["view"], names["total"], *net.parameters(), *net.buffers()]
    for each in tensors:
        gradient = each.grad if each.is_leaf else None
        seen += [id(each), each._version, each.data_ptr(), each.requires_grad, each.detach().tolist()]
        seen += [None] if gradient is None else [id(gradient), gradient._version, gradient.tolist()]
    seen += [[each.training for each in net.modules()], torch.is_grad_enabled(), torch.get_default_dtype()]
    ours, python, theirs = random_state()
    return [*seen, ours.tolist(), python, theirs[1].tolist(), theirs[2:]]


@settings(max_examples=60)
@given(check=st.sampled_from(CHECKS), seed=st.integers(0, 2**31), limit=st.sampled_from([10.0, 1e-4]))
def test_nothing_of_the_learners_is_another_afterwards(check: str, seed: int, limit: float) -> None:
    names = learner(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    before = picture(names)
    made = Lesson("x.md", "x", "X", (Step("one", "One", StepKind.TASK, 1, (CodeFence(Role.CHECK, check, 2),)),))
    found = grade(made, made.steps[0], names, Last(value=names["w"], source="w = 1"), names_given(), limit)
    assert picture(names) == before
    if limit > 1:
        assert not found.fault
