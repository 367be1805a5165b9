"""Several results that are multiplied by a number."""

from __future__ import annotations

from tests.explain.failing import check

CODE = """
def pooled(x):
    return x.mean(1), x.amax(1)

net = nn.Linear(4, 1)
x = torch.randn(2, 3, 4)
"""


def test_they_are_to_be_taken_apart_where_they_were_made() -> None:
    check(
        CODE + "found = pooled(x)\nnet(found * 100)",
        "found is a tuple with the shapes ((2, 4), (2, 4)), and found * 100 repeats that: Python does not compute with "
        "its parts. `found = pooled(x)` has 2 results: take them apart there.",
        [],
    )
