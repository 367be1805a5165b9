"""Positions that are added to the samples of a batch in place of its steps."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MODEL = """
class Positions(nn.Module):
    def __init__(self, size, most=50):
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.register_buffer('pe', {table})
    def forward(self, x):
        {add}
class Model(nn.Module):
    def __init__(self, vocab=30, d=16):
        super().__init__()
        self.emb, self.pos, self.out = nn.Embedding(vocab, d), Positions(d), nn.Linear(d, 2)
        layer = nn.TransformerEncoderLayer(d, 2, 32, batch_first={first})
        self.enc = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
    def forward(self, tokens):
        x = self.pos(self.emb({tokens}))
        return self.out(self.enc(x).mean(dim={dim}))
model = Model().eval()
logits = model(torch.randint(0, 30, (4, 9)))
"""
LENGTH_FIRST, BATCH_FIRST = "torch.randn(most, 1, size)", "torch.randn(1, most, size)"


def model(table: str, *add: str, first: bool = True) -> str:
    tokens, dim = ("tokens", 1) if first else ("tokens.T", 0)
    return MODEL.format(table=table, add="\n        ".join(add), first=first, tokens=tokens, dim=dim)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            model(LENGTH_FIRST, "return x + self.pe[:x.size(0)]"),
            "self.enc is batch_first=True, so x, of shape (4, 9, 16), has the samples in dim 0: self.pe[:x.size(0)]",
        ),
        (
            model(LENGTH_FIRST, "x = x + self.pe[:x.size(0), :]", "return self.drop(x)"),
            "and add self.pe[:, :x.size(1)]",
        ),
        (
            model(LENGTH_FIRST, "return self.drop(x + self.pe[:x.shape[0]])"),
            "of shape (4, 1, 16), adds one position to",
        ),
    ],
)
def test_positions_of_the_samples(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        model(LENGTH_FIRST, "return x + self.pe[:x.size(0)]", first=False),
        model(BATCH_FIRST, "return x + self.pe[:, :x.size(1)]"),
        model(LENGTH_FIRST, "return x + self.pe[:x.size(1)].transpose(0, 1)"),
        model("torch.randn(most, size)", "return self.drop(x + self.pe[:x.size(1)])"),
    ],
)
def test_positions_of_the_steps(code: str) -> None:
    assert told_of_program(code) == []
