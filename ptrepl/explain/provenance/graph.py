"""The autograd graph of tensors: its nodes, its leaves, and which nodes have lost their saved tensors.

Reading a saved tensor runs none of the learner's code: where a saved-tensor hook would unpack it, it is not read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from ptrepl.engine.graphs.nodes import saved_names
from ptrepl.engine.graphs.operations import operation_named
from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class

MOST_NODES = 10_000
_MOST_SEARCHED = 3_000
_RAW = "_raw_saved_"


class FreedNode(NamedTuple):
    """A node whose saved tensor was freed or changed in place, and what torch says of it."""

    node: Any
    saved: str
    """The name of the saved tensor in the node: ``result``, ``self``, ``other``."""
    message: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes from some tensors to the leaves, each once, at most ``MOST_NODES``."""

    nodes: tuple[Any, ...]

    def leaves(self) -> Iterator[Any]:
        """The leaves that a backward would give a gradient."""
        for node in self.nodes:
            if type(node).__name__ == "AccumulateGrad":
                yield node.variable

    def losses(self) -> Iterator[FreedNode]:
        """Nodes whose saved tensors were freed, or changed in place since."""
        return (loss for node in self.nodes if (loss := loss_of(node)) is not None)


def behind(tensors: Iterable[Any]) -> Graph:
    """The graph of ``tensors``; what is not a tensor, or has no graph, adds nothing."""
    return Graph(tuple(islice(_nodes(tensors), MOST_NODES)))


def _nodes(tensors: Iterable[Any]) -> Iterator[Any]:
    pending = [node for each in tensors if is_tensor_class(type(each)) if (node := node_of(each)) is not None]
    seen: set[Any] = set()
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            yield node
            pending += [each for each, _ in node.next_functions if each is not None]


def is_intact(tensor: Any) -> bool:
    """Whether a backward pass from ``tensor`` would find all saved tensors; False where the graph is too large."""
    for count, node in enumerate(_nodes([tensor])):
        if count == _MOST_SEARCHED or loss_of(node) is not None:
            return False
    return True


def is_spent(tensor: Any) -> bool:
    """Whether a saved tensor that a backward pass from ``tensor`` needs is known to be lost."""
    return any(loss_of(node) is not None for node in islice(_nodes([tensor]), _MOST_SEARCHED))


def loss_of(node: Any) -> FreedNode | None:
    """The first saved tensor that a node has lost; None where it has all."""
    for name in saved_names(type(node)):  # type: ignore[arg-type]
        message = _trouble(node, name)
        if message:
            return FreedNode(node, name, message)
    return None


def node_of(tensor: Any) -> Any:
    """The node that a backward pass from ``tensor`` starts at; None where the tensor has no graph."""
    found = base_attribute("grad_fn").__get__(tensor)
    if found is None and base_attribute("requires_grad").__get__(tensor):
        graph = sys.modules["torch"].autograd.graph
        return graph.get_gradient_edge(tensor).node
    return found


def _trouble(node: Any, name: str) -> str:
    """What torch says where the saved tensor ``name`` cannot be read; "" where it can."""
    try:
        held = getattr(node, _RAW + name)
        if any(each.unpack_hook is not None for each in (held if type(held) is tuple else (held,))):
            return ""
        getattr(node, "saved_tensors" if name == "tensors" else "_saved_" + name)
    except RuntimeError as error:
        return str(error)
    except AttributeError:
        return ""
    return ""


def operation(node: Any) -> str:
    """The operation of a node, as one writes it: ``ExpBackward0`` → ``exp``, ``MulBackward0`` → ``*``."""
    return operation_named(type(node).__name__)


def operation_of(tensor: Any) -> str:
    """What gave a tensor its graph: the name of its node, and for a conversion the call that was written."""
    facts = read(tensor)
    return f".to(torch.{facts.dtype})" if facts.grad_fn == "ToCopyBackward0" else str(facts.grad_fn)
