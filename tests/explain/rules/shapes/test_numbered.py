"""Indices from a dict that numbers words: the table was made for another count of them."""

from __future__ import annotations

from tests.explain.failing import check

_WORDS = """
words = "a b c d".split()
ids_of = {numbers}
table = nn.Embedding({rows}, 4)
ids = torch.tensor([[0, ids_of["d"]]])
table(ids)
"""


def test_numbers_that_begin_with_one() -> None:
    code = _WORDS.format(numbers="{w: i + 1 for i, w in enumerate(words)}", rows="len(ids_of)")
    said = "ids_of gives the numbers 1 to 4. It begins with 1, so len(ids_of) rows are too few"
    check(code, said, ["table = nn.Embedding(len(ids_of) + 1, 4)"])


def test_a_dict_that_grew() -> None:
    grown = "{w: i for i, w in enumerate(words)}\nids_of['<pad>'] = len(ids_of)"
    code = _WORDS.format(numbers=grown, rows="len(words)").replace('["d"]', '["<pad>"]')
    check(code, "The table got len(words), which is 4", ["table = nn.Embedding(len(ids_of), 4)"])


def test_a_table_for_the_frequent_words() -> None:
    code = _WORDS.format(numbers="{w: i for i, w in enumerate(words)}\nkept = words[:2]\nsize = len(kept)", rows="size")
    text = check(code, "The table has a row for each one in kept only, 2 rows.").text
    assert "ids_of = {w: i for i, w in enumerate(kept)}" in text
    assert "A table for all of them has len(ids_of) rows." in text


def test_sizes_in_each_others_place() -> None:
    code = """
users = {"ann": 0, "bob": 1, "cy": 2}
items = {"m1": 0, "m2": 1, "m3": 2, "m4": 3, "m5": 4}

class Match(nn.Module):
    def __init__(self, n_users, n_items):
        super().__init__()
        self.user, self.item = nn.Embedding(n_users, 4), nn.Embedding(n_items, 4)

    def forward(self, user, item):
        return (self.user(user) * self.item(item)).sum(1)

match = Match(len(items), len(users))
who = torch.tensor([0, 2])
what = torch.tensor([items["m5"], items["m1"]])
match(who, what)
"""
    check(code, "the two stand in each other's place", ["match = Match(len(users), len(items))"])


def test_the_dict_that_a_function_reads() -> None:
    code = """
ids_of = {w: i + 1 for i, w in enumerate("a b c".split())}
def encode(text):
    return torch.tensor([ids_of[w] for w in text.split()])
class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.table = nn.Embedding(size, 4, padding_idx=0)

    def forward(self, ids):
        return self.table(ids)
net = Net(len(ids_of))
batch = nn.utils.rnn.pad_sequence([encode("a b"), encode("c")])
net(batch)
"""
    check(code, "ids_of gives the numbers 1 to 3.", ["net = Net(len(ids_of) + 1)"])


def test_an_optimizer_keeps_the_old_network() -> None:
    """Its parameters would not be trained: the statement is said, and not offered alone."""
    code = _WORDS.format(numbers="{w: i + 1 for i, w in enumerate(words)}", rows="len(ids_of)")
    trained = code.replace("ids = ", "opt = torch.optim.Adam(table.parameters())\nids = ")
    check(trained, "write table = nn.Embedding(len(ids_of) + 1, 4).")
