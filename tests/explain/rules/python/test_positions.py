"""Bounds of a slice that are floating point tensors."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "x, ns = torch.rand(2, 9), torch.tensor([3.0, 5.0])\nfor i, n in enumerate(ns):\n    print(x[i, :n])",
            "n is a floating point tensor, and a slice takes integers. int() makes an integer of one: x[i, :int(n)].",
            ["for i, n in enumerate(ns):\n    print(x[i, :int(n)])"],
        ),
        (
            "def cut(x, keep):\n    k = x.size(0) * keep\n    return x[:k]\ncut(torch.rand(10), torch.tensor(0.5))",
            "Make integers in `k = x.size(0) * keep`: int(x.size(0) * keep).",
            ["def cut(x, keep):\n    k = int(x.size(0) * keep)\n    return x[:k]"],
        ),
        (
            "def cut(x, keep):\n    k = x.size(0) * keep\n    return x[:k] * k\ncut(torch.rand(10), torch.tensor(0.5))",
            "int() makes an integer of one: x[:int(k)].",
            ["def cut(x, keep):\n    k = x.size(0) * keep\n    return x[:int(k)] * k"],
        ),
    ],
)
def test_float_tensors_in_a_slice(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)
