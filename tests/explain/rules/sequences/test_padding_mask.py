"""Masks of padding: which tensor they are made from, and which of their dims is the length."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

pytestmark = pytest.mark.filterwarnings("ignore")

_DECODER = """
emb = nn.Embedding(30, 16)
dec = nn.TransformerDecoder(nn.TransformerDecoderLayer(16, 2, 32, batch_first=True), 1)
tokens, memory = torch.randint(1, 30, (4, 9)), torch.rand(4, 6, 16)
"""


def test_a_mask_of_all_tokens_for_a_part_of_them() -> None:
    step = """
def step(tgt):
    given = tgt[:, :-1]
    labels = tgt[:, 1:]
    pad = {}
    return dec(emb(given), memory, tgt_key_padding_mask=pad)
""".strip()
    said = "pad is (4, 9). It is made from tgt, and the layer got given: given == 0 is the mask of that."
    code = f"{_DECODER}{step.format('tgt == 0')}\nstep(tokens)"
    check(code, said, [step.format("given == 0")])


def test_the_part_that_stands_in_the_call() -> None:
    call = "dec(emb(tokens[:, :-1]), memory, tgt_key_padding_mask={} == 0)"
    check(
        _DECODER + call.format("tokens"),
        "tokens[:, :-1] == 0 is the mask of that.",
        [call.format("tokens[:, :-1]")],
    )


def test_a_mask_from_a_function() -> None:
    step = """
def step(tgt):
    given = tgt[:, :-1]
    mask = pad_mask({})
    return dec(emb(given), memory, tgt_key_padding_mask=mask)
""".strip()
    code = f"{_DECODER}def pad_mask(ids):\n    return ids.eq(0)\n{step.format('tgt')}\nstep(tokens)"
    check(code, "the layer got given: pad_mask(given) is the mask of that.", [step.format("given")])


_ENCODER = """
enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(10, 1, 50), 1)
x = torch.rand(7, 3, 10)
"""


def test_the_padding_tells_which_dim_is_the_length() -> None:
    """It ends the sequences: along their length no place is kept after one that is not."""
    pads = f"{_ENCODER}pad = torch.zeros(7, 3).bool()\npad[5:, 1] = True\nenc(x, src_key_padding_mask=pad)"
    check(pads, "Its dim 0 is the length, as in the input: pad.t()", ["enc(x, src_key_padding_mask=pad.t())"])
    batch = f"{_ENCODER}pad = torch.zeros(7, 3).bool()\npad[1, 1:] = True\nenc(x, src_key_padding_mask=pad)"
    check(
        batch, "If dim 0 of the input is the batch, make the layer so: nn.TransformerEncoderLayer(…, batch_first=True)."
    )
    open_ = f"{_ENCODER}pad = torch.zeros(7, 3).bool()\nenc(x, src_key_padding_mask=pad)"
    check(open_, "If it is the length, turn the mask: pad.t().")


def test_the_mask_is_turned_where_it_was_given() -> None:
    code = f"""{_ENCODER}
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = enc

    def forward(self, x, mask):
        return self.enc(x, src_key_padding_mask=mask)

tagger = Tagger()
is_pad = torch.zeros(7, 3).bool()
is_pad[4:, 0] = True
out = tagger(x, is_pad)
"""
    check(code, "is_pad.t() is (batch, length).", ["tagger(x, is_pad.t())"])


def test_the_memory_has_the_padding_of_the_source() -> None:
    code = """
tr = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)
src, tgt = torch.rand(3, 9, 8), torch.rand(3, 6, 8)
src_pad, tgt_pad = torch.zeros(3, 9).bool(), torch.zeros(3, 6).bool()
"""
    call = "tr(src, tgt, src_key_padding_mask=src_pad, tgt_key_padding_mask=tgt_pad, memory_key_padding_mask={})"
    said = (
        "memory_key_padding_mask is the padding of the source, since the memory has a place for each of its: src_pad."
    )
    check(code + call.format("tgt_pad"), said, [call.format("src_pad")])


def test_a_mask_for_each_example_of_attention() -> None:
    made = "attn = nn.MultiheadAttention(8, 2, batch_first=True)\n"
    made += "x, keep = torch.rand(3, 5, 8), torch.ones(3, 5, 5).bool()\n"
    mended = "attn(x, x, x, attn_mask=(~keep).repeat_interleave(2, dim=0))"
    check(f"{made}attn(x, x, x, attn_mask=~keep)", "one mask for each example", [mended])


def test_a_mask_of_1_and_0_as_a_tokenizer_gives_it() -> None:
    code = """
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    x = torch.randn(2, 3, 8)
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    attention(x, x, x, key_padding_mask=mask)
    """
    said = "mask is int64, and a key_padding_mask is bool: True at the places that are padding."
    check(code, said, ["attention(x, x, x, key_padding_mask=mask == 0)"])
