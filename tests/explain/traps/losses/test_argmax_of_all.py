"""argmax without a dim, compared with the labels of all samples."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

CLIP = """
image_logits = torch.randn(6, 4) @ torch.randn(6, 4).t()
ground_truth = torch.arange(6)
acc = (torch.argmax(image_logits) == ground_truth).sum().item() / 6
"""
IN_A_FUNCTION = """
def accuracy(model, loader):
    correct, total = 0, 0
    with torch.no_grad():
        for x, y in loader:
            pred = model(x).argmax()
            correct += (pred == y).sum().item()
            total += y.size(0)
    return correct / total
acc = accuracy(nn.Linear(4, 3), [(torch.randn(5, 4), torch.randint(0, 3, (5,)))])
"""
TOKENS = """
logits, tokens = torch.randn(2, 7, 11), torch.randint(0, 11, (2, 7))
hits = logits.argmax().eq(tokens).float().mean()
"""

CLASSES = """
outputs, y = torch.randn(6, 3), torch.randint(0, 3, (6,))
for batch in [outputs]:
    _, predicted = torch.max(batch, 1)
    predicted = torch.argmax(predicted)
    correct = predicted.eq(y).sum().item()
"""
SPLIT = """
model, x, y = nn.Linear(4, 3), torch.randn(5, 4), torch.randint(0, 3, (5,))
correct = model(x).argmax() == y
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CLIP, "into all 36 elements of image_logits (6, 6)"),
        (CLIP, "write torch.argmax(image_logits, dim=1)."),
        (IN_A_FUNCTION, "write model(x).argmax(dim=1). That is line 5, in accuracy()."),
        (SPLIT, "write model(x).argmax(dim=1)."),
        (CLASSES, "predicted (6,) holds the class of each sample already"),
        (TOKENS, "write logits.argmax(dim=2)."),
    ],
)
def test_one_index_for_all_labels(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        "logits, y = torch.randn(5, 3), torch.randint(0, 3, (5,))\nacc = (logits.argmax(1) == y).float().mean()",
        "logits, y = torch.randn(5, 3), torch.randint(0, 3, (5,))\nacc = (torch.argmax(logits, -1) == y).sum()",
        "counts, y = torch.tensor([3, 9, 1]), torch.tensor([0, 1, 1])\nbase = (y == counts.argmax()).float().mean()",
        "scores = torch.randn(5)\nis_best = torch.arange(5) == scores.argmax()",
        "grid = torch.randn(2, 3)\nmask = (torch.arange(6) == grid.argmax()).view(2, 3)",
        "logits, y = torch.randn(1, 3), torch.tensor([2])\nright = logits.argmax() == y",
        "logits, y = torch.randn(3), torch.tensor(2)\nright = logits.argmax() == y",
        "board, legal = torch.rand(3, 3), torch.tensor([0, 4, 8])\nis_legal = (legal == board.argmax()).any()",
        "board, legal = torch.rand(3, 3), torch.tensor([0, 4, 8])\nmoves = legal[legal != board.argmax()]",
        "q = torch.randn(4, 3)\nbest = q.argmax()\nrow, col = best // 3, best % 3",
    ],
)
def test_an_index_that_is_meant(code: str) -> None:
    assert told_of_program(code) == []
