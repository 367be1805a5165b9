"""Indices that a table has no row for, where they were sampled from the rows of the same table."""

from __future__ import annotations

from tests.explain.failing import check

BIGRAM = """
class Bigram(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.table = nn.Embedding(size, 64)
    def forward(self, idx):
        return self.table(idx)
    def generate(self, idx):
        for _ in range(50):
            probs = F.softmax(self(idx)[:, -1], dim=-1)
            idx = torch.cat([idx, {next}], dim=1)
        return idx
torch.manual_seed(1)
net = Bigram(5)
net.generate(torch.zeros(1, 1, dtype=torch.long))
"""


def test_rows_that_are_longer_than_there_are_classes() -> None:
    said = "forward returns the rows of this table as scores, and they have 64 columns for 5 classes"
    check(BIGRAM.format(next="torch.multinomial(probs, 1)"), said, [])


def test_other_indices_are_not_said_to_be_sampled_from_it() -> None:
    said = "Either this table has too few rows, or the scores have more columns than there are classes."
    check(BIGRAM.format(next="torch.multinomial(probs, 1) + 900"), said, [])
