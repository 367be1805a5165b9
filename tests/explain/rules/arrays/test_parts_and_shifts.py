"""chunk and split into no parts, and roll."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "data = torch.arange(10)\nn = len(data) // 20\nparts = data.chunk(n)",
            "n is 0, from `n = len(data) // 20`. // rounds down. data is (10,). .chunk takes the number of parts, "
            "which has to be 1 or more.",
            [],
        ),
        ("torch.arange(10).split(0)", "takes the size of each part, which has to be 1 or more.", []),
        ("data = torch.rand(4, 2)\ntorch.chunk(data, 0, dim=1)", "data is (4, 2). torch.chunk takes the number", []),
        ("x = torch.rand(4, 5)\nx.roll((1, 2), dims=0)", "(1, 2) has 2, and dims=0 has 1.", []),
        (
            "x = torch.rand(4, 5)\ntorch.roll(x, 1, dims=(0, 1))",
            "torch.roll takes one shift for each dim: 1 has 1, and dims=(0, 1) has 2.",
            ["torch.roll(x, (1, 1), dims=(0, 1))"],
        ),
        (
            "x = torch.rand(4, 5)\ntorch.roll(x, shift=1, axis=0)",
            "torch.roll calls its arguments shifts and dims",
            ["torch.roll(x, shifts=1, dims=0)"],
        ),
        (
            "x = torch.rand(4, 5)\nn = 4\ntorch.roll(x, n / 2)",
            "n / 2 is 2.0, a float, and torch.roll shifts by an integer.",
            ["torch.roll(x, n // 2)"],
        ),
        ("x = torch.rand(4, 5)\ntorch.roll(x, 1.5)", "1.5 is a float, and torch.roll shifts by an integer.", []),
    ],
)
def test_what_is_said(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)
