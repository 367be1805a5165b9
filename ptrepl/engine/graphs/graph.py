"""The graph behind a tensor → plain facts: operations, what each was given, leaves, gradients, what is saved.

Nothing of the learner's is run or kept: what is returned holds text and numbers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.graphs.names import GraphLayer, LearnersNames
from ptrepl.engine.graphs.nodes import (
    SavedState,
    is_learners_node,
    is_python_node,
    maker_of,
    operands,
    outputs,
    root_node,
    saved_state,
    saved_tensors,
    variable_of,
)
from ptrepl.engine.graphs.numbers import TensorNumbers, numbers_of
from ptrepl.engine.graphs.operations import operation_named
from ptrepl.engine.watch.facts import Unreadable, attempt, base_attribute, read, torch_functions_off
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.static_read import gradient

MOST_GRAPH_NODES = 20_000
_MOST_COUNTED = 100_000
"""Nodes beyond those that are read, which are still counted."""


@dataclass(frozen=True, slots=True)
class Operand:
    """An input of an operation that needs a gradient: the place of its node in ``AutogradGraph.nodes``, and which of
    its results; ``node`` is None where that node was left out."""

    node: int | None
    output: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A tensor that a node keeps for the backward pass. ``of``: torch's word for it: ``self``, ``result``."""

    of: str
    state: SavedState
    shape: tuple[int | str, ...] = ()
    dtype: str = ""
    size: int | None = None
    """Bytes; None where it cannot be told."""
    names: tuple[str, ...] = ()
    storage: int = 0
    """The same number for two that share memory; 0 where that is unknown."""
    node: int | None = None
    """The node whose result it is, where that is in the graph."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A tensor that a backward pass gives a gradient to. ``value``: None where it is no single number on the CPU."""

    names: tuple[str, ...]
    value: TensorNumbers | None


@dataclass(frozen=True, slots=True)
class GraphNode:
    """An operation, or with ``leaf`` the ``AccumulateGrad`` of a leaf."""

    class_name: str
    operation: str
    """As one writes it: ``*``, ``relu``; for a ``Function`` of Python the name of its class; "" for a leaf."""
    inputs: tuple[Operand | None, ...]
    """None for an input that needs no gradient."""
    shapes: tuple[tuple[tuple[int | str, ...], str], ...]
    """Shape and dtype of each result."""
    results: tuple[tuple[str, ...], ...] = ()
    """The learner's names of each result that is still alive."""
    leaf: Leaf | None = None
    layer: GraphLayer | None = None
    state: SavedState = SavedState.KEPT
    kept: tuple[Kept, ...] = ()
    """Read only if asked for."""
    gradient: TensorNumbers | None = None
    """Of a leaf after a backward pass, and of a result on which ``retain_grad()`` was called."""
    is_learners: bool = False
    """Its backward pass is code of the learner's."""
    written: str = ""
    """The expression that the learner wrote for it, where that is known."""

    @property
    def names(self) -> tuple[str, ...]:
        """The learner's names, of the leaf or of all results."""
        return self.leaf.names if self.leaf is not None else tuple(name for each in self.results for name in each)


@dataclass(frozen=True, slots=True)
class AutogradGraph:
    """The graph behind one tensor; ``nodes[0]`` made it. Nodes stand by their distance from it, the nearest first."""

    nodes: tuple[GraphNode, ...]
    output: int = 0
    """Which result of ``nodes[0]`` the tensor is."""
    left_out: int = 0
    """Nodes that are farther away than the first ``MOST_GRAPH_NODES``."""
    left_out_more: bool = False
    """There are more than ``left_out``; nobody counted them."""

    @property
    def leaves(self) -> tuple[GraphNode, ...]:
        """The leaves, the nearest first."""
        return tuple(node for node in self.nodes if node.leaf is not None)

    @property
    def freed(self) -> bool:
        """Whether a backward pass has used what some node had saved."""
        return any(node.state is SavedState.FREED for node in self.nodes)


def read_graph(
    tensor: Any, names: LearnersNames | None = None, *, with_kept: bool = False, most: int = MOST_GRAPH_NODES
) -> AutogradGraph | None:
    """The graph behind ``tensor``; None where nothing behind it requires grad. Iterative, at most ``most`` nodes."""
    root = root_node(tensor)
    if root is None:
        return None
    names = names or LearnersNames()
    with torch_functions_off():
        found, places, rest = reached_nodes(root, most)
        read_nodes = tuple(_read_node(node, places, names, with_kept) for node in found)
        left_out, more = _count(rest, places)
        output = int(base_attribute("output_nr").__get__(tensor))
    return AutogradGraph(read_nodes, output, left_out, more)


def reached_nodes(root: Any, most: int) -> tuple[list[Any], dict[Any, int], list[Any]]:
    """The nearest ``most`` nodes, the place of each, and those next to them that are too many; it holds the nodes."""
    places, found, rest = {root: 0}, [root], []
    waiting = deque(found)
    while waiting:
        for node, _ in operands(waiting.popleft()):
            if node is None or node in places:
                continue
            if len(found) == most:
                rest.append(node)
                continue
            places[node] = len(found)
            found.append(node)
            waiting.append(node)
    return found, places, rest


def _count(pending: list[Any], known: dict[Any, int]) -> tuple[int, bool]:
    seen = set(pending)
    pending = list(seen)
    while pending and len(seen) < _MOST_COUNTED:
        for node, _ in operands(pending.pop()):
            if node is not None and node not in known and node not in seen:
                seen.add(node)
                pending.append(node)
    return len(seen), bool(pending)


def _read_node(node: Any, places: dict[Any, int], names: LearnersNames, with_kept: bool) -> GraphNode:
    class_name = type_name(node)
    tensor = variable_of(node)
    if tensor is not None:
        return _read_leaf(class_name, tensor, names)
    inputs = tuple(None if each is None else Operand(places.get(each), output) for each, output in operands(node))
    shapes = outputs(node)
    named = tuple(names.of_output(node, place) for place in range(len(shapes)))
    python = is_python_node(node)
    operation = class_name.removesuffix("Backward") if python else operation_named(class_name)
    return GraphNode(
        class_name,
        operation,
        inputs,
        shapes,
        named if any(named) else (),
        None,
        names.layer(node, operation),
        saved_state(node),
        tuple(_read_kept(node, places, names)) if with_kept else (),
        _retained(node, names, named),
        python and is_learners_node(node),
    )


def _read_leaf(class_name: str, tensor: Any, names: LearnersNames) -> GraphNode:
    facts = read(tensor)
    shape = () if isinstance(facts.shape, Unreadable) else facts.shape
    value = numbers_of(tensor) if all(size == 1 for size in shape) else None
    leaf = Leaf(names.of_tensor(tensor), value)
    return GraphNode(class_name, "", (), ((shape, str(facts.dtype)),), leaf=leaf, gradient=_gradient(tensor))


def _gradient(tensor: Any) -> TensorNumbers | None:
    found = attempt(lambda: gradient(tensor))
    return None if found is None or isinstance(found, Unreadable) else numbers_of(found)


def _retained(node: Any, names: LearnersNames, named: tuple[tuple[str, ...], ...]) -> TensorNumbers | None:
    for place, each in enumerate(named):
        if each and (found := _gradient(names.result(node, place))) is not None:
            return found
    return None


def _read_kept(node: Any, places: dict[Any, int], names: LearnersNames) -> list[Kept]:
    found = []
    for held in saved_tensors(node):
        if held.tensor is None:
            found.append(Kept(held.name, held.state))
            continue
        facts, tensor = read(held.tensor), held.tensor
        size, storage = _bytes(tensor), _address(tensor)
        own = maker_of(tensor)
        called = names.of_tensor(tensor)
        if not called and own is not None:  # a result is saved without its Python object
            called = names.of_output(own, int(base_attribute("output_nr").__get__(tensor)))
        found.append(
            Kept(
                held.name,
                held.state,
                () if isinstance(facts.shape, Unreadable) else facts.shape,
                str(facts.dtype),
                size,
                called,
                storage,
                None if own is None else places.get(own),
            )
        )
    return found


def _bytes(tensor: Any) -> int | None:
    found = attempt(lambda: int(base_attribute("numel")(tensor) * base_attribute("element_size")(tensor)))
    return None if isinstance(found, Unreadable) else found


def _address(tensor: Any) -> int:
    found = attempt(lambda: int(base_attribute("untyped_storage")(tensor).data_ptr()))
    return 0 if isinstance(found, Unreadable) else found
