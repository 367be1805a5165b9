"""Names of a function that have no value yet: which condition or loop kept it from them."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

CODE = """
def fit(losses):
    for loss in losses:
        if loss < 0.5:
            best = loss
    return best
fit(%s)
"""


def test_a_condition_that_was_true_in_no_round_is_named() -> None:
    text = why(CODE % "[1.0, 2.0]").text
    assert "only under `if loss < 0.5:` in the loop `for loss in losses:`" in text, text
    assert "nothing to go over" not in text, text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (CODE % "[]", "losses is empty: no round ran"),
        (CODE % "iter([])", "there was nothing to go over, or it was left before"),
        (
            CODE.replace("            best = loss", "            break\n            best = loss") % "[0.1]",
            "left before",
        ),
    ],
)
def test_where_no_round_ran_the_condition_is_not_blamed(code: str, said: str) -> None:
    text = why(code).text
    assert said in text, text
    assert "true in none" not in text, text
