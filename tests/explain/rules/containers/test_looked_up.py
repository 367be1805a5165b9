"""Brackets on objects with attributes, lists of keys, lengths of generators, keys one level deeper."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = """
import argparse
from torch.utils.data import DataLoader, TensorDataset
args, cfg = argparse.Namespace(lr=0.1, hidden=8), {"model": {"hidden": 32}, "lr": 0.1}
ids, labels, net = {"a": 0, "b": 1}, ["a", "b", "a"], nn.Linear(3, 2)
ds = TensorDataset(torch.ones(4, 2), torch.ones(4))
def stream():
    yield torch.ones(1)

"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ('args["hidden"]', "args is a Namespace", ["args.hidden"]),
        ('nn.Linear(4, cfg["hidden"])', 'There is one in cfg["model"].', ['cfg["model"]["hidden"]']),
        ("torch.tensor(ids[labels])", "asked for one key at a time", ["[ids[each] for each in labels]"]),
        (
            "len(net.parameters())",
            "has no length",
            ["len(list(net.parameters()))", "sum(p.numel() for p in net.parameters())"],
        ),
        (
            "sum(p.numel for p in net.parameters())",
            "p.numel is the method itself",
            ["sum(p.numel() for p in net.parameters())"],
        ),
        ("for x in DataLoader(stream()):\n    pass", "DataLoader was given an iterator (generator)", []),
        ("ds.shape", "ds is a TensorDataset", ["ds.tensors[0].shape"]),
        ("ds.mean()", "ds is a TensorDataset", []),
        (
            "torch.optim.SGD(0.1, net.parameters())",
            "the two are swapped here",
            ["torch.optim.SGD(net.parameters(), lr=0.1)"],
        ),
    ],
)
def test_what_is_looked_up_in_another_way(line: str, said: str, fixes: list[str]) -> None:
    check(HEAD + line, said, fixes)
