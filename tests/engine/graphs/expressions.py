"""Random expressions for the graph's tests: programs of a few operations on three leaves, ending in one number."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st

UNARY = {
    "neg": lambda a: -a,
    "exp": lambda a: a.exp(),
    "tanh": lambda a: a.tanh(),
    "relu": lambda a: a.relu(),
    "square": lambda a: a**2,
    "sigmoid": lambda a: a.sigmoid(),
    "plus": lambda a: a + 1,
    "from one": lambda a: 1 - a,
    "double": lambda a: 2 * a,
    "sum": lambda a: a.sum(),
    "mean": lambda a: a.mean(),
    "first row": lambda a: a[0] if a.dim() else a,
    "flat": lambda a: a.reshape(-1),
    "transposed": lambda a: a.t() if a.dim() == 2 else a,
    "rows": lambda a: a.sum(dim=0) if a.dim() else a,
    "copies": lambda a: a.expand(2, *a.shape) if a.dim() < 2 else a,
    "largest": lambda a: a.max(),
    "softmax": lambda a: a.softmax(-1) if a.dim() else a,
    "joined": lambda a: torch.cat([a, a]) if a.dim() else a,
    "halves": lambda a: a.reshape(-1).chunk(2)[0],
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 1),
    "@": lambda a, b: a @ b,
    "max": torch.maximum,
}
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 9)),
        st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 9), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=9,
)
"""Each an operation, and which of the values so far it takes, counted from the newest."""


def leaves(seed: int) -> list[Any]:
    """A number, a vector and a matrix that require grad."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in ((), (2,), (2, 2))]


def value_of(program: list[Any], given: list[Any]) -> Any:
    """What the program gives, added up to one number; operations whose shapes do not fit are left out."""
    values = list(given)
    for name, *operands in program:
        picked = [values[-1 - operand % len(values)] for operand in operands]
        try:
            values.append((UNARY if len(picked) == 1 else BINARY)[name](*picked))
        except RuntimeError:
            continue
    return values[-1].sum() + values[0]
