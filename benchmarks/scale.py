"""What stays the same when there is much: many tensors, and one large one."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.core import typed, unseen
from benchmarks.measure import Row, compare, per_call

MANY = 10_000
CALLS = 20


def rows(rounds: int) -> Iterator[Row]:
    """A statement beside many tensors, and the x-ray of 10^8 elements."""
    none, some, more = (unseen(per_call(typed(_tensors(count), "x = 1"), CALLS)) for count in (0, MANY, 2 * MANY))
    yield compare(
        f"a statement with {MANY:,} tensors in the namespace",
        some,
        "with none",
        none,
        limit=0.010,
        rounds=rounds,
        as_difference=True,
    )
    yield compare(f"a statement with {2 * MANY:,} tensors", more, f"with {MANY:,}", some, limit=2.2, rounds=rounds)
    large, small = (
        unseen(per_call(typed(f"import torch; big = torch.empty({count})", "x = big[:]"), CALLS))
        for count in (10**8, 10)
    )
    yield compare("the x-ray of 10^8 elements", large, "of 10 elements", small, limit=1.2, rounds=rounds)


def _tensors(count: int) -> str:
    return f"import torch\nglobals().update({{f't{{i}}': torch.zeros(4) for i in range({count})}})"
