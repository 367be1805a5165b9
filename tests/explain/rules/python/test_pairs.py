"""Pairs of tensors where one was meant."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "logits = torch.randn(4, 3)\n"
            "labels = torch.randint(0, 3, (4,))\n"
            "pred = torch.max(logits, 1)\n"
            "acc = (pred == labels).float().mean()",
            "pred holds several tensors: pred.indices, pred.values. Take the one that you mean.",
            ["acc = (pred.indices == labels).float().mean()"],
        ),
        (
            "x = torch.rand(3, 4)\nordered = x.sort()\nordered.float()",
            "ordered holds several tensors: ordered.indices, ordered.values. Take the one that you mean.",
            ["ordered.indices.float()", "ordered.values.float()"],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)
