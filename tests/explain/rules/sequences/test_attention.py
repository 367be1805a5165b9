"""Attention: sizes, masks and heads that do not fit, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "attn = nn.MultiheadAttention(100, 8)",
            "each takes an equal part of embed_dim=100, and 100 is not divisible by num_heads=8.",
            ["nn.MultiheadAttention(100, 5)", "nn.MultiheadAttention(100, 10)"],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2, batch_first=True)\nx = torch.rand(2, 5, 6)\nout, w = attn(x, x, x)",
            "attn was made for vectors of 8 numbers (embed_dim=8), and x is (2, 5, 6): its last dim is 6.",
            [],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2, batch_first=True)\n"
            "x = torch.rand(2, 5, 8)\n"
            "m = torch.ones(4, 4).bool()\n"
            "out, w = attn(x, x, x, attn_mask=m)",
            "attn_mask says for each place of the query which places of the key it may look at: "
            "shape (5, 5), here. m is (4, 4).",
            [],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2, batch_first=True)\n"
            "x = torch.rand(2, 5, 8)\n"
            "pad = torch.zeros(5, 2).bool()\n"
            "out, w = attn(x, x, x, key_padding_mask=pad)",
            "key_padding_mask has one row for each example and one column for each place of the key: "
            "(batch, length), here (2, 5). pad is (5, 2). It is the other way round: pad.t().",
            ["attn(x, x, x, key_padding_mask=pad.t())"],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2)\n"
            "x = torch.rand(2, 5, 8)\n"
            "pad = torch.zeros(2, 5).bool()\n"
            "out, w = attn(x, x, x, key_padding_mask=pad)",
            "key_padding_mask has one row for each example and one column for each place of the key:",
            [],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2, batch_first=True)\n"
            "q = torch.rand(2, 5, 8)\n"
            "k = torch.rand(3, 5, 8)\n"
            "out, w = attn(q, k, k)",
            "With batch_first=True, attn reads (batch, length, features).",
            [],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2)\n"
            "q = torch.rand(2, 5, 8)\n"
            "k = torch.rand(2, 7, 8)\n"
            "out, w = attn(q, k, k)",
            "attn reads (length, batch, features), since it was not made with batch_first=True.",
            [],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2)\nx = torch.rand(5, 8)\nout = attn(x)",
            "attn takes a query, a key and a value. In self-attention all three are the same: "
            "attn(x, x, x). It gives two tensors, the output and the weights.",
            ["attn(x, x, x)"],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2)\nx = torch.rand(5, 1, 1, 8)\nout = attn(x, x, x)",
            "x is (5, 1, 1, 8). attn reads (length, batch, features), or one example without the batch dim.",
            [],
        ),
        (
            "attn = nn.MultiheadAttention(8, 2, batch_first=True)\n"
            "x = torch.rand(2, 5, 8)\n"
            "m = torch.ones(2, 5, 5).bool()\n"
            "out, w = attn(x, x, x, attn_mask=m)",
            "(batch * num_heads, length of the query, length of the key), here (4, 5, 5).",
            ["attn(x, x, x, attn_mask=m.repeat_interleave(2, dim=0))"],
        ),
        (
            "layer = nn.TransformerEncoderLayer(d_model=10, nhead=3)\n",
            "each takes an equal part of d_model=10, and 10 is not divisible by nhead=3.",
            ["nn.TransformerEncoderLayer(d_model=10, nhead=1)", "nn.TransformerEncoderLayer(d_model=10, nhead=2)"],
        ),
        (
            "enc = nn.TransformerEncoderLayer(8, 2, batch_first=True)\nx = torch.rand(2, 5, 6)\nenc(x)",
            "enc.self_attn was made for vectors of 8 numbers (embed_dim=8), and query is (2, 5, 6): its last dim is 6.",
            [],
        ),
        (
            "enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 1)\n"
            "x = torch.rand(2, 5, 8)\n"
            "enc(x, src_key_padding_mask=torch.zeros(2, 5).bool())",
            "enc.layers[0].self_attn reads (length, batch, features), since it was not made with batch_first=True.",
            [],
        ),
        (
            "tr = nn.Transformer(8, 2, 1, 1)\nsrc = torch.rand(5, 2, 8)\ntgt = torch.rand(4, 3, 8)\ntr(src, tgt)",
            "src is (5, 2, 8) and tgt is (4, 3, 8): dim 1 is the batch, and the two have 2 and 3 examples.",
            [],
        ),
        (
            "q = torch.rand(2, 4, 8)\nmask = torch.ones(4, 4).int()\nscores = q @ q.mT\nscores.masked_fill(mask, -1e9)",
            "mask is int32, and .masked_fill takes a mask of dtype bool: it fills where the mask is "
            "True. Where 0 marks what is to be filled, write mask == 0.",
            ["scores.masked_fill(mask.bool(), -1e9)", "scores.masked_fill(mask == 0, -1e9)"],
        ),
        (
            "scores = torch.rand(2, 4, 4)\n"
            "mask = torch.ones(4)\n"
            'scores.masked_fill(mask == 0, float("-inf")).masked_fill(mask, 0)',
            "mask is float32, and .masked_fill takes a mask of dtype bool: it fills where the mask "
            "is True. Where 0 marks what is to be filled, write mask == 0.",
            [
                'scores.masked_fill(mask == 0, float("-inf")).masked_fill(mask.bool(), 0)',
                'scores.masked_fill(mask == 0, float("-inf")).masked_fill(mask == 0, 0)',
            ],
        ),
        (
            "q = k = v = torch.rand(2, 4, 8)\n"
            "m = torch.ones(3, 3).bool()\n"
            "F.scaled_dot_product_attention(q, k, v, attn_mask=m)",
            "The scores have one row for each place of the query and one column for each place of the key:",
            [],
        ),
        (
            "q = k = v = torch.rand(2, 4, 8)\n"
            "m = torch.ones(4, 4).bool()\n"
            "F.scaled_dot_product_attention(q, k, v, m, is_causal=True)",
            "is_causal=True makes a mask of its own, so no other one may be given. Leave "
            "is_causal=True out, and put both conditions into attn_mask.",
            [],
        ),
        (
            "q = torch.rand(2, 4, 8)\nm = torch.ones(4, 4).long()\nF.scaled_dot_product_attention(q, q, q, m)",
            "m is int64. A mask is bool, True where a query may look at a key, or floating point "
            "numbers that are added to the scores.",
            ["F.scaled_dot_product_attention(q, q, q, m.bool())"],
        ),
        (
            "scores = torch.rand(2, 4, 4)\nmask = torch.ones(2, 4).bool()\nscores.masked_fill(mask, 0.)",
            "Shapes are lined up from the right, so the batch dim of the mask needs dims of size 1 after it.",
            ["scores.masked_fill(mask[:, None, :], 0.)"],
        ),
        (
            'points = torch.tensor([1, 2, 3])\nmask = points > 1\npoints.masked_fill(mask, float("-inf"))',
            'points is int64, and integers have no infinity: float("-inf") is a floating point number.',
            ['points.float().masked_fill(mask, float("-inf"))'],
        ),
        (
            'ids = torch.tensor([1, 2, 3])\nmask = ids > 1\nids.masked_fill(mask, float("-inf"))',
            "It hides places from a softmax, and belongs into the scores that softmax is given.",
            [],
        ),
        (
            'scores = torch.rand(2, 3, 4)\nkeep = torch.ones(2, 4).bool()\nscores.masked_fill(~keep, float("-inf"))',
            "Shapes are lined up from the right, so the batch dim of the mask needs dims of size 1 after it.",
            ['scores.masked_fill((~keep)[:, None, :], float("-inf"))'],
        ),
        (
            "scores = torch.rand(2, 2, 3, 4)\nkeep = torch.ones(2, 4).bool()\nscores.masked_fill(keep, 0)",
            "Shapes are lined up from the right, so the batch dim of the mask needs dims of size 1 after it.",
            ["scores.masked_fill(keep[:, None, None, :], 0)"],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)


def test_how_attention_is_made_for_an_input_with_the_batch_first() -> None:
    code = "attention = nn.MultiheadAttention(8, 2)\ntext, frames = torch.rand(1, 1, 8), torch.rand(1, 9, 8)\n"
    said = "For an input of (batch, length, features), make it with nn.MultiheadAttention(…, batch_first=True)."
    check(f"{code}attention(text, frames, frames)", said, [])


def test_a_pair_in_arithmetic() -> None:
    code = """
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attn = nn.MultiheadAttention(8, 2, batch_first=True)
            self.norm = nn.LayerNorm(8)
        def forward(self, x):
            return self.norm(x + self.attn(x, x, x))

    block = Block()
    block(torch.rand(3, 2, 8))
    """
    explanation = why(code)
    assert "gives a pair" in explanation.text
    assert "self.norm(x + self.attn(x, x, x)[0])" in explanation.fixes[0].code


def test_the_size_and_the_number_of_heads_swapped() -> None:
    fix = "nn.MultiheadAttention(512, 8)"
    check("nn.MultiheadAttention(8, 512)", "the two are swapped here", [fix])


def test_a_mask_of_the_size_of_the_batch() -> None:
    code = """
    layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=8, batch_first=True)
    x = torch.randn(6, 4, 8)
    layer(x, src_mask=nn.Transformer.generate_square_subsequent_mask(x.shape[0]))
    """
    assert "has the size of the batch on both sides: the length is dim 1." in why(code).text
