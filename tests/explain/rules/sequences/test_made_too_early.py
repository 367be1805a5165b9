"""Tables that were made before the vocabulary was complete."""

from __future__ import annotations

from tests.explain.failing import check, why

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


def test_a_size_of_another_table_is_not_named() -> None:
    code = """
users, items = ["a", "b", "c"], ["p", "q", "r", "s", "t"]
class Match(nn.Module):
    def __init__(self, n_users, n_items):
        super().__init__()
        self.user, self.item = nn.Embedding(n_users, 4), nn.Embedding(n_items, 4)
    def forward(self, item):
        return self.item(item)
match = Match(len(items), len(users))
"""
    assert "ran, len(" not in why(f"{code}match(torch.tensor([4]))").text
    grown = f"{code}items.append('u')\nmatch(torch.tensor([4]))"
    assert "ran, len(" not in why(grown).text  # len(users) is the size of that table
