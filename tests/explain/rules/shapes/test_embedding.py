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


def test_a_text_that_grows_beyond_the_positions() -> None:
    code = """
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions, self.head = nn.Embedding(9, 4), nn.Embedding(3, 4), nn.Linear(4, 9)
        def forward(self, ids):
            return self.head(self.tokens(ids) + self.positions(torch.arange(ids.size(1))))
    net, ids = Model(), torch.zeros(1, 1).long()
    for _ in range(5):
        ids = torch.cat([ids, torch.multinomial(net(ids)[:, -1].softmax(-1), 1)], dim=1)
    """
    check(code, "It has a row for each position, so ids may have 3 at most: ids[:, -3:] keeps the last ones.", [])
