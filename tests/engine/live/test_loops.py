"""What a loop counts and how many rounds it has, without running anything."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset

from ptrepl.engine.live.loops import CountingLoop, counting_loop, loops_around
from ptrepl.engine.live.stack import MISSING
from ptrepl.engine.run.source_cache import register


class Counted(Dataset[int]):
    """Whose length must not be asked for."""

    def __len__(self) -> int:
        raise AssertionError

    def __getitem__(self, index: int) -> int:
        return index


NAMES: dict[str, Any] = {
    "n": 12,
    "start": 3,
    "xs": [1, 2, 3],
    "t": torch.ones(5, 2),
    "loader": DataLoader(TensorDataset(torch.ones(10, 1)), batch_size=4),
    "theirs": DataLoader(Counted(), batch_size=4, shuffle=False),
}


def read(head: str) -> CountingLoop | None:
    loop = ast.parse(f"for {head}: pass").body[0]
    assert isinstance(loop, ast.For)
    return counting_loop(loop, lambda name: NAMES.get(name, MISSING))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("i in range(10)", CountingLoop("i", 0, 1, 10)),
        ("epoch in range(1, n + 1)", CountingLoop("epoch", 1, 1, 12)),
        ("i in range(10, 0, -2)", CountingLoop("i", 10, -2, 5)),
        ("i in range(n * 2 - start)", CountingLoop("i", 0, 1, 21)),
        ("i in range(n // 5)", CountingLoop("i", 0, 1, 2)),
        ("i in tqdm(range(n))", CountingLoop("i", 0, 1, 12)),
        ("i in trange(n)", CountingLoop("i", 0, 1, 12)),
        ("i in range(len(xs))", CountingLoop("i", 0, 1, None)),
        ("i in range(nowhere)", CountingLoop("i", 0, 1, None)),
        ("i, x in enumerate(xs)", CountingLoop("i", 0, 1, 3)),
        ("i, x in enumerate(xs, 1)", CountingLoop("i", 1, 1, 3)),
        ("i, x in enumerate(t, start=start)", CountingLoop("i", 3, 1, 5)),
        ("i, (x, y) in enumerate(loader)", CountingLoop("i", 0, 1, 3)),
        ("i, x in enumerate(tqdm(loader))", CountingLoop("i", 0, 1, None)),
        ("i, x in enumerate(theirs)", CountingLoop("i", 0, 1, None)),
        ("i, x in enumerate(xs, nowhere)", None),
        ("x in xs", None),
        ("x, y in loader", None),
        ("i in reversed(range(3))", None),
        ("i in range(0, 3, 0)", None),
        ("a[0] in range(3)", None),
    ],
)
def test_heads_of_loops(head: str, found: CountingLoop | None) -> None:
    assert read(head) == found


def test_rounds_that_were_begun() -> None:
    loop = CountingLoop("i", 10, -2, 5)
    assert [loop.done(value) for value in (10, 8, 2)] == [1, 2, 5]
    assert [loop.done(value) for value in (12, 0, "8", None, 8.0)] == [None] * 5
    assert CountingLoop("i", 0, 1, None).done(999) == 1000


def test_the_loops_around_a_line_come_from_the_outermost_on() -> None:
    register(
        "<loops>",
        "for a in range(2):\n    for b in range(2):\n        pass\n    x = 1\nelse:\n    y = 2\n"
        "for c in range(3): pass\n",
    )

    def around(line: int) -> list[str]:
        return [loop.target.id for loop in loops_around("<loops>", line) if isinstance(loop.target, ast.Name)]

    assert [around(line) for line in range(1, 8)] == [["a"], ["a", "b"], ["a", "b"], ["a"], [], [], ["c"]]
    assert loops_around("<nowhere>", 1) == ()
