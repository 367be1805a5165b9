"""The backward pass, node by node: the same numbers as ``backward()``, and nothing of the learner's changed."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ptrepl.engine.graphs.names import names_in
from ptrepl.engine.graphs.steps import BackwardPass, Hindrance, NotStepped, go_backward
from tests.engine.graphs.expressions import leaves, steps, value_of

EXPRESSIONS = 150
"""Tried in every run; the nightly one tries a thousand."""


def passed(tensor: Any, **names: Any) -> BackwardPass:
    found = go_backward(tensor, names_in(names, "learner"))
    assert isinstance(found, BackwardPass), found
    return found


def hindrance(tensor: Any) -> NotStepped:
    found = go_backward(tensor, names_in({}, "learner"))
    assert isinstance(found, NotStepped)
    return found


def gradients(found: BackwardPass) -> dict[str, tuple[Any, ...]]:
    """What each named leaf got."""
    given = {}
    for step in found.steps:
        node = found.graph.nodes[step.place]
        if node.leaf is not None and step.gradient[0] is not None:
            given[node.names[0]] = step.gradient[0].values
    return given


def agrees(program: list[Any], seed: int) -> None:
    w, v, m = leaves(seed)
    result = value_of(program, [w, v, m])
    versions = [each._version for each in (w, v, m, result)]
    state = torch.random.get_rng_state()
    found = go_backward(result, names_in({"w": w, "v": v, "m": m}, "learner"))
    assert [each._version for each in (w, v, m, result)] == versions
    assert [each.grad for each in (w, v, m)] == [None] * 3
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.is_grad_enabled()
    if isinstance(found, NotStepped):
        assert found.why is Hindrance.TOO_LARGE
        return
    result.backward()
    wanted = {name: each.grad for name, each in (("w", w), ("v", v), ("m", m)) if each.grad is not None}
    got = gradients(found)
    assert got.keys() == wanted.keys()
    for name, numbers in got.items():
        flat = wanted[name].reshape(-1).tolist()
        assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(numbers, flat, strict=True)), name


@settings(max_examples=EXPRESSIONS)
@given(program=steps, seed=st.integers(0, 1000))
def test_the_numbers_are_those_of_backward(program: list[Any], seed: int) -> None:
    agrees(program, seed)


@pytest.mark.nightly
@settings(max_examples=1000)
@given(program=steps, seed=st.integers(0, 10**6))
def test_the_numbers_are_those_of_backward_a_thousand_times(program: list[Any], seed: int) -> None:
    agrees(program, seed)


def test_each_step_has_its_derivative_and_both_paths_add_up() -> None:
    w = torch.tensor([1.0], requires_grad=True)
    a = torch.tensor([2.0]) + w
    y = a * (w + 1)
    found = passed(y, w=w, a=a, y=y)
    told = [
        [(sent.derivative and sent.derivative.values, sent.gradient and sent.gradient.values) for sent in step.sent]
        for step in found.steps
    ]
    assert told == [[((2.0,), (2.0,)), ((3.0,), (3.0,))], [((1.0,), (3.0,))], [((1.0,), (2.0,))], []]
    *_, last = found.steps
    assert [part.values for _, part, _ in last.parts] == [(3.0,), (2.0,)]
    assert last.gradient[0] is not None
    assert last.gradient[0].values == (5.0,)


def test_a_gradient_that_is_there_already_is_added_to() -> None:
    w = torch.tensor(2.0, requires_grad=True)
    (w * 3).backward()
    *_, last = passed(w * w, w=w).steps
    assert (last.before, last.after) != (None, None)
    assert last.before is not None
    assert last.after is not None
    assert (last.before.values, last.after.values) == ((3.0,), (7.0,))
    assert w.grad is not None
    assert w.grad.item() == 3.0


def test_results_keep_their_gradients_too() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Tanh(), nn.Linear(3, 2))
    out = net(torch.ones(4, 2))
    out.retain_grad()
    loss = nn.functional.cross_entropy(out, torch.tensor([0, 1, 1, 0]))
    found = passed(loss, net=net, out=out, loss=loss)
    loss.backward()
    at = next(step for step in found.steps if found.graph.nodes[step.place].names == ("out",))
    assert at.gradient[0] is not None
    assert out.grad is not None
    assert at.gradient[0].values == tuple(out.grad.reshape(-1).tolist())
    parameters = dict(net.named_parameters())
    for name, values in gradients(found).items():
        place, _, which = name.removeprefix("net[").partition("].")
        grad = parameters[f"{place}.{which}"].grad
        assert grad is not None
        assert values == tuple(grad.reshape(-1).tolist())


def test_no_derivative_is_told_where_it_is_a_matrix() -> None:
    m, v = torch.ones(2, 2, requires_grad=True), torch.tensor([1.0, 2.0], requires_grad=True)
    found = passed((m @ v).sum(), m=m, v=v)
    [by_matrix] = [step for step in found.steps if found.graph.nodes[step.place].operation == "@"]
    assert [sent.derivative for sent in by_matrix.sent] == [None, None]


def test_the_graph_can_be_used_afterwards() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (w.exp() * w).sum()
    passed(y, w=w)
    y.backward()
    assert w.grad is not None


def test_hooks_are_not_run_and_named() -> None:
    ran: list[Any] = []
    w = torch.tensor(1.0, requires_grad=True)
    a = w * 2
    a.register_hook(lambda grad: ran.append(grad))
    found = passed(a * a, w=w, a=a)
    assert found.hooked == ("a",)
    assert not ran


class Doubled(torch.autograd.Function):
    """Its backward pass must not be run."""

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        return a * 2

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        raise AssertionError("the learner's code ran")


def test_code_of_the_learners_is_not_run() -> None:
    w = torch.tensor(1.0, requires_grad=True)
    assert hindrance(Doubled.apply(w)) == NotStepped(Hindrance.LEARNERS_CODE, "Doubled")  # type: ignore[no-untyped-call]
    with torch.autograd.graph.saved_tensors_hooks(lambda each: each, lambda each: each):
        packed = w.exp()
    assert hindrance(packed).why is Hindrance.LEARNERS_CODE


class Watched(torch.Tensor):
    """A class of the learner's that notes what torch asks it for."""

    asked: ClassVar[list[str]] = []

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
        cls.asked.append(function.__name__)
        return super().__torch_function__(function, types, arguments, keywords or {})


def test_a_class_of_the_learners_is_not_asked() -> None:
    w = torch.ones(2).as_subclass(Watched).requires_grad_()
    y = (w * 2).sum()
    Watched.asked.clear()
    found = passed(y, w=w, y=y)
    assert not Watched.asked
    assert gradients(found) == {"w": (2.0, 2.0)}


def test_what_torch_has_of_other_kinds() -> None:
    sparse = torch.eye(2).to_sparse().requires_grad_()
    passed(torch.sparse.mm(sparse, torch.ones(2, 2)).sum(), sparse=sparse)
    number = torch.tensor([1 + 2j], requires_grad=True)
    found = passed((number * number.conj()).real.sum(), number=number)
    assert gradients(found) == {"number": (2 + 4j,)}
    rows = torch.nn.Embedding(4, 2)
    assert gradients(passed(rows(torch.tensor([0, 1, 1])).sum(), rows=rows))["rows.weight"] == (1, 1, 2, 2, 0, 0, 0, 0)
    v = torch.ones(4, requires_grad=True)
    changed = v * 1
    changed[1:3].mul_(3)
    assert gradients(passed(changed.sum(), v=v)) == {"v": (1, 3, 3, 1)}


def test_what_hinders_the_pass_is_told() -> None:
    w = torch.ones(2, requires_grad=True)
    assert hindrance(torch.ones(1)).why is Hindrance.NO_GRAPH
    assert hindrance(w * 2) == NotStepped(Hindrance.NOT_ONE_NUMBER, "(2,)")
    long = w.sum()
    for _ in range(31):
        long = long * 1
    assert hindrance(long).why is Hindrance.TOO_LARGE
    used = w.exp().sum()
    used.backward()
    assert hindrance(used).why is Hindrance.FREED
    scale = torch.ones(2)
    changed = (w * scale).sum()
    scale.add_(1)
    assert hindrance(changed) == NotStepped(Hindrance.CHANGED, "*")
    assert hindrance(torch.ones(1, device="meta", requires_grad=True) * 2).why is Hindrance.NO_VALUES
