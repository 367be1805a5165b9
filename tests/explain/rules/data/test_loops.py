"""Batches that are moved, counted, collected or taken apart in another way than a loader gives them."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = (
    "from torch.utils.data import *\nds = TensorDataset(torch.rand(5, 2), torch.rand(5))\nloader = DataLoader(ds, 2)\n"
)


def test_a_batch_is_moved() -> None:
    check("b = [torch.ones(2), torch.ones(3)]\nb.to('cpu')", "its own call", ["[each.to('cpu') for each in b]"])
    code = "b = {'x': torch.ones(2), 'y': torch.ones(1)}\nb.to('cpu')"
    check(code, "each value", ["{key: value.to('cpu') for key, value in b.items()}"])


def test_one_tensor_in_a_batch() -> None:
    check("net = nn.Linear(2, 1)\nb = [torch.ones(3, 2)]\nnet(b)", "holds one tensor", ["net(b[0])"])


def test_the_number_of_the_round() -> None:
    code = HEAD + "net = nn.Linear(2, 1)\n"
    fix = "for i, (x, y) in enumerate(loader):\n    net(x)"
    check(code + "for x, y in enumerate(loader):\n    net(x)", "is the number of the round", [fix])


def test_predictions_of_all_batches() -> None:
    code = "preds = []\nfor n in (2, 2, 1):\n    preds.append(torch.ones(n))\n"
    check(code + "torch.stack(preds)", "as a last batch is", ["torch.cat(preds)"])
    check("parts = torch.ones(5, 2).split(2)\ntorch.stack(parts)", "Only the last one is shorter.")


def test_labels_are_numbers() -> None:
    check("labels = [1, 0]\ntorch.stack(labels)", "a list of numbers", ["torch.tensor(labels)"])


def test_a_list_of_tensors_beside_a_tensor() -> None:
    code = "rows = [torch.ones(3), torch.ones(3)]\nx = torch.ones(2, 3)\n"
    check(code + "x - rows", "torch.stack makes one", ["x - torch.stack(rows)"])


def test_names_of_parameters() -> None:
    code = "net = nn.Linear(2, 1)\n"
    fix = "for n, p in net.named_parameters(): pass"
    check(code + "for n, p in net.parameters(): pass", "gives pairs", [fix])
    check(code + "for n, p in net.state_dict(): pass", "its keys", ["for n, p in net.state_dict().items(): pass"])


def test_the_length_of_a_dataset() -> None:
    code = """
from torch.utils.data import *
class Rows(Dataset):
    def __init__(self, x):
        self.x = x
    def __len__(self):
        return self.x.shape
    def __getitem__(self, i):
        return self.x[i]
rows = Rows(torch.ones(3, 2))
"""
    explanation = check(code + "loader = DataLoader(rows, shuffle=True)", "an integer", [code_of_rows()])
    assert "torch.Size" in explanation.text


def code_of_rows() -> str:
    return (
        "class Rows(Dataset):\n    def __init__(self, x):\n        self.x = x\n    def __len__(self):\n"
        "        return self.x.shape[0]\n    def __getitem__(self, i):\n        return self.x[i]\n\n"
        "rows = Rows(torch.ones(3, 2))"
    )


def test_a_collate_function_with_two_parameters() -> None:
    code = HEAD + "def join(x, y):\n    return torch.stack(x), torch.stack(y)\n"
    check(code + "next(iter(DataLoader(ds, 2, collate_fn=join)))", "the list of the samples")


def test_a_key_of_another_part() -> None:
    check("h = {'loss': [], 'acc': []}\nh['val_loss']", 'no key "val_loss"')
    check("s = {'0.weight': 1, '2.weight': 2}\ns['weight']", 'no key "weight"')


@pytest.mark.parametrize(
    ("loop", "said", "fixes"),
    [
        ("for i, (x, y, w, j) in enumerate(pairs):\n    loss = (x.mean() * w).sum()\n",
         "There is nothing for w and j", []),
        ("for i, (x, y, w) in enumerate(pairs):\n    loss = x.mean()\n", "take only what there is: (x, y).",
         ["for i, (x, y) in enumerate(pairs):\n    loss = x.mean()"]),
        ("for x, y, w in pairs:\n    loss = x.mean()\n", "There is nothing for w",
         ["for x, y in pairs:\n    loss = x.mean()"]),
        ("for (x, y), (z, _) in zip(pairs, singles):\n    loss = x.mean()\n",
         "Each item of singles has one part", []),
    ],
)  # fmt: skip
def test_more_names_than_a_batch_has_parts(loop, said, fixes):
    head = """\
from torch.utils.data import DataLoader, TensorDataset
pairs = DataLoader(TensorDataset(torch.rand(6, 2), torch.arange(6)), batch_size=2)
singles = DataLoader(TensorDataset(torch.rand(6, 2)), batch_size=2)
"""
    check(head + loop, said, fixes)


THREE = """
x, y, w = torch.rand(12, 4), torch.zeros(12).long(), torch.rand(12)
class Sensor(Dataset):
    def __init__(self):
        self.seqs, self.lengths, self.labels = torch.rand(12, 5, 2), torch.full((12,), 5), torch.zeros(12)

    def __len__(self):
        return 12

    def __getitem__(self, i):
        return self.seqs[i], self.lengths[i], self.labels[i]

weighted, sensors = DataLoader(TensorDataset(x, y, w), batch_size=4), DataLoader(Sensor(), batch_size=4)
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("for xb, yb in weighted:\n    pass", "weighted has 3 parts", ["for xb, yb, wb in weighted:\n    pass"]),
        ("seqs, labels = next(iter(sensors))", "has 3 parts", ["seqs, lengths, labels = next(iter(sensors))"]),
        (
            "for _ in range(2):\n    for i, (seqs, labels) in enumerate(sensors):\n        print(i)",
            "sensors has 3 parts",
            ["for _ in range(2):\n    for i, (seqs, lengths, labels) in enumerate(sensors):\n        print(i)"],
        ),
        ("for inputs, outputs in sensors:\n    pass", "sensors has 3 parts", []),  # which of the three is no name said
        (
            "for i, (xs, ys) in pairs:\n    pass",
            "enumerate(pairs) gives pairs, a number and a batch.",
            ["for i, (xs, ys) in enumerate(pairs):\n    pass"],
        ),
    ],
)
def test_a_name_that_the_loop_lacks(line: str, said: str, fixes: list[str]) -> None:
    pairs = "pairs = DataLoader(TensorDataset(x, y), batch_size=4)\n"
    check(HEAD + THREE + pairs + line, said, fixes)


def test_the_number_of_the_round_where_its_shape_is_asked() -> None:
    code = """
    from torch.utils.data import DataLoader, TensorDataset
    loader = DataLoader(TensorDataset(torch.randn(4, 2), torch.randn(4)), batch_size=2)
    for x, y in enumerate(loader):
        print(x.shape)
    """
    said = "x is the number of the round: enumerate gives pairs of a number and an item."
    check(code, said, ["for i, (x, y) in enumerate(loader):\n    print(x.shape)"])


def test_an_item_that_is_no_pair_is_named() -> None:
    code = "xs = torch.randn(4, 3)\nfor x, i in enumerate(xs):\n    print(x.shape)"
    check(code, "enumerate gives pairs of a number and an item, the number first. i is the item.", [])
