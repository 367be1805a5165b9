"""A layered layout of a graph without circles: boxes in rows, each row above what it was computed from or below.

Rows by the longest path, the order in a row by barycentres (Sugiyama, Tagawa, Toda 1981), the places by least squares:
each box as near to the middle of its neighbours as the boxes beside it let it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_SWEEPS = 8
_LONGEST_ROUTED = 80
"""Rows that an edge is led through between the boxes; a longer one goes straight."""
_BEND = 12.0
"""Width that an edge takes in a row that it passes."""


@dataclass(slots=True)
class Layout:
    """Places in the units of the widths that were given."""

    rows: list[int]
    """Of each box; 0 is the row of the result."""
    centres: list[float]
    """Of each box, from 0 on."""
    bends: dict[tuple[int, int], list[tuple[int, float]]]
    """(user, operand) → the rows that the edge passes, each with the place, from the user on."""
    width: float


@dataclass(slots=True)
class _Work:
    """The boxes, and after them a narrow one for each row that an edge passes."""

    widths: list[float]
    weights: list[float]
    rows: list[int]
    above: list[list[int]]
    below: list[list[int]]
    order: list[list[int]] = field(default_factory=list)
    centres: list[float] = field(default_factory=list)


def lay_out(
    widths: Sequence[float], edges: Sequence[tuple[int, int]], gap: float, weights: Sequence[float] | None = None
) -> Layout:
    """``edges``: (user, operand) pairs, without circles. ``gap``: least distance of two boxes in a row.

    ``weights``: how much each box pulls at its neighbours and stays where it wants to be; 1 by default.
    """
    edges = list(dict.fromkeys(edges))
    rows = _rows(len(widths), edges)
    work = _Work(
        list(widths), list(weights or [1.0] * len(widths)), list(rows), [[] for _ in widths], [[] for _ in widths]
    )
    chains = {edge: _chain(work, *edge) for edge in edges}
    work.order = [[] for _ in range(max(work.rows, default=0) + 1)]
    for each, row in enumerate(work.rows):
        work.order[row].append(each)
    _order(work)
    _place(work, gap)
    left = min((work.centres[each] - work.widths[each] / 2 for each in range(len(work.rows))), default=0.0)
    right = max((work.centres[each] + work.widths[each] / 2 for each in range(len(work.rows))), default=0.0)
    centres = [each - left for each in work.centres]
    bends = {edge: [(work.rows[each], centres[each]) for each in chain] for edge, chain in chains.items()}
    return Layout(rows, centres[: len(widths)], bends, right - left)


def _rows(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The longest path from a result to each."""
    users, operands = [0] * count, [[] for _ in range(count)]  # type: tuple[list[int], list[list[int]]]
    for user, operand in edges:
        users[operand] += 1
        operands[user].append(operand)
    rows = [0] * count
    ready = [each for each in range(count) if not users[each]]
    while ready:
        user = ready.pop()
        for operand in operands[user]:
            rows[operand] = max(rows[operand], rows[user] + 1)
            users[operand] -= 1
            if not users[operand]:
                ready.append(operand)
    return rows


def _chain(work: _Work, user: int, operand: int) -> list[int]:
    """Narrow boxes in the rows that the edge passes."""
    chain: list[int] = []
    last = user
    if work.rows[operand] - work.rows[user] <= _LONGEST_ROUTED:
        for row in range(work.rows[user] + 1, work.rows[operand]):
            each = len(work.rows)
            work.rows.append(row)
            work.widths.append(_BEND)
            work.weights.append(1.0)
            work.above.append([])
            work.below.append([])
            _join(work, last, each)
            chain.append(each)
            last = each
    _join(work, last, operand)
    return chain


def _join(work: _Work, user: int, operand: int) -> None:
    work.below[user].append(operand)
    work.above[operand].append(user)


def _order(work: _Work) -> None:
    """Few crossings: each row by the middle of its neighbours, down and up in turns; the best order is kept."""
    place = [0.0] * len(work.rows)
    for row in work.order:
        _number(row, place)
    best, fewest = [list(row) for row in work.order], _crossings(work, place)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in work.order if down else reversed(work.order):
            near = work.above if down else work.below
            middles = {each: _mean([place[other] for other in near[each]], place[each]) for each in row}
            row.sort(key=middles.__getitem__)
            _number(row, place)
        crossings = _crossings(work, place)
        if crossings < fewest:
            best, fewest = [list(row) for row in work.order], crossings
        if not fewest:
            break
    work.order = best


def _number(row: list[int], place: list[float]) -> None:
    for number, each in enumerate(row):
        place[each] = number - len(row) / 2


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(work: _Work, place: list[float]) -> int:
    """Pairs of edges between neighbouring rows that cross, by counting inversions."""
    count = 0
    for row in work.order:
        ends = [
            place[end]
            for each in sorted(row, key=place.__getitem__)
            for end in sorted(work.below[each], key=place.__getitem__)
        ]
        seen: list[float] = []
        for end in ends:
            at = _after(seen, end)
            count += len(seen) - at
            seen.insert(at, end)
    return count


def _after(values: list[float], value: float) -> int:
    from bisect import bisect_right

    return bisect_right(values, value)


def _place(work: _Work, gap: float) -> None:
    work.centres = [0.0] * len(work.rows)
    for row in work.order:
        _spread(row, [0.0] * len(row), work, gap)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in work.order if down else reversed(work.order):
            near = work.above if down else work.below
            wanted = [_middle(near[each], work, work.centres[each]) for each in row]
            _spread(row, wanted, work, gap)


def _middle(near: list[int], work: _Work, otherwise: float) -> float:
    weight = sum(work.weights[each] for each in near)
    return sum(work.weights[each] * work.centres[each] for each in near) / weight if near else otherwise


def _spread(row: list[int], wanted: list[float], work: _Work, gap: float) -> None:
    """Centres as near to the wanted ones as the widths let them: isotonic regression by pooling adjacent violators."""
    offsets, at = [], 0.0
    for number, each in enumerate(row):
        if number:
            at += work.widths[row[number - 1]] / 2 + gap + work.widths[each] / 2
        offsets.append(at)
    pools: list[tuple[float, float, int]] = []
    for each, want, offset in zip(row, wanted, offsets, strict=True):
        weight = work.weights[each]
        total, count = weight * (want - offset), 1
        while pools and pools[-1][0] / pools[-1][1] > total / weight:
            before = pools.pop()
            total, weight, count = total + before[0], weight + before[1], count + before[2]
        pools.append((total, weight, count))
    bases = [total / weight for total, weight, count in pools for _ in range(count)]
    for each, base, offset in zip(row, bases, offsets, strict=True):
        work.centres[each] = base + offset
