"""A slice of a shape where one size was meant."""

from __future__ import annotations

from tests.explain.failing import check, why


def test_a_slice_with_one_size() -> None:
    code = "heat = torch.rand(1, 1, 4, 5)\nplaces = torch.tensor([3, 7])\nplaces / heat.shape[3:]"
    check(code, "heat.shape[3:] is a slice; heat.shape[3] is the size itself.", ["places / heat.shape[3]"])


def test_in_a_function_the_line_that_made_it_is_named() -> None:
    code = (
        "def rows(heat, places):\n    width = heat.shape[3:]\n    return places % width\n"
        "rows(torch.rand(1, 1, 4, 5), torch.tensor([3, 7]))"
    )
    check(code, "heat.shape[3] is the size itself.", [])


def test_a_whole_shape() -> None:
    assert "is the size itself" not in why("x = torch.rand(2, 3)\nx / x.shape").text
