"""In which order the nodes of a large graph stand below each other, so that no line is far to the right.

A node's nearest common user (its immediate dominator, towards the result) is where its branch belongs: what two
branches share stands once, behind both. Of what belongs to a node one part goes on in the same column: what the others
share, or else the largest (a heavy path), so that few columns are needed for many nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_MOST_USERS = 8
"""A node that more others use than that belongs to the result: to look for a nearer place would take long."""

_DEEPEST_SHARED = 8
"""Columns from which on the largest part goes on, whatever is shared: each column from there halves the nodes."""


@dataclass(slots=True)
class ColumnPlace:
    """A node, the branches that stand indented below it, and then whatever follows in its own column."""

    node: int
    branches: list[list[ColumnPlace]] = field(default_factory=list)


def column_of(inputs: Sequence[Sequence[int]]) -> list[ColumnPlace]:
    """The main column. ``inputs``: for each node the nodes that it was computed from; node 0 is the result."""
    order = _used_before(inputs)
    owner = _owners(inputs, order)
    found = _Belonging([[] for _ in inputs], [1] * len(inputs), [False] * len(inputs))
    for node in reversed(order):
        if node:
            found.sizes[owner[node]] += found.sizes[node]
    for node in order[1:]:
        found.parts[owner[node]].append(node)
    for user, each in enumerate(inputs):
        for node in each:
            if owner[node] != user:
                found.share[owner[node]] = True
    return _column(0, found, 0)


@dataclass(frozen=True, slots=True)
class _Belonging:
    """For each node what belongs to it, in the order of use; how many nodes it is with them; whether some share."""

    parts: list[list[int]]
    sizes: list[int]
    share: list[bool]


def _column(start: int, belonging: _Belonging, level: int) -> list[ColumnPlace]:
    found, node = [], start
    while True:
        place = ColumnPlace(node)
        found.append(place)
        parts = belonging.parts[node]
        if not parts:
            return found
        if belonging.share[node] and level < _DEEPEST_SHARED:
            goes_on = parts[-1]
        else:
            goes_on = max(parts, key=belonging.sizes.__getitem__)
        place.branches = [_column(each, belonging, level + 1) for each in parts if each != goes_on]
        node = goes_on


def _used_before(inputs: Sequence[Sequence[int]]) -> list[int]:
    """All nodes, each behind everything that uses it."""
    users = [0] * len(inputs)
    for each in inputs:
        for node in each:
            users[node] += 1
    ready, order = [0], []
    while ready:
        node = ready.pop()
        order.append(node)
        for operand in reversed(inputs[node]):
            users[operand] -= 1
            if not users[operand]:
                ready.append(operand)
    return order


def _owners(inputs: Sequence[Sequence[int]], order: list[int]) -> list[int]:
    """For each node the nearest one through which every path from it to the result leads (Cooper, Harvey, Kennedy)."""
    depth, owner = [0] * len(inputs), [0] * len(inputs)
    users: list[list[int]] = [[] for _ in inputs]
    for node, each in enumerate(inputs):
        for operand in each:
            users[operand].append(node)
    for node in order[1:]:
        found = users[node][0] if len(users[node]) <= _MOST_USERS else 0
        for other in users[node][1:] if found or len(users[node]) <= _MOST_USERS else ():
            while found != other:
                if depth[found] >= depth[other]:
                    found = owner[found]
                else:
                    other = owner[other]
        owner[node], depth[node] = found, depth[found] + 1
    return owner
