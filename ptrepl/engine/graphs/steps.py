"""The backward pass from one number, node by node, on gradients of our own.

Each node is called as the engine of torch calls it, with a copy of the gradient, in the engine's order, and what it
gives is summed over broadcast dims and added up at forks as the engine does it. Calling a node reads what it has saved
and frees nothing; leaves are not written to, hooks are not run, and a node of Python is not called at all.

Source: ``torch/csrc/autograd/engine.cpp`` (``validate_outputs``, ``InputBuffer``, the order of ``ReadyQueue``).
"""

from __future__ import annotations

import enum
import heapq
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.graphs.graph import AutogradGraph, reached_nodes, read_graph
from ptrepl.engine.graphs.names import LearnersNames
from ptrepl.engine.graphs.nodes import (
    SavedState,
    is_python_node,
    operands,
    order,
    root_node,
    saved_tensors,
    variable_of,
)
from ptrepl.engine.graphs.numbers import TensorNumbers, numbers_of
from ptrepl.engine.graphs.operations import operation_named
from ptrepl.engine.watch.contents import has_dispatch, in_dispatch_mode
from ptrepl.engine.watch.facts import Unreadable, attempt, base_attribute, read, torch_functions_off
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.static_read import gradient

MOST_STEPS = 30
_ELEMENTWISE = frozenset(
    """
    + - * / ** abs acos asin atan atan2 ceil celu clamp clamp_max clamp_min clone cos cosh elu erf erfc exp exp2 expm1
    floor gelu hardsigmoid hardswish hardtanh hypot leaky_relu log log10 log1p log2 log_sigmoid logaddexp masked_fill
    maximum minimum mish reciprocal relu round rsqrt sgn sigmoid sign silu sin sinh softplus sqrt tan tanh to where
    """.split()
)
"""Operations of which an element of the result depends on one element of each operand, broadcast."""


class Hindrance(enum.Enum):
    """Why the pass is not gone through."""

    NO_GRAPH = enum.auto()
    NOT_ONE_NUMBER = enum.auto()
    TOO_LARGE = enum.auto()
    FREED = enum.auto()
    CHANGED = enum.auto()
    LEARNERS_CODE = enum.auto()
    """It would run code that may be the learner's: a ``Function``, a hook that unpacks, a class of tensors, a mode."""
    NO_VALUES = enum.auto()
    RAISED = enum.auto()


@dataclass(frozen=True, slots=True)
class NotStepped:
    """``detail``: the node or the message that it is about."""

    why: Hindrance
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SentGradient:
    """What one operand gets: ``gradient``, of the operand's shape; None for no gradient at all.

    ``derivative``: of the result by this operand, element by element, where that is a tensor of one shape; then
    ``gradient`` is the product of the incoming gradient and it. ``summed``: over dims that were broadcast.
    """

    place: int
    """In ``AutogradGraph.nodes``."""
    output: int
    """Which result of that node."""
    operand: int
    """Which operand of the operation, from 0."""
    gradient: TensorNumbers | None
    derivative: TensorNumbers | None = None
    summed: bool = False


@dataclass(frozen=True, slots=True)
class BackwardStep:
    """One node. ``parts``: the gradients that came in, each with the step it came from (-1: the start) and its
    factors where they are known; ``gradient``: their sum, for each result of the operation."""

    place: int
    parts: tuple[tuple[int, TensorNumbers, tuple[TensorNumbers, TensorNumbers] | None], ...]
    gradient: tuple[TensorNumbers | None, ...]
    sent: tuple[SentGradient, ...] = ()
    before: TensorNumbers | None = None
    """The ``.grad`` that a leaf has already."""
    after: TensorNumbers | None = None
    """The ``.grad`` that it would have after ``backward()``."""


@dataclass(frozen=True, slots=True)
class BackwardPass:
    """The whole pass. ``hooked``: tensors with hooks that ``backward()`` would run, and that were not run."""

    graph: AutogradGraph
    steps: tuple[BackwardStep, ...]
    hooked: tuple[str, ...] = ()


def go_backward(tensor: Any, names: LearnersNames) -> BackwardPass | NotStepped:
    """Every step of ``tensor.backward()``, with the same numbers; nothing of the learner's is changed or run."""
    root = root_node(tensor)
    if root is None:
        return NotStepped(Hindrance.NO_GRAPH)
    facts = read(tensor)
    if isinstance(facts.shape, Unreadable) or any(size != 1 for size in facts.shape):
        return NotStepped(Hindrance.NOT_ONE_NUMBER, facts.text("shape"))
    nodes, places, rest = reached_nodes(root, MOST_STEPS)
    if rest:
        return NotStepped(Hindrance.TOO_LARGE)
    hindrance = _hindrance(tensor, nodes)
    if hindrance is not None:
        return hindrance
    graph = read_graph(tensor, names)
    assert graph is not None
    walk = _Walk(nodes, places)
    try:
        with _alone():
            steps = walk.steps(tensor)
            hooked = tuple(_hooked(nodes, names))
    except (RuntimeError, NotImplementedError, TypeError) as error:
        return NotStepped(Hindrance.RAISED, str(error).split("\n")[0])
    return BackwardPass(graph, steps, hooked)


@contextmanager
def _alone() -> Iterator[None]:
    """No graph is recorded, no ``__torch_function__`` is called, the random state is put back."""
    torch = sys.modules["torch"]
    was = torch.is_grad_enabled()
    state = torch.default_generator.get_state()
    torch._C._set_grad_enabled(False)
    try:
        with torch_functions_off():
            yield
    finally:
        torch._C._set_grad_enabled(was)
        torch.default_generator.set_state(state)


def _hindrance(tensor: Any, nodes: list[Any]) -> NotStepped | None:
    if in_dispatch_mode():
        return NotStepped(Hindrance.LEARNERS_CODE, "TorchDispatchMode")
    for node in nodes:
        if is_python_node(node):
            return NotStepped(Hindrance.LEARNERS_CODE, type_name(node).removesuffix("Backward"))
        held = [each for each in (variable_of(node),) if each is not None]
        for saved in saved_tensors(node):
            if saved.state is SavedState.FREED:
                return NotStepped(Hindrance.FREED)
            if saved.state is SavedState.CHANGED:
                return NotStepped(Hindrance.CHANGED, operation_named(type_name(node)))
            if saved.state is SavedState.PACKED:
                return NotStepped(Hindrance.LEARNERS_CODE, "saved_tensors_hooks")
            held.append(saved.tensor)
        for each in held:
            if has_dispatch(type(each)):
                return NotStepped(Hindrance.LEARNERS_CODE, type_name(each))
    if has_dispatch(type(tensor)):
        return NotStepped(Hindrance.LEARNERS_CODE, type_name(tensor))
    return NotStepped(Hindrance.NO_VALUES) if read(tensor).device == "meta" else None


def _hooked(nodes: list[Any], names: LearnersNames) -> Iterator[str]:
    known = set(nodes)
    candidates = [(names.of_tensor(each)[:1], each) for node in nodes if (each := variable_of(node)) is not None]
    candidates += [((name,), each) for name, each in names.named_results() if root_node(each) in known]
    for label, each in candidates:
        hooks = attempt(lambda each=each: base_attribute("_backward_hooks").__get__(each))  # type: ignore[misc]
        if hooks and not isinstance(hooks, Unreadable):
            yield label[0] if label else type_name(each)


@dataclass(slots=True)
class _Arrived:
    """What has come in at one node: for each result the sum so far, and the parts."""

    sums: dict[int, Any] = field(default_factory=dict)
    parts: list[tuple[int, TensorNumbers, tuple[TensorNumbers, TensorNumbers] | None]] = field(default_factory=list)

    def add(self, output: int, value: Any, source: int, factors: tuple[TensorNumbers, TensorNumbers] | None) -> None:
        self.sums[output] = self.sums[output] + value if output in self.sums else value
        self.parts.append((source, numbers_of(value), factors))


@dataclass(slots=True)
class _Walk:
    nodes: list[Any]
    places: dict[Any, int]
    arrived: dict[int, _Arrived] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    """For each node, the operands' edges that lead to it and have not been gone along."""

    def steps(self, tensor: Any) -> tuple[BackwardStep, ...]:
        torch = sys.modules["torch"]
        self.waiting = [0] * len(self.nodes)
        for node in self.nodes:
            for each, _ in operands(node):
                if each is not None:
                    self.waiting[self.places[each]] += 1
        start = torch.ones_like(base_attribute("detach")(tensor))
        self._at(0).add(int(base_attribute("output_nr").__get__(tensor)), start, -1, None)
        ready = [(self._priority(0), 0)]
        found: list[BackwardStep] = []
        while ready:
            _, place = heapq.heappop(ready)
            found.append(self._step(place, len(found)))
            for each, _ in operands(self.nodes[place]):
                if each is None:
                    continue
                operand = self.places[each]
                self.waiting[operand] -= 1
                if not self.waiting[operand]:
                    heapq.heappush(ready, (self._priority(operand), operand))
        return tuple(found)

    def _at(self, place: int) -> _Arrived:
        return self.arrived.setdefault(place, _Arrived())

    def _priority(self, place: int) -> tuple[int, int]:
        """The engine takes what was made last first, and a leaf at once."""
        return -order(self.nodes[place]), place

    def _step(self, place: int, number: int) -> BackwardStep:
        node, came = self.nodes[place], self._at(place)
        count = max(len(node._input_metadata), 1)
        incoming = [came.sums.get(output) for output in range(count)]
        read_in = tuple(None if each is None else numbers_of(each) for each in incoming)
        parts = tuple(came.parts)
        variable = variable_of(node)
        if variable is not None:
            before = attempt(lambda: gradient(variable))
            held = None if before is None or isinstance(before, Unreadable) else before
            new = incoming[0]
            total = held if new is None else new if held is None else held + new
            shown = None if held is None else numbers_of(held)
            return BackwardStep(place, parts, read_in, (), shown, None if total is None else numbers_of(total))
        given = self._call(node, incoming)
        derivatives = self._derivatives(node, incoming, given)
        sent = []
        for operand, ((target, output), value) in enumerate(zip(operands(node), given, strict=True)):
            if target is None:
                continue
            where = self.places[target]
            if value is None:
                sent.append(SentGradient(where, output, operand, None))
                continue
            fitted = _fitted(value, target._input_metadata[output])
            derivative = derivatives[operand]
            numbers = None if derivative is None else numbers_of(derivative)
            factors = None
            if numbers is not None and fitted.shape == value.shape and read_in[0] is not None and count == 1:
                factors = (read_in[0], numbers)
            self._at(where).add(output, fitted, number, factors)
            summed = fitted.shape != value.shape
            sent.append(SentGradient(where, output, operand, numbers_of(fitted), numbers, summed))
        return BackwardStep(place, parts, read_in, tuple(sent))

    def _call(self, node: Any, incoming: list[Any]) -> tuple[Any, ...]:
        given = node(*(None if each is None else each.clone() for each in incoming))
        return given if type(given) is tuple else (given,)

    def _derivatives(self, node: Any, incoming: list[Any], given: tuple[Any, ...]) -> tuple[Any, ...]:
        """For each operand the derivative of the result by it: what the node makes of a gradient of ones.

        That is so where the result is one number, or elementwise; None elsewhere, and where the product with the
        gradient is not what the node gave.
        """
        nothing: tuple[Any, ...] = (None,) * len(given)
        torch = sys.modules["torch"]
        if len(incoming) != 1 or incoming[0] is None or incoming[0].is_complex():
            return nothing
        if incoming[0].numel() != 1 and operation_named(type_name(node)) not in _ELEMENTWISE:
            return nothing
        of_ones = self._call(node, [torch.ones_like(incoming[0])])
        found = []
        for derivative, value in zip(of_ones, given, strict=True):
            found.append(derivative if _is_product(value, incoming[0], derivative) else None)
        return tuple(found)


def _is_product(value: Any, incoming: Any, derivative: Any) -> bool:
    if value is None or derivative is None or derivative.is_complex():
        return False
    product = incoming * derivative
    if product.shape != value.shape:
        return False
    return bool(sys.modules["torch"].allclose(product.double(), value.double(), rtol=1e-3, equal_nan=True))


def _fitted(value: Any, metadata: Any) -> Any:
    """As the engine makes a gradient fit: summed over what was broadcast, in the dtype of what it belongs to."""
    shape = list(metadata.shape)
    if list(value.shape) != shape:
        value = value.sum_to_size(shape)
    if value.is_complex() and not metadata.dtype.is_complex:
        value = value.real
    return value if value.dtype is metadata.dtype else value.to(metadata.dtype)
