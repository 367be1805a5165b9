"""``b, t, d = x.shape`` of an argument with one dim more or less: what to give instead."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

READER = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.att = nn.Linear(32, 1)
    def forward(self, x):
        batch, length, d = {size}
        return self.att(x).view(batch, length)
reader = Reader()
feat = torch.rand({shape})
out = reader(feat)
"""


@pytest.mark.parametrize("size", ["x.shape", "x.size()"])
@pytest.mark.parametrize(
    ("shape", "suffix", "new"),
    [
        ("2, 32, 1, 25", ".squeeze(2).permute(0, 2, 1)", "(2, 25, 32)"),
        ("2, 25, 1, 32", ".squeeze(2)", "(2, 25, 32)"),
        ("2, 1, 25, 32", ".squeeze(1)", "(2, 25, 32)"),
        ("2, 32, 4, 6", ".flatten(2).transpose(1, 2)", "(2, 24, 32)"),
    ],
)
def test_what_the_layers_after_it_take(size, shape, suffix, new):
    said = f"feat{suffix} is {new}, which is (batch, length, d)."
    check(READER.format(size=size, shape=shape), said, [f"reader(feat{suffix})"])


@pytest.mark.parametrize("size", ["x.shape", "x.size()"])
def test_two_dims_are_one_example_or_many(size):
    said = "If feat is one example with 25 places, feat.unsqueeze(0) is a batch of it. If its rows are 25 examples,"
    check(READER.format(size=size, shape="25, 32"), said, [f"reader(feat.unsqueeze({dim}))" for dim in (0, 1)])


def test_one_image_of_a_batch():
    code = "def area(img):\n    c, h, w = img.shape\n    return h * w\nimgs = torch.rand(8, 3, 4, 4)\narea(imgs)"
    check(code, "imgs has a dim more, of 8, before those that are named: give it a name too, before c, or")


def test_silent_where_no_way_fits():
    code = READER.format(size="x.shape", shape="2, 7, 4, 6")
    assert why(code).text.endswith("3 names stand before the =.")


@pytest.mark.parametrize(("names", "fixes"), [("b, c, h, w", ["heads(q.unsqueeze(0))"]), ("b, h, t, d", [])])
def test_only_an_image_lacks_its_batch(names, fixes):
    """(2, 5, 8) for (batch, heads, length, dim) has a batch, and no heads."""
    code = f"""
def heads(x):
    {names} = x.shape
    return x.flatten(1)

q = torch.rand(2, 5, 8)
heads(q)
"""
    check(code, "is (2, 5, 8), one size for each of its 3 dims", fixes)
