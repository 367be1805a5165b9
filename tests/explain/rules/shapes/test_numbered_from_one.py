"""A table that is one row short of a dict whose numbers begin with 1."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


def test_the_network_is_made_with_one_more() -> None:
    code = """
    words = {word: i + 1 for i, word in enumerate("a b c".split())}
    class Net(nn.Module):
        def __init__(self, rows, dim):
            super().__init__()
            self.table = nn.Embedding(rows, dim)
        def forward(self, ids):
            return self.table(ids)
    net = Net(len(words), 2)
    out = net(torch.tensor([words["a"], words["c"]]))
    """
    check(code, "words gives the numbers 1 to 3.", ["net = Net(len(words) + 1, 2)"])


def test_a_table_at_the_prompt_has_two_ways() -> None:
    code = """
    words = {word: i + 1 for i, word in enumerate("a b c".split())}
    table = nn.Embedding(len(words), 2)
    ids = torch.tensor([words[word] for word in "a c b".split()])
    out = table(ids)
    """
    said = "If its indices count from 1, ids - 1 counts from 0, as rows do. If not, the table needs 4 rows."
    check(code, said, ["table(ids - 1)", "table = nn.Embedding(len(words) + 1, 2)"])


@pytest.mark.parametrize(
    ("ids", "classes", "said", "fixes"),
    [
        ("torch.tensor([1, 6, 3])", "n", "If they begin at 1, ids - 1 begins at 0", ["F.one_hot(ids - 1, n)"]),
        ("torch.tensor([2, 6, 3])", "n", "If they begin at 1, ids - 1 begins at 0", []),
        ("torch.tensor([0, 6, 3])", "n", "with 6 classes the class indices go from 0 to 5.", []),
        ("torch.tensor([0, 6, 3])", "6", "with 6 classes the class indices go from 0 to 5.", ["F.one_hot(ids, 7)"]),
    ],
)
def test_ids_of_one_hot(ids: str, classes: str, said: str, fixes: list[str]) -> None:
    check(f"n = 6\nids = {ids}\nF.one_hot(ids, {classes})", said, fixes)
