"""Loaders of the whole dataset in place of a part of its split."""

from __future__ import annotations

from tests.explain.traps.test_programs import told_of_program

SPLIT = """
from torch.utils.data import TensorDataset, DataLoader, random_split
full = TensorDataset(torch.rand(10, 2))
train, test = random_split(full, [7, 3])
loader = DataLoader({given}, batch_size=2)
"""


def test_the_dataset_of_a_part_is_the_whole() -> None:
    [said] = told_of_program(SPLIT.format(given="train.dataset"))
    assert "train.dataset is the whole dataset of 10 samples, of which train has 7" in said
    assert told_of_program(SPLIT.format(given="train")) == []
    assert told_of_program(SPLIT.format(given="full")) == []
