"""Datasets without an index, past their end, and a collate function for parts of several lengths."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

HEAD = "from torch.utils.data import *\nds = TensorDataset(torch.rand(6, 2))\n"
STREAM = "class S(IterableDataset):\n    def __iter__(self):\n        return iter(range(4))\n\ns = S()\n"


def test_a_stream_has_no_index() -> None:
    check(f"{HEAD}{STREAM}s[0]", "it gives its samples one after the other and has no index", ["next(iter(s))"])
    silent = STREAM.replace("return iter(range(4))", "print(1)")
    check(f"{HEAD}{silent}next(iter(DataLoader(s)))", "__iter__ of S gives back nothing.")


def test_past_the_end() -> None:
    check(f"{HEAD}part = Subset(ds, [1, 9])\npart[1]", "sample 9 does not exist there")
    check(f"{HEAD}both = ConcatDataset([ds, ds])\nboth[12]", "have 12 samples, with the indices 0 to 11")
    check(f"{HEAD}ConcatDataset([])", "the list that it was given is empty")


def test_what_a_sampler_also_needs() -> None:
    fix = "BatchSampler(RandomSampler(ds), 2, drop_last=False)"
    check(f"{HEAD}BatchSampler(RandomSampler(ds), 2)", "BatchSampler also needs drop_last", [fix])
    check(f"{HEAD}WeightedRandomSampler([0.1, 0.2])", "num_samples=len(weights)")


ROWS = "rows = [(torch.rand(3), torch.rand(n, 5), n) for n in (1, 2)]\nloader = DataLoader(rows, batch_size=2)\n"


def test_parts_of_several_shapes_get_a_function() -> None:
    loop = "for x, boxes, count in loader:\n    print(len(boxes))"
    function = (
        "def collate(batch):\n    x, boxes, count = zip(*batch)\n"
        "    return torch.stack(x), list(boxes), torch.tensor(count)\n\n"
        "loader = DataLoader(rows, batch_size=2, collate_fn=collate)\n"
    )
    check(f"{HEAD}{ROWS}{loop}", "keep the others in a list", [f"{function}{loop}"])
    reads = "for x, boxes, count in loader:\n    print(boxes.shape)"
    check(f"{HEAD}{ROWS}{reads}", "keep the others in a list", [function.rstrip("\n")])
    words = ROWS.replace("torch.rand(n, 5)", "torch.arange(n)")
    assert "pad_sequence(second, batch_first=True)" in why(f"{HEAD}{words}batch = next(iter(loader))").text


@pytest.mark.parametrize("end", ["", "\n    print(x)"])
def test_a_transform_without_return(end: str) -> None:
    code = (
        "def scale(x):\n    x = x / 2%s\n\nclass D(Dataset):\n    def __init__(self, change):\n        self.change = "
        "change\n    def __len__(self):\n        return 4\n    def __getitem__(self, i):\n"
        "        return self.change(torch.ones(2)), i\n\nd = D(scale)\nnext(iter(DataLoader(d)))"
    )
    check(HEAD + code % end, "d[0][0] is None: scale, which __getitem__ of D calls, has no return")


def test_a_dict_taken_apart_gives_keys() -> None:
    rows = 'rows = [{"a": torch.rand(2), "b": torch.rand(1)} for _ in range(4)]\nnet = nn.Linear(2, 1)\n'
    loop = "for a, b in DataLoader(rows, batch_size=2):\n    net(a)"
    fixed = 'for batch in loader:\n    a, b = batch["a"], batch["b"]\n    net(a)'
    named = f"loader = DataLoader(rows, batch_size=2)\n{loop.replace('DataLoader(rows, batch_size=2)', 'loader')}"
    check(f"{HEAD}{rows}{named}", 'a is "a"', [fixed])
    check(f"{rows}pair = rows[0]\na, b = pair\nnet(a)", "pair.values() gives", ["a, b = pair.values()\nnet(a)"])
