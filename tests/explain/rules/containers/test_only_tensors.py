"""Batches with texts, numbers or None beside their tensors, of which each is moved to a device."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

NUMBER = """
batch = {"x": torch.randn(3, 4), "step": 7}
batch = {k: v.to("cpu") for k, v in batch.items()}
"""
NONE = """
batch = {"x": torch.randn(3, 4), "mask": None}
for k, v in batch.items():
    batch[k] = v.to("cpu")
"""
PATHS = """
from torch.utils.data import Dataset, DataLoader
class Caps(Dataset):
    def __init__(self):
        self.files = ["img/a.png", "img/b.png", "img/c.png", "img/d.png"]
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torch.rand(3, 8, 8), torch.tensor(i), self.files[i]
dl = DataLoader(Caps(), batch_size=2)
for batch in dl:
    images, labels, paths = [t.to("cpu") for t in batch]
"""
HELPER = """
def move(batch, device):
    for key in batch:
        batch[key] = batch[key].to(device)
    return batch
b = {"ids": torch.ones(2, 3), "text": ["a b", "c d"]}
b = move(b, "cpu")
"""
CAPTIONS = """
from torch.utils.data import Dataset, DataLoader
class Caps(Dataset):
    def __init__(self):
        self.captions = ["a dog runs.", "a cat sleeps.", "two birds", "a red car"]
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torch.rand(3, 8, 8), self.captions[i]
dl = DataLoader(Caps(), batch_size=2)
for images, captions in dl:
    images, captions = images.to("cpu"), captions.to("cpu")
"""
LABELS = """
from torch.utils.data import Dataset, DataLoader
class Pets(Dataset):
    def __init__(self):
        self.kinds = ["dog", "cat", "dog", "bird"]
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torch.rand(3, 8, 8), self.kinds[i]
dl = DataLoader(Pets(), batch_size=2)
for images, labels in dl:
    images, labels = images.to("cpu"), labels.to("cpu")
"""


@pytest.mark.parametrize(
    ("code", "what", "line"),
    [
        (NUMBER, "v is 7 here, of type int, under the key", 'v.to("cpu") if isinstance(v, torch.Tensor) else v'),
        (NONE, "v is None here", 'v.to("cpu") if isinstance(v, torch.Tensor) else v'),
        (PATHS, "t is (", 't.to("cpu") if isinstance(t, torch.Tensor) else t'),
        (HELPER, "batch[key] is [", "if isinstance(batch[key], torch.Tensor) else batch[key]"),
    ],
)
def test_the_tensors_alone_are_moved(code: str, what: str, line: str) -> None:
    explanation = why(code)
    assert what in explanation.text, explanation.text
    assert [line in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_texts_are_no_classes() -> None:
    check(CAPTIONS, "texts stay a tuple, and names of classes get an index each", [])
    assert "self.classes = sorted(set(self.kinds))" in why(LABELS).text


def test_none_among_what_a_list_comprehension_takes_out() -> None:
    code = "steps = [(1, torch.ones(2)), (2, None)]\ntorch.stack([step[1] for step in steps])"
    said = (
        "step[1] is None for the element of index 1, and torch.stack joins tensors only. Behind the for, "
        "`if step[1] is not None` leaves such ones out."
    )
    check(code, said, [])
