"""A dim that a maximum or a mean has taken away, and that is to be squeezed."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.parametrize("made", ["best, where = torch.max(maps, 2)", "best = maps.mean(dim=2)"])
def test_squeeze_is_to_be_left_off(made: str) -> None:
    code = f"maps = torch.rand(2, 3, 7)\n{made}\ntop = best.squeeze(2)"
    check(code, f"`{made}` has taken that dim away already: leave squeeze off best", ["best"])


def test_nothing_of_the_kind_where_the_dim_was_kept_or_never_there() -> None:
    kept = "maps = torch.rand(2, 3)\nbest = maps.mean(dim=1, keepdim=True)\nbest.squeeze(2)"
    assert "taken that dim away" not in why(kept).text
    assert "taken that dim away" not in why("best = torch.rand(2, 3)\nbest.squeeze(2)").text


@pytest.mark.parametrize(
    "made",
    [
        "best, where = torch.rand(4, 3).topk(1, 1)",
        "best = torch.max(torch.rand(4, 3), torch.rand(4, 3))",
        "best = torch.rand(2, 3, 4).mean(0)",
        "best = torch.rand(2, 3, 4).sum(dim=1)",
    ],
)
def test_what_took_no_dim_away_or_another_one_is_not_blamed(made: str) -> None:
    assert "taken that dim away" not in why(f"{made}\nbest.squeeze(2)").text
