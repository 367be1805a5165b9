"""Tables that were made before the vocabulary was complete."""

from __future__ import annotations

from tests.explain.failing import check

MODEL = """
vocab = {"a": 0, "b": 1}
class M(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.e = nn.Embedding(n, 4)
    def forward(self, x):
        return self.e(x)
m = M(len(vocab))
vocab["<pad>"] = 2
out = m(torch.tensor([[0, 2]]))
"""
TABLE = """
vocab = {"a": 0, "b": 1}
emb = nn.Embedding(len(vocab) + 1, 4)
vocab["<start>"], vocab["<end>"] = 2, 3
"""


def test_the_statement_runs_again() -> None:
    check(MODEL, "len(vocab) was 2, and now it is 3: make m again.", ["m = M(len(vocab))"])
    said = "len(vocab) + 1 was 3, and now it is 5: make emb again."
    check(f"{TABLE}emb(torch.tensor([3]))", said, ["emb = nn.Embedding(len(vocab) + 1, 4)"])
