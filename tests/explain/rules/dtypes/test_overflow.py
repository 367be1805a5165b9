"""Numbers that a dtype cannot hold."""

import pytest

from tests.explain.failing import check, why

HEAD = "h = torch.ones(2, 2).half()\nmask = torch.ones(2, 2) > 0\nu = torch.zeros(3, dtype=torch.uint8)\n"


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        (
            "h.masked_fill(mask, -1e9)",
            ['h.masked_fill(mask, float("-inf"))'],
        ),
        (
            "h.masked_fill(mask=mask, value=1e20)",
            ['h.masked_fill(mask=mask, value=float("inf"))'],
        ),
        (
            "def hide(s, m):\n    return s.masked_fill(m, -1e10)\n\nhide(h, mask)",
            ['def hide(s, m):\n    return s.masked_fill(m, float("-inf"))'],
        ),
        (
            "torch.full_like(h, 1e6)",
            ['torch.full_like(h, float("inf"))'],
        ),
    ],
)
def test_a_number_beyond_float16(code, fixes):
    check(HEAD + code, "is float16, whose numbers go up to 65504", fixes)


def test_a_number_that_is_no_byte():
    check(
        HEAD + "u.masked_fill(u == 0, 300)",
        "u is uint8, which holds integers from 0 to 255, and 300 is not one of them.",
        ["u.long().masked_fill(u == 0, 300)"],
    )


def test_only_the_dtype_itself_is_spoken_of():
    for dtype, number in (("half", "1e9"), ("half", "-70000.0")):
        text = why(f"x = torch.ones(2).{dtype}()\nx.masked_fill(x > 0, {number})").text
        assert 'float16 has float("' in text
        assert "every" not in text
