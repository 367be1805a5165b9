"""Attention masks of 0.0 and 1.0, which hide nothing."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MHA = "mha, x = nn.MultiheadAttention(8, 2, batch_first=True), torch.randn(2, 5, 8)\n"
ENCODER = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(9, 8)
        self.enc = nn.TransformerEncoderLayer(8, 2, batch_first=True)
    def forward(self, ids):
        pad = (ids == 0).float()
        return self.enc(self.emb(ids), src_key_padding_mask=pad)
net = Reader()
out = net(torch.tensor([[3, 4, 0], [5, 0, 0]]))
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (MHA + "m = torch.triu(torch.ones(5, 5), 1)\nout, w = mha(x, x, x, attn_mask=m)", "attn_mask=m.bool()"),
        (
            MHA + "lengths = torch.tensor([5, 2])\npad = (torch.arange(5) >= lengths[:, None]).float()\n"
            "out, w = mha(x, x, x, key_padding_mask=pad)",
            "key_padding_mask=(pad == 0) if 1 marks what is to be seen",
        ),
        (ENCODER, "src_key_padding_mask=pad.bool() if 1 marks what is to be hidden"),
    ],
)
def test_a_mask_of_numbers(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        MHA + 'm = torch.triu(torch.full((5, 5), float("-inf")), 1)\nout, w = mha(x, x, x, attn_mask=m)',
        MHA + "m = torch.triu(torch.ones(5, 5), 1).bool()\nout, w = mha(x, x, x, attn_mask=m)",
        MHA + "out, w = mha(x, x, x, attn_mask=torch.zeros(5, 5))",
        MHA + "bias = torch.randn(5, 5)\nout, w = mha(x, x, x, attn_mask=bias)",
        MHA + "m = nn.Transformer.generate_square_subsequent_mask(5)\nout, w = mha(x, x, x, attn_mask=m)",
    ],
)
def test_masks_that_hide(code: str) -> None:
    assert told_of_program(code) == []
