"""Steps through storage: what is drawn and said is where torch finds the elements."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.watch.cards import read_card
from ptrepl.screen.figures.storage_steps import storage_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import line_width

_FORMULA = re.compile(r"^│   v\[.*\] is number (.*) of the (\d+) in the storage, counted from 0\.$")


def shown(tensor: Any, width: int | None = None, *, drawn: bool = True) -> list[str]:
    return [plain(line) for line in storage_lines("v", read_card(tensor), width, drawn=drawn)]


def test_a_transposed_tensor() -> None:
    assert shown(torch.arange(6).reshape(2, 3).T) == [
        "│   v[i, j] is number i + 3·j of the 6 in the storage, counted from 0.",
        "│   storage  0 1 2 3 4 5",
        "│   v[0]     0 · · 1 · ·",
        "│   v[1]     · 0 · · 1 ·",
        "│   v[2]     · · 0 · · 1",
    ]


def test_an_expanded_one_and_one_with_an_offset() -> None:
    assert shown(torch.ones(2, 1).expand(2, 3))[1:] == [
        "│   storage    0   1",
        "│   v[0]     0-2   ·",
        "│   v[1]       · 0-2",
    ]
    assert shown(torch.arange(9)[1::3]) == [
        "│   v[i] is number 1 + 3·i of the 9 in the storage, counted from 0.",
        "│   storage  0 1 2 3 4 5 6 7 8",
        "│   v        · 0 · · 1 · · 2 ·",
    ]


@pytest.mark.parametrize(
    "tensor",
    [
        torch.ones(4),
        torch.tensor(1.0),
        torch.ones(0, 3),
        torch.eye(2).to_sparse(),
        torch.ones(1, 1, 1, 1, 1, 1, 1),
    ],
    ids=["in order", "a number", "empty", "sparse", "seven dims"],
)
def test_where_there_is_nothing_to_say(tensor: Any) -> None:
    assert not shown(tensor)


def test_a_storage_that_was_made_smaller() -> None:
    x = torch.ones(3, 4).T
    x.untyped_storage().resize_(0)
    assert not shown(x)


def test_a_large_or_narrow_one_has_the_formula_alone() -> None:
    assert len(shown(torch.ones(100, 100).T)) == 1
    assert len(shown(torch.ones(4, 6).T, 30)) == len(shown(torch.ones(4, 6).T, 30, drawn=False))
    assert len(shown(torch.ones(4, 6), drawn=False)) == 1


@st.composite
def views(draw: st.DrawFn) -> Any:
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    x = torch.arange(torch.Size(shape).numel()).reshape(shape)
    x = x.permute(draw(st.permutations(range(len(shape)))))
    for dim in range(x.dim()):
        start = draw(st.integers(0, x.shape[dim] - 1))
        x = x.narrow(dim, start, draw(st.integers(1, x.shape[dim] - start)))
    return x[:: draw(st.integers(1, 3))]


@given(views(), st.one_of(st.none(), st.integers(20, 120)))
def test_formula_and_drawing_agree_with_torch(x: Any, width: int | None) -> None:
    lines = shown(x)
    if not lines:
        assert x.tolist() == list(range(x.untyped_storage().nbytes() // 8))
        return
    found = _FORMULA.match(lines[0])
    assert found is not None
    # each element is the number of its place: it was made by arange
    for index in torch.cartesian_prod(*map(torch.arange, x.shape)).reshape(-1, x.dim()).tolist():
        letters = dict(zip("ijk", index, strict=False))
        assert eval(found[1].replace("·", "*"), {}, letters) == x[tuple(index)]
    for line in lines[2:]:
        name, *cells = line.removeprefix("│   ").replace(", ", ",").split()
        row = eval(name, {"v": x})
        drawn = {int(cell): place for place, cell in enumerate(cells) if cell != "·"}
        if row.stride(-1):
            assert [drawn[place] for place in range(len(row))] == row.tolist()
    narrow = storage_lines("v", read_card(x), width)
    assert width is None or max(map(line_width, narrow)) <= width
