"""Attention whose weights add up to 1 along another dim than the one that is summed over."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

ATTENTION = """
import math
class Attention(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.drop = nn.Dropout(0.1)
    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        {lines}
att = Attention().eval()
out = att(torch.randn(2, 5, 16))
"""


def attention(*lines: str) -> str:
    return ATTENTION.format(lines="\n        ".join(lines))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            attention("scores = q @ k.transpose(-2, -1) / 4.0", "w = torch.softmax(scores, dim=1)", "return w @ v"),
            "w @ v sums over the last dim of w, but torch.softmax(scores, dim=1) makes dim 1 add up to 1",
        ),
        (attention("return torch.matmul(F.softmax(torch.matmul(q, k.mT), dim=-2), v)"), "Write dim=-1."),
        (
            attention(
                "mask = torch.tril(torch.ones(5, 5))",
                "s = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(16)",
                "s = s.masked_fill(mask == 0, -1e9)",
                "w = self.drop(F.softmax(s, dim=1))",
                "return torch.bmm(w, v)",
            ),
            "torch.bmm(w, v) sums over the last dim of w, but F.softmax(s, dim=1)",
        ),
    ],
)
def test_the_weights_of_another_dim(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        attention("scores = q @ k.transpose(-2, -1) / 4.0", "w = torch.softmax(scores, dim=2)", "return w @ v"),
        attention("w = self.drop((q @ k.mT).softmax(-1))", "return w @ v"),
        # the keys first, and turned before the product
        attention("w = torch.softmax(k @ q.mT, dim=1)", "return w.mT @ v"),
        # slot attention: divided by the sum once more
        attention("a = (q @ k.mT).softmax(dim=1) + 1e-8", "a = a / a.sum(-1, keepdim=True)", "return a @ v"),
        # a weighted sum over the steps
        attention("w = torch.softmax(self.q(x)[..., :1], dim=1)", "return (w * v).sum(1)"),
        # linear attention
        attention("context = k.softmax(dim=1).mT @ v", "return q.softmax(dim=-1) @ context"),
    ],
)
def test_the_weights_of_the_dim_that_is_summed(code: str) -> None:
    assert told_of_program(code) == []
