"""Datasets: their two methods, their lengths, their labels, and what is taken apart."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, why
from tests.explain.rules.data.test_loader import HEAD


def rows(length: str, item: str, base: str = "(Dataset)") -> str:
    return f"""class Rows{base}:
    def __init__(self):
        self.x = torch.ones(3)

{length}
{item}
rows = Rows()
"""


LENGTH = "    def __len__(self):\n        return len(self.x)\n"
ITEM = "    def __getitem__(self, i):\n        return self.x[i]\n"


def test_no_length() -> None:
    found = why(HEAD + rows("", ITEM) + "loader = DataLoader(rows, shuffle=True)")
    assert "Rows has no method __len__" in found.text
    assert "    def __len__(self):\n        return len(self.x)\n\n    def __getitem__" in found.fixes[0].code
    assert found.fixes[0].code.endswith("\n\nrows = Rows()")
    assert runs_after(HEAD + rows("", ITEM) + "loader = DataLoader(rows, shuffle=True)") == 1
    assert why(HEAD + rows("", ITEM) + "len(rows)").text.startswith("Rows has no method __len__")


def test_misspelt_methods() -> None:
    wrong = "    def len(self):\n        return 3\n"
    assert "Rows has a method len." in why(HEAD + rows(wrong, ITEM) + "for b in DataLoader(rows):\n    pass").text
    item = "    def __get_item__(self, i):\n        return 1\n"
    for base in ("(Dataset)", ""):
        code = HEAD + rows(LENGTH, item, base) + "for b in DataLoader(rows):\n    pass"
        assert "Rows has a method __get_item__." in why(code).text
        assert "def __getitem__(self, i)" in why(code).fixes[0].code
    check(
        HEAD + rows(LENGTH, "") + "for b in DataLoader(rows):\n    pass", "Rows has no method __getitem__(self, index)"
    )


def test_a_getitem_without_index() -> None:
    item = "    def __getitem__(self):\n        return self.x\n"
    found = why(HEAD + rows(LENGTH, item) + "for b in DataLoader(rows):\n    pass")
    assert "__getitem__ of Rows takes no index" in found.text
    assert "def __getitem__(self, index)" in found.fixes[0].code


def test_a_stream_has_no_length() -> None:
    code = "class Stream(IterableDataset):\n    def __iter__(self): return iter([1])\n\nlen(DataLoader(Stream()))"
    check(HEAD + code, "Stream is an IterableDataset")


def test_a_length_that_promises_too_much() -> None:
    length = "    def __len__(self):\n        return 5\n"
    found = why(HEAD + rows(length, ITEM) + "for b in DataLoader(rows, batch_size=2):\n    pass")
    assert "DataLoader asked Rows for the sample 3, and self.x has 3 elements." in found.text
    assert "return len(self.x)" in found.fixes[0].code
    alone = why(HEAD + rows(length, ITEM) + "rows[4]")
    assert "DataLoader" not in alone.text


def test_lists_of_other_lengths_are_compared() -> None:
    init = "        self.x, self.y = torch.ones(5), [1, 0, 1]\n"
    item = "    def __getitem__(self, i):\n        return self.x[i], self.y[i]\n"
    code = rows(LENGTH, item).replace("        self.x = torch.ones(3)\n", init)
    check(
        HEAD + code + "for b in DataLoader(rows, batch_size=2):\n    pass",
        "__len__ of Rows counts self.x, which has length 5, and self.y has length 3.",
    )


def test_split_lengths() -> None:
    check(
        HEAD + "random_split(ds, [2, 1])", "add up to 3, and ds has 4 samples", ["random_split(ds, [2, len(ds) - 2])"]
    )
    check(
        HEAD + "n = int(0.7 * len(ds))\nrandom_split(ds, [n, 1])", "add up to 3", ["random_split(ds, [n, len(ds) - n])"]
    )
    check(HEAD + "random_split(ds, [0.5, 0.6])", "fractions that add up to 1.1", ["random_split(ds, [0.5, 0.5])"])
    check(HEAD + "random_split(ds, [2.0, 2.0])", "of type float", ["random_split(ds, [int(2.0), int(2.0)])"])
    check(HEAD + "random_split(ds, 3)", "3 is one number", ["random_split(ds, [3, len(ds) - 3])"])


def test_tensor_dataset() -> None:
    check(
        HEAD + "x, y = torch.ones(2, 4), torch.ones(4)\nTensorDataset(x, y)", "2 and 4 here", ["TensorDataset(x.T, y)"]
    )
    check(HEAD + "x, y = torch.ones(3), torch.ones(4)\nTensorDataset(x, y)", "3 and 4 here")
    check(
        HEAD + "TensorDataset([1, 2], [3, 4])",
        "[1, 2] is a list",
        ["TensorDataset(torch.tensor([1, 2]), torch.tensor([3, 4]))"],
    )
    check(
        HEAD + "pair = torch.ones(2), torch.ones(2)\nTensorDataset(pair)", "* takes it apart", ["TensorDataset(*pair)"]
    )
    check(HEAD + "ConcatDataset(ds, ds)", "one list", ["ConcatDataset([ds, ds])"])


def test_batches_are_taken_apart() -> None:
    one = "loader = DataLoader(TensorDataset(torch.ones(4, 3)), batch_size=2)\n"
    check(
        HEAD + one + "for xb, yb in loader:\n    print(xb.shape)",
        "has 1 part, and the loop has 2 names for it. For one part, write one name and a comma: for (xb,) in loader.",
        ["for (xb,) in loader:\n    print(xb.shape)"],
    )
    check(HEAD + one + "for xb, yb in loader:\n    print(yb.shape)", "has 1 part")
    check(HEAD + "x, y, z = next(iter(loader))", "A batch of loader has 2 parts")
    check(
        HEAD + "for i, x, y in enumerate(loader):\n    pass",
        "for i, (x, y) in enumerate(loader)",
        ["for i, (x, y) in enumerate(loader):\n    pass"],
    )
    check(
        HEAD + 'ages = {"ann": 3, "bo": 5}\nfor name, age in ages:\n    pass',
        "A loop over a dict gives its keys",
        ["for name, age in ages.items():\n    pass"],
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x, y = torch.ones(3, 2)", "gives the 3 parts along dim 0"),
        ("out, h, c = nn.LSTM(2, 3)(torch.ones(1, 2))", "((1, 3), ((1, 3), (1, 3)))"),
        ("pair = (torch.ones(2), torch.ones(3))\na, b, c = pair", "pair has 2 parts, ((2,), (3,))"),
    ],
)
def test_tensors_and_tuples_are_taken_apart(code: str, said: str) -> None:
    check(code, said)


def test_a_dataset_of_the_learners_is_not_called() -> None:
    code = "    calls = []\n" + ITEM.replace("return self.x[i]", "self.calls.append(i)\n        return self.x[i], i\n")
    assert (
        "Each item of loader has 2 parts"
        in why(HEAD + rows(LENGTH, code) + "loader = DataLoader(rows)\nfor a, b, c in loader:\n    pass").text
    )


def test_what_is_not_known_is_not_said() -> None:
    code = rows(LENGTH, "    def __getitem__(self, i):\n        return [1, 2][:i + 1]\n")
    assert fails(HEAD + code + "for a, b in DataLoader(rows):\n    pass").explanation is None
    assert fails("a, b = map(int, [1])").explanation is None


PARTS = """
from torch.utils.data import Dataset, DataLoader
class Set(Dataset):
    def __init__(self, pairs):
        self.pairs = pairs
        self.part = pairs[4:]
    def __len__(self):
        return len(self.pairs)
    def __getitem__(self, i):
        x, y = self.part[i]
        return x, y
data = DataLoader(Set([(torch.ones(2), 0)] * 12), batch_size=4)
for x, y in data:
    pass
"""


def test_the_length_of_what_is_taken() -> None:
    explanation = why(PARTS)
    assert "__getitem__ takes from self.part alone: return len(self.part) in __len__." in explanation.text
    assert "        return len(self.part)" in explanation.fixes[0].code
    both = PARTS.replace("x, y = self.part[i]", "x, y = self.part[i][0], self.pairs[i][1]")
    check(both, "all that __getitem__ takes from must be as long.", [])


def test_a_method_without_its_last_underscores() -> None:
    code = """
    from torch.utils.data import Dataset
    class Rows(Dataset):
        def __init__(self, rows):
            self.rows = rows
        def __getitem(self, index):
            return self.rows[index]
    rows = Rows(torch.ones(3))
    rows[0]
    """
    assert "Rows has a method __getitem. DataLoader takes samples with [ ]" in why(code).text
    assert "def __getitem__(self, index):" in why(code).fixes[0].code


def test_lengths_that_are_no_whole_numbers_are_not_said_to_add_up() -> None:
    code = (
        "from torch.utils.data import TensorDataset, random_split\nds = TensorDataset(torch.ones(101, 2))\n"
        "random_split(ds, [0.8 * len(ds), 0.2 * len(ds)])"
    )
    check(code, "has lengths of type float. random_split takes numbers of samples", [])
