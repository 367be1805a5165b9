"""Shapes that do not fit under torch.compile, in the words that it tells of them."""

from __future__ import annotations

import pytest

from ptrepl.explain.rules.modules.compiled import _place, _reason

TOLD = """RuntimeError when making fake tensor call

from user code:
   File "<ptrepl 3>", line 7, in forward
    return self.b(torch.relu(self.a(x)))
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{torch}/nn/modules/linear.py", line 134, in forward
    return F.linear(input, self.weight, self.bias)
"""


def test_the_line_of_the_learner_is_found() -> None:
    import os

    import torch

    folder = os.path.dirname(os.path.abspath(torch.__file__ or ""))
    assert _place(TOLD.format(torch=folder)) == ("forward", "return self.b(torch.relu(self.a(x)))")
    assert _place("from user code:\n") is None


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "'a and b must have same reduction dim, but got [8, 32] X [64, 4].'",
            "It multiplies (8, 32) by (64, 4), and the last dim of the one is 32, not 64.",
        ),
        (
            "'Attempting to broadcast a dimension of length 4 at -1! Mismatching argument at index 1 had "
            "torch.Size([4]); but expected shape should be broadcastable to [3]'",
            "The shapes (3,) and (4,) cannot be broadcast: two sizes have to be equal, or one of them 1.",
        ),
        ("'something else'", None),
    ],
)
def test_the_reason(message: str, said: str | None) -> None:
    assert _reason(message) == said
