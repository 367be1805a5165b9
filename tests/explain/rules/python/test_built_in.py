"""Python's own max, min, sum of a tensor, where torch's are meant."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, why

RAIN = "rain = torch.arange(12.0).reshape(3, 4)\n"


@pytest.mark.parametrize(
    ("code", "said", "fix"),
    [
        ("wettest = max(rain)", "rain.max(dim=0) gives the values and where they stand", "rain.max()"),
        ("min(rain)", "Python's min compares rain[0] with rain[1] and so on", "rain.min()"),
        ("top = max(rain.T)", "each of them has shape (3,)", "rain.T.max()"),
        ("max(rain * 2)", "(rain * 2).max(dim=0) gives", "(rain * 2).max()"),
        (
            "max(rain, dim=1)",
            "This max is Python's, which takes no dim=. A tensor's own max() does.",
            "rain.max(dim=1)",
        ),
        ("total = sum(rain, dim=0)", "A tensor's own sum() does.", "rain.sum(dim=0)"),
        ("any(rain > 3, dim=1)", "This any is Python's, which takes no dim=.", "(rain > 3).any(dim=1)"),
        ("round(rain, decimals=1)", "A tensor's own round() does.", "rain.round(decimals=1)"),
        ("sorted(rain, dim=1)", "A tensor's own sort() does.", "rain.sort(dim=1)"),
    ],
)
def test_the_tensors_own_function_is_named(code: str, said: str, fix: str) -> None:
    check(RAIN + code, said, (fix,))


def test_what_the_tensors_own_has_not_is_not_promised() -> None:
    for code in ("abs(rain, dim=1)", "max(rain, keepdim=True)"):
        assert why(RAIN + code).text.endswith("=."), code


@pytest.mark.parametrize(
    "code",
    ["max([1, 2], dim=0)", "def max(x):\n    return x\nmax(rain, dim=0)", "sum([rain], dim=0)", "len(rain, dim=0)"],
)
def test_nothing_is_said_of_other_calls(code: str) -> None:
    explanation = fails(RAIN + code).explanation
    assert explanation is None or "is Python's" not in str(explanation)
