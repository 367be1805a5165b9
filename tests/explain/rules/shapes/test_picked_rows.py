"""Values that a mask picks, put into rows."""

from __future__ import annotations

from tests.explain.failing import check

MADE = "x = torch.rand(3, 4)\nmask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0]]).bool()\n"


def test_rows_of_several_lengths() -> None:
    says = "mask picks these numbers of values in the rows of x: 2, 3, 0. Rows of several lengths are no tensor."
    check(f"{MADE}y = torch.max(x[mask].view(3, -1), 1)", f'{says} x.masked_fill(~mask, float("-inf")).max(1)', [])
    check(f"{MADE}y = x[mask].view(3, -1)", f"{says} To keep the rows, fill", [])
