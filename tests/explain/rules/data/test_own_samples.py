"""Samples that are objects of the learner's own classes, which no network takes."""

from __future__ import annotations

from tests.explain.failing import check, runs_after, why

SCAN = """
from torch.utils.data import Dataset, DataLoader
class Scan:
    def __init__(self, size):
        self.size = size
    def METHOD(self):
        return torch.zeros(1, self.size, self.size)

"""


def test_a_method_that_gives_a_tensor_is_called_in_getitem() -> None:
    code = (
        SCAN.replace("METHOD", "as_tensor")
        + """
class Scans(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return {"scan": Scan(8), "age": 40 + i}

scans = Scans()
loader = DataLoader(scans, batch_size=2)
for batch in loader:
    ages = batch["age"]
"""
    )
    explanation = why(code)
    assert 'write return {"scan": Scan(8).as_tensor(), "age": 40 + i}' in explanation.text
    assert [
        fix.code.endswith("\n\nscans = Scans()\nloader = DataLoader(scans, batch_size=2)") for fix in explanation.fixes
    ]
    assert runs_after(code) == 1


def test_the_object_is_the_whole_sample() -> None:
    code = (
        SCAN.replace("METHOD", "to_tensor")
        + """
class Scans(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        scan = Scan(8)
        return scan

first = next(iter(DataLoader(Scans(), batch_size=2)))
"""
    )
    assert "return scan.to_tensor()" in why(code).fixes[0].code
    assert runs_after(code) == 1


def test_an_input_without_such_a_method_is_words_only() -> None:
    code = (
        SCAN.replace("METHOD", "enlarged")
        + """
pairs = [(Scan(8), i % 2) for i in range(4)]
loader = DataLoader(pairs, batch_size=2)
for scans, labels in loader:
    labels = labels.float()
"""
    )
    check(code, "is of type Scan")


def test_a_transform_that_was_left_out() -> None:
    code = (
        SCAN.replace("METHOD", "to_tensor")
        + """
class Scans(Dataset):
    def __init__(self, count, transform=None):
        self.count, self.transform = count, transform
    def __len__(self):
        return self.count
    def __getitem__(self, i):
        scan = Scan(8)
        if self.transform is not None:
            scan = self.transform(scan)
        return scan, i

scans = Scans(6)
loader = DataLoader(scans, batch_size=3)
batches = iter(loader)
x, y = next(batches)
"""
    )
    made = "scans = Scans(6, transform=Scan.to_tensor)\nloader = DataLoader(scans, batch_size=3)"
    again = "batches = iter(loader)\nx, y = next(batches)"
    check(code, "Scans(transform=Scan.to_tensor) makes one", [f"{made}\n{again}"])
