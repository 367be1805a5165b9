"""The graph of a tensor as plain facts, with the learner's names, and nothing kept or run."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ptrepl.engine.graphs.graph import AutogradGraph, read_graph
from ptrepl.engine.graphs.names import GraphLayer, names_in
from ptrepl.engine.graphs.nodes import SavedState
from ptrepl.engine.graphs.operations import operation_named
from ptrepl.engine.graphs.written import with_source
from tests.engine.graphs.expressions import leaves, steps, value_of


def graph_of(tensor: Any, *, with_kept: bool = False, most: int = 20_000, **names: Any) -> AutogradGraph:
    found = read_graph(tensor, names_in(names, "learner"), with_kept=with_kept, most=most)
    assert found is not None
    return found


def test_names_shapes_and_gradients() -> None:
    w, x = torch.tensor([1.0], requires_grad=True), torch.tensor([2.0])
    a = x + w
    y = a * (w + 1)
    y.backward()
    graph = graph_of(y, w=w, x=x, a=a, y=y)
    told = [(node.class_name, node.operation, node.names, node.shapes) for node in graph.nodes]
    one = (((1,), "float32"),)
    assert told == [
        ("MulBackward0", "*", ("y",), one),
        ("AddBackward0", "+", ("a",), one),
        ("AddBackward0", "+", (), one),
        ("AccumulateGrad", "", ("w",), one),
    ]
    assert [node.state for node in graph.nodes] == [SavedState.FREED, *[SavedState.KEPT] * 3]
    [leaf] = graph.leaves
    assert leaf.gradient is not None
    assert leaf.gradient.values == (5.0,)
    assert [each and each.node for each in graph.nodes[1].inputs] == [None, 3]


def test_what_is_kept_has_the_learners_names() -> None:
    w, x = torch.ones(2, requires_grad=True), torch.ones(2)
    a = w.exp()
    y = a * x
    kept = [
        [(each.of, each.names, each.size) for each in node.kept]
        for node in graph_of(y, with_kept=True, w=w, x=x, a=a).nodes
    ]
    assert kept[0] == [("other", ("x",), 8)]
    assert kept[1] == [("result", ("a",), 8)]


def test_a_layer_is_known_by_its_parameters_and_by_what_is_computed() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 2))
    loss = net(torch.ones(2, 1, 4, 4)).sum() + net[3].weight.pow(2).sum()
    graph = graph_of(loss, net=net)
    layers = {node.operation: node.layer for node in graph.nodes if node.layer is not None}
    assert layers == {
        "conv": GraphLayer("net[0]", "Conv2d"),
        "batch_norm": GraphLayer("net[1]", "BatchNorm2d"),
        "linear": GraphLayer("net[3]", "Linear"),
    }


def test_what_is_changed_in_place_or_packed_is_told_apart_from_freed() -> None:
    w, x = torch.ones(2, requires_grad=True), torch.ones(2)
    y = w * x
    x.add_(1)
    assert graph_of(y).nodes[0].state is SavedState.CHANGED
    ran: list[Any] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda each: each, lambda each: ran.append(each) or each):
        packed = w.exp()
    assert graph_of(packed, with_kept=True).nodes[0].kept[0].state is SavedState.PACKED
    assert not ran


class Traced(torch.autograd.Function):
    """A function of the learner's."""

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return a * 2

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        raise AssertionError("the learner's code ran")


def test_a_function_of_the_learners_has_its_own_name() -> None:
    w = torch.ones(2, requires_grad=True)
    node = graph_of(Traced.apply(w), w=w, with_kept=True).nodes[0]  # type: ignore[no-untyped-call]
    assert (node.operation, node.class_name, node.is_learners) == ("Traced", "TracedBackward", True)
    assert [each.names for each in node.kept] == [("w",)]


def test_a_chain_is_cut_and_what_is_left_out_counted() -> None:
    h = torch.ones(2, requires_grad=True)
    for _ in range(300):
        h = h * 2
    graph = graph_of(h, most=100)
    assert (len(graph.nodes), graph.left_out, graph.left_out_more) == (100, 201, False)
    operand = graph.nodes[-1].inputs[0]
    assert operand is not None
    assert operand.node is None


def test_a_deep_graph_needs_no_recursion() -> None:
    h = torch.ones(1, requires_grad=True)
    for _ in range(5_000):
        h = h.tanh()
    assert len(graph_of(h).nodes) == 5_001


def test_no_tensor_and_no_graph_is_kept_alive() -> None:
    w = torch.ones(2, requires_grad=True)
    y = w.exp()
    gone = weakref.ref(y)
    graph = graph_of(y, w=w, y=y, with_kept=True)
    del y
    gc.collect()
    assert gone() is None
    assert graph.nodes[0].names == ("y",)


def test_a_tensor_without_a_graph_has_none() -> None:
    assert read_graph(torch.ones(2)) is None


@given(program=steps, seed=st.integers(0, 100))
def test_looking_changes_nothing(program: list[Any], seed: int) -> None:
    given = leaves(seed)
    result = value_of(program, given)
    versions = [each._version for each in given]
    graph = graph_of(result, with_kept=True, **dict(zip("wvm", given, strict=True)))
    assert [each._version for each in given] == versions
    assert {name for node in graph.leaves for name in node.names} <= {"w", "v", "m"}
    result.backward()
    assert any(each.grad is not None for each in given)


def test_operations_are_written_as_one_writes_them() -> None:
    told = {"PowBackward1": "**", "LogSoftmaxBackward0": "log_softmax", "MaxPool2DWithIndicesBackward0": "max_pool2d"}
    assert {name: operation_named(name) for name in told} == told
    assert operation_named("UpsampleNearest2DBackward0") == "upsample_nearest2d"
    assert operation_named("CopySlices") == "[...] ="


def test_what_was_written_stands_beside_the_node_where_all_agrees() -> None:
    w, x = torch.tensor([1.0], requires_grad=True), torch.tensor([2.0])
    y = (x + w) * (1 - torch.relu(w))
    written = [
        node.written for node in with_source(graph_of(y, w=w, y=y), {"y": "y = (x + w) * (1 - torch.relu(w))"}).nodes
    ]
    assert written == ["(x + w) * (1 - torch.relu(w))", "x + w", "1 - torch.relu(w)", "", "torch.relu(w)"]


def test_nothing_is_said_where_something_does_not_agree() -> None:
    w = torch.tensor([1.0], requires_grad=True)
    y = (w + 2) * w.exp()
    for source in (
        "y = (w - 2) * w.exp()",
        "y = (v + 2) * w.exp()",
        "y = (w + 2) * w.sin()",
        "y = f(w)",
        "y, z = 1, 2",
    ):
        graph = with_source(graph_of(y, w=w, y=y), {"y": source})
        assert {node.written for node in graph.nodes} == {""}, source
