"""A transform that is set on a part of a dataset."""

from __future__ import annotations

from tests.explain.traps.test_programs import told_of_program

MADE = """
from torch.utils.data import Dataset, random_split
class Signals(Dataset):
    def __init__(self, transform=None):
        self.x = torch.rand(10, 4)
        self.transform = transform
    def __len__(self):
        return len(self.x)
    def __getitem__(self, at):
        return self.x[at] if self.transform is None else self.transform(self.x[at])
train_set, test_set = random_split(Signals(), [7, 3])
"""


def test_it_is_read_by_nothing() -> None:
    said = "train_set is a Subset: its samples come from train_set.dataset, and train_set.transform is read by nothing."
    assert any(said in text for text in told_of_program(MADE + "train_set.transform = torch.sqrt"))
    assert told_of_program(MADE + "train_set.dataset.transform = torch.sqrt") == []
