"""A batch with more parts than the code has names: a name for each, where it is clear which is for which."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

DATA = """
from torch.utils.data import Dataset, DataLoader
class Data(Dataset):
    def __init__(self):
        self.images, self.boxes, self.labels = torch.rand(6, 4), torch.rand(6, 4), torch.zeros(6)
    def __len__(self):
        return 6
    def __getitem__(self, i):
        image, box, label = self.images[i], self.boxes[i], self.labels[i]
        {returned}
loader = DataLoader(Data(), batch_size=2)
"""


@pytest.mark.parametrize(
    ("returned", "names", "all_names"),
    [
        ("return image, box, label", "x, y", "x, box, y"),
        ("return image, box, label", "images, labels", "images, boxes, labels"),
        ("return self.images[i], self.boxes[i], self.labels[i]", "images, labels", "images, boxes, labels"),
        ("return image, label.float(), box", "image, label", "image, label, box"),
        (
            "return image, torch.tensor(5), label.long()  # image, length, class",
            "inputs, labels",
            "inputs, lengths, labels",
        ),
        ("return image, box, label", "img, box", "img, box, label"),
    ],
)
def test_by_what_is_returned(returned, names, all_names):
    code = DATA.format(returned=returned)
    check(f"{code}{names} = next(iter(loader))", "has 3 parts", [f"{all_names} = next(iter(loader))"])
    loop = f"for {all_names} in loader: pass"
    check(f"{code}for {names} in loader: pass", "has 3 parts", [loop])


@pytest.mark.parametrize(
    ("returned", "names"),
    [
        ("return image, box, label", "a, b"),
        ("return image, torch.tensor(1), torch.tensor(2)", "x, y"),
        ("return label, box, image", "x, y"),
    ],
)
def test_silent_where_it_is_not_clear(returned, names):
    check(f"{DATA.format(returned=returned)}{names} = next(iter(loader))", "has 3 parts", [])
