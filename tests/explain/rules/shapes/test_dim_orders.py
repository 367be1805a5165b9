"""An order of dims for a tensor with more of them, and a dim beyond the last one of what is joined."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("shape", "line", "fixes"),
    [
        ("16, 8, 8, 3", "x.permute(2, 0, 1)", ["x.permute(0, 3, 1, 2)"]),
        ("16, 3, 8, 8", "x.permute(1, 2, 0)", ["x.permute(0, 2, 3, 1)"]),
        ("16, 3, 8, 8", "x.permute(2, 0, 1)", []),  # the channels are in place
        ("2, 3, 4, 5", "x.permute(0, 2, 1)", []),  # the batch is counted
        ("16, 3, 8, 8", "plt.imshow(x.permute(1, 2, 0))", ["x[0].permute(1, 2, 0)"]),
    ],
)
def test_an_order_of_three_dims_for_four(shape, line, fixes):
    if "plt" in line:
        pytest.importorskip("matplotlib")
    check(f"x = torch.rand({shape})\n{line}", "each of 0, 1, 2, 3 must stand in it exactly once", fixes)


def test_what_is_joined_along_a_dim_too_many_is_joined_along_the_last():
    check(
        "h = torch.randn(4, 8, 16)\ntorch.cat((h[-2], h[-1]), dim=2)",
        "There is no dim 2.",
        ["torch.cat((h[-2], h[-1]), dim=1)"],
    )
