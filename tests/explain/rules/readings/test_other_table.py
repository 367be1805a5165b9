"""Indices that a table has no row for: they belong to another table, are targets, or there are more to come."""

from __future__ import annotations

from tests.explain.failing import check, why

TABLES = "user_emb = nn.Embedding(10, 4)\nitem_emb = nn.Embedding(50, 4)\n"


def test_the_table_that_is_named_like_the_indices():
    code = TABLES + "items = torch.tensor([3, 42])\nuser_emb(items)"
    check(code, "item_emb has that row, and is named like its input", ["item_emb(items)"])


def test_not_a_table_of_another_name():
    code = TABLES + "users = torch.tensor([3, 42])\nuser_emb(users)"
    assert "item_emb" not in why(code).text


def test_arguments_in_another_order():
    code = (
        "class Rec(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.users, self.items = nn.Embedding(10, 4), nn.Embedding(50, 4)\n"
        "    def forward(self, user, item):\n        return (self.users(user) * self.items(item)).sum(1)\n"
        "rec = Rec()\nuser, item = torch.tensor([3, 4]), torch.tensor([2, 42])\nrec(item, user)"
    )
    check(code, "In its order the call is rec(user, item).")


def test_minus_one_hundred_marks_targets():
    told = check(
        "emb = nn.Embedding(9, 4)\nlabels = torch.tensor([3, -100])\nemb(labels)", "so these are probably targets"
    )
    assert "padding" not in told.text


def test_the_size_of_the_vocabulary():
    code = "vocab_size = 90\nemb = nn.Embedding(9, 4)\nids = torch.tensor([3, 40])\nemb(ids)"
    check(code, "A table for the whole vocabulary has vocab_size rows, 90.", ["emb = nn.Embedding(90, 4)"])


def test_one_batch_does_not_have_all_indices():
    code = "emb = nn.Embedding(9, 4)\nids = torch.tensor([3, 40])\nemb(ids)"
    check(code, "40 is the greatest index here, and the table needs a row for each", ["emb = nn.Embedding(41, 4)"])


def test_the_indices_that_forward_does_not_use():
    cls = "class Tok(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    cls += "        self.emb = nn.Embedding(9, 4)\n"
    cls += "    def forward(self, ids, feats):\n        return self.emb({})\ntok = Tok()\n"
    call = "tok(torch.tensor([1, 2]), torch.tensor([1., 2.]))"
    check(cls.format("feats") + call, "ids, which forward was given, is int64, and is not used")
    assert "not used" not in why(cls.format("feats * ids") + call).text


def test_two_tables_that_got_the_inputs_of_each_other():
    check(
        "seg = nn.Embedding(2, 4)\ntok = nn.Embedding(50, 4)\nids = torch.arange(2, 9)\nkinds = torch.zeros(7).long()\n"
        "seg(ids) + tok(kinds)",
        "tok has that row, and seg has the rows that kinds asks for: the two inputs were probably meant the other way "
        "round.",
        [],
    )


def test_numbers_that_are_no_places():
    check(
        "users = torch.tensor([10, 305, 9999, 305])\nemb = nn.Embedding(3, 8)\nemb(users)",
        "users has 3 different numbers, as many as the table has rows: if each is to have its row, "
        "torch.unique(users, return_inverse=True)[1] gives them the numbers 0 to 2.",
        [],
    )


def test_a_number_that_the_dict_does_not_give():
    check(
        "vocab = {'<pad>': 0, 'the': 1, 'cat': 2}\nemb = nn.Embedding(len(vocab), 8)\nemb(torch.tensor([1, 2, 3]))",
        "The table has a row for each entry of vocab, which gives the numbers 0 to 2: 3 does not come from there.",
        [],
    )


def test_one_hot_rows_for_a_table():
    check(
        "x = F.one_hot(torch.tensor([1, 2, 3]), 10).float()\nemb = nn.Embedding(10, 4)\nemb(x)",
        "x is one-hot, with 10 columns, as many as the table has rows: x.argmax(dim=-1) gives the indices.",
        ["emb(x.argmax(dim=-1))"],
    )


def test_a_table_in_a_class_is_made_for_the_whole_vocabulary():
    explanation = why("""
class Texts(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(20, 16)
    def forward(self, x):
        return self.tok(x)
vocab_size = 5000
net = Texts()
net(torch.tensor([[4900, 3]]))
""")
    assert "A table for the whole vocabulary has vocab_size rows, 5000." in explanation.text
    assert "nn.Embedding(5000, 16)" in explanation.fixes[0].code


def test_a_column_for_each_of_two_tables():
    check(
        TABLES + "pairs = torch.tensor([[1, 15], [2, 19]])\nuser_emb(pairs)",
        "Only column 1 of pairs goes beyond: if its two columns are the indices of two tables, this one takes "
        "pairs[:, 0].",
        [],
    )
