"""Which of a lesson's variables were computed from leaves that another step has made anew since."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from ptrepl.engine.graphs.nodes import operands, root_node, variable_of
from ptrepl.engine.watch.facts import read
from ptrepl.tutor.isolation.torch_api import is_tensor_value

_MOST_NODES = 10_000


class SeenLeaves:
    """The leaves that names of a lesson have stood for while its code ran.

    ``w = …``, ``y = w * 2`` in one step and ``w = …`` in the next: ``y`` is left with the graph of a ``w`` that nobody
    can see any more, and ``y.backward()`` gives the new one no gradient. No tensor is kept alive.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, weakref.ref[Any]]] = {}

    def note(self, namespace: Mapping[str, Any], names: Iterable[str]) -> None:
        """Take the leaves that ``names`` stand for now; of several names for one leaf the first that was given."""
        wanted = set(names)
        for name in [each for each in namespace if each in wanted]:
            value = namespace.get(name)
            if is_tensor_value(value) and (facts := read(value)).requires_grad and facts.is_leaf:
                known = self._seen.get(id(value))
                if known is None or known[1]() is not value:
                    self._seen[id(value)] = name, weakref.ref(value)

    def outdated(self, namespace: Mapping[str, Any], names: Iterable[str]) -> frozenset[str]:
        """Those of ``names`` whose graph leads to a leaf that has lost its name to another value."""
        return frozenset(
            name for name in names if any(self._is_lost(namespace, leaf, name) for leaf in leaves_of(namespace, name))
        )

    def _is_lost(self, namespace: Mapping[str, Any], leaf: Any, by: str) -> bool:
        name, seen = self._seen.get(id(leaf), (by, None))
        return name != by and seen is not None and seen() is leaf and namespace.get(name) is not leaf


def leaves_of(namespace: Mapping[str, Any], name: str) -> list[Any]:
    """The leaves that the graph of a tensor leads to; none for a leaf itself and for anything else."""
    value = namespace.get(name)
    if not is_tensor_value(value) or not (facts := read(value)).requires_grad or facts.is_leaf:
        return []
    found, seen, pending = [], set[Any](), [root_node(value)]
    while pending and len(seen) < _MOST_NODES:
        node = pending.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if (leaf := variable_of(node)) is not None:
            found.append(leaf)
        else:
            pending += [each for each, _ in operands(node)]
    return found
