"""is_causal=True without a mask: nn.MultiheadAttention takes it for a hint."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(("first", "shape"), [("True", "3, 12, 8"), ("False", "12, 3, 8")])
def test_the_mask_is_of_the_length_of_the_sequence(first: str, shape: str) -> None:
    code = (
        f"attn = nn.MultiheadAttention(8, 2, batch_first={first})\nx = torch.randn({shape})\n"
        "attn(x, x, x, is_causal=True)"
    )
    check(code, "attn_mask=nn.Transformer.generate_square_subsequent_mask(12)", [])
