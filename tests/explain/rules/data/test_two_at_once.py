"""Loops over two things without zip, and the shape of an image taken apart."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails

LOADER = """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(6, 2), torch.zeros(6)), batch_size=3)
"""
IMAGES = "import numpy as np\ngrey, colour = np.zeros((8, 9)), np.zeros((8, 9, 3))\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            LOADER + "for (a, b), (c, d) in loader:\n    print(a)\n",
            "zip(loader, loader) gives 2 batches each round",
            ["for (a, b), (c, d) in zip(loader, loader):\n    print(a)"],
        ),
        (
            "xs, ys = [1, 2, 3], [4, 5, 6]\nfor x, y in xs, ys:\n    print(x * y)\n",
            "zip(xs, ys) gives one of each in every round.",
            ["for x, y in zip(xs, ys):\n    print(x * y)"],
        ),
        (
            IMAGES + "h, w, c = grey.shape",
            "a grey image, which has no dim for the channels",
            ["if grey.ndim == 2:\n    grey = grey[..., None]\nh, w, c = grey.shape"],
        ),
        (IMAGES + "h, w = colour.shape", "are the height and the width", ["h, w = colour.shape[:2]"]),
        (
            "def area(img):\n    height, width = img.shape\n    return height * width\narea(torch.rand(3, 20, 30))",
            "img.shape[1:] are the height and the width",
            ["def area(img):\n    height, width = img.shape[1:]\n    return height * width"],
        ),
    ],
)
def test_what_was_meant(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


@pytest.mark.parametrize("looped", ["([1, 2, 3], [4])", "((1, 2), (3, 4, 5))", "[[1, 2], [3, 4, 5]]"])
def test_a_tuple_of_pairs_is_not_zipped(looped: str) -> None:
    explanation = fails(f"for x, y in {looped}:\n    print(x)\n").explanation
    assert explanation is None or "zip(" not in explanation.text
