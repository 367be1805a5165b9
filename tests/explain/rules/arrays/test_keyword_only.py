"""A dtype or a device by position, and randint without a shape."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NO_SHAPE = "torch.randint needs a shape too: how many numbers to draw."


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "n = 3\ncounts = torch.zeros(n, torch.int64)",
            "torch.zeros takes a dtype only by its name: dtype=torch.int64.",
            ["torch.zeros(n, dtype=torch.int64)"],
        ),
        (
            "def mask(h, w):\n    return torch.ones(h, w, torch.bool)\nmask(4, 5)",
            "dtype=torch.bool",
            ["def mask(h, w):\n    return torch.ones(h, w, dtype=torch.bool)"],
        ),
        (
            "torch.arange(0, 5, torch.float32)",
            "torch.arange takes a dtype only by its name",
            ["torch.arange(0, 5, dtype=torch.float32)"],
        ),
        ("torch.linspace(0, 1, 5, torch.float64)", "", ["torch.linspace(0, 1, 5, dtype=torch.float64)"]),
        ("torch.eye(3, torch.bool)", "", ["torch.eye(3, dtype=torch.bool)"]),
        (
            'where = torch.device("cpu")\ntorch.rand(3, 4, where)',
            "torch.rand takes a device only by its name: device=where.",
            ["torch.rand(3, 4, device=where)"],
        ),
        ("torch.rand(3, torch.float64, 4)", "dtype=torch.float64", []),
        ("torch.randint(0, 10, size=4)", "the shape as a tuple", ["torch.randint(0, 10, size=(4,))"]),
        ("torch.randint(10)", f"{NO_SHAPE} torch.randint(10, ()) draws one number", []),
        ("torch.randint(low=0, high=5)", "torch.randint(0, 5, ()) draws one number", []),
        ("torch.randint(low=0, high=5)", "It draws integers from 0 to 4.", []),
        ("sides = 6\ntorch.randint(1, sides + 1)", "It draws integers from 1 to sides.", []),
        ("sides = 6\ntorch.randint(sides)", "It draws integers from 0 to sides - 1.", []),
        ("torch.randint(0, 10)", NO_SHAPE, []),
        ("torch.randint(10, 3)", "(3,)", ["torch.randint(10, (3,))"]),
    ],
)
def test_what_is_said(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)
