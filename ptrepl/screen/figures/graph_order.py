"""In which order the nodes of a large graph stand below each other, so that no line is far to the right.

A node's nearest common user (its immediate dominator, towards the result) is where its branch belongs: what two
branches share stands once, behind both. Of all that belongs to a node the largest part goes on in the same column (a
heavy path), so that 20,000 nodes need at most fourteen columns of branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_MOST_USERS = 8
"""A node that more others use than that belongs to the result: to look for a nearer place would take long."""


@dataclass(slots=True)
class Place:
    """A node, the branches that stand indented below it, and then whatever follows in its own column."""

    node: int
    branches: list[list[Place]] = field(default_factory=list)


def column_of(inputs: Sequence[Sequence[int]]) -> list[Place]:
    """The main column. ``inputs``: for each node the nodes that it was computed from; node 0 is the result."""
    owner = _owners(inputs)
    belongs: list[list[int]] = [[] for _ in inputs]
    sizes = [1] * len(inputs)
    order = _used_before(inputs)
    for node in reversed(order):
        if node:
            sizes[owner[node]] += sizes[node]
    for node in order[1:]:
        belongs[owner[node]].append(node)
    return _column(0, belongs, sizes)


def _column(start: int, belongs: list[list[int]], sizes: list[int]) -> list[Place]:
    found, node = [], start
    while True:
        place = Place(node)
        found.append(place)
        if not belongs[node]:
            return found
        goes_on = max(belongs[node], key=sizes.__getitem__)
        place.branches = [_column(each, belongs, sizes) for each in belongs[node] if each != goes_on]
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


def _owners(inputs: Sequence[Sequence[int]]) -> list[int]:
    """For each node the nearest one through which every path from it to the result leads (Cooper, Harvey, Kennedy)."""
    order = _used_before(inputs)
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
