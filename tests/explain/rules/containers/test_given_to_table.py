"""Tensors and dtypes of PyTorch handed to pandas and NumPy."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails

HOUSES = """
import pandas as pd
houses = pd.DataFrame({"rooms": [None, 2.0, 4.0, None], "alley": ["Pave", None, None, None], "price": [1, 2, 3, 4]})
counts = torch.tensor([2.0, 4.0])
"""
NUMBER = "is a tensor, and pandas works with plain numbers here. item() takes the number out of it."


@pytest.mark.parametrize(
    ("code", "said", "fix"),
    [
        ('filled = houses["rooms"].fillna(counts.mean())', NUMBER, 'houses["rooms"].fillna(counts.mean().item())'),
        ('houses[["rooms"]].fillna(counts[0])', "counts[0] is a tensor", 'houses[["rooms"]].fillna(counts[0].item())'),
        ('houses["rooms"].replace(2.0, counts.max())', NUMBER, 'houses["rooms"].replace(2.0, counts.max().item())'),
        ('houses["price"].clip(upper=counts.sum())', NUMBER, 'houses["price"].clip(upper=counts.sum().item())'),
        ('houses["rooms"] + counts.mean()', NUMBER, 'houses["rooms"] + counts.mean().item()'),
        ('many = houses["price"] > counts.mean()', NUMBER, 'houses["price"] > counts.mean().item()'),
        ('houses.loc[0, "rooms"] = counts.mean()', NUMBER, 'houses.loc[0, "rooms"] = counts.mean().item()'),
        (
            'houses["rooms"].to_numpy(torch.float32)',
            'named by a text: "float32".',
            'houses["rooms"].to_numpy("float32")',
        ),
        (
            'houses["price"].astype(dtype=torch.float64)',
            "torch.float64 is a dtype of PyTorch.",
            'houses["price"].astype(dtype="float64")',
        ),
        ("import numpy as np\nnp.zeros(3, dtype=torch.int32)", "NumPy and pandas have", 'np.zeros(3, dtype="int32")'),
    ],
)
def test_what_to_hand_over_instead(code: str, said: str, fix: str) -> None:
    pytest.importorskip("pandas")
    check(HOUSES + code, said, (fix,))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('houses["rooms"].fillna(counts)', "counts is a tensor of shape (2,), and pandas works with numbers, arrays"),
        ("import numpy as np\nnp.zeros(3, dtype=torch.bfloat16)", "and NumPy has none like it."),
    ],
)
def test_where_nothing_is_known_to_fit_nothing_is_offered(code: str, said: str) -> None:
    pytest.importorskip("pandas")
    check(HOUSES + code, said, ())


def test_a_slip_of_the_learners_own_is_no_matter_of_pandas() -> None:
    assert "pandas" not in str(fails("torch.float32.kind").explanation)
