"""Targets with a number for each class: one-hot, probabilities, several classes at once, and colours."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = "net = nn.Conv2d(3, 4, 1)\nx = torch.rand(2, 3, 16, 12)\nkinds = torch.randint(0, 4, (2, 16, 12))\n"
LOSS = "loss = F.cross_entropy(net(x), y)"


@pytest.mark.parametrize(
    ("target", "said", "fix"),
    [
        ("F.one_hot(kinds, 4)", "y is one-hot: its dim 3 has a 1", "y.argmax(3)"),
        ("F.one_hot(kinds, 4).float()", "y is one-hot: its dim 3 has a 1", "y.argmax(3)"),
        ("F.one_hot(kinds % 3, 3)", "y is one-hot: its dim 3 has a 1", "y.argmax(3)"),
        ("F.one_hot(kinds, 6)", "y is one-hot: its dim 3 has a 1", ""),
        (
            "torch.rand(2, 16, 12, 4).softmax(-1)",
            "They belong in dim 1, as in net(x): y.movedim(3, 1).",
            "y.movedim(3, 1)",
        ),
        ("torch.randint(0, 2, (2, 16, 12, 4))", "the loss is F.binary_cross_entropy_with_logits", ""),
        ("torch.randn(2, 16, 12, 3)", "If they are the colours of an image,", ""),
    ],
)
def test_a_number_for_each_class_in_the_last_dim(target: str, said: str, fix: str) -> None:
    fixes = [f"F.cross_entropy(net(x), {fix})"] if fix else []
    check(f"torch.manual_seed(0)\n{HEAD}y = {target}\n{LOSS}", said, fixes)


def test_one_hot_in_dim_1_is_no_image() -> None:
    code = f"{HEAD}y = F.one_hot(kinds, 4).permute(0, 3, 1, 2)\n{LOSS}"
    check(code, "y is one-hot", ["F.cross_entropy(net(x), y.float())", "F.cross_entropy(net(x), y.argmax(1))"])


def test_one_hot_words() -> None:
    code = "y = F.one_hot(torch.randint(0, 6, (2, 10)), 6)\nF.cross_entropy(torch.randn(2, 6, 10), y)"
    check(code, "its dim 2 has a 1 at the right class", ["F.cross_entropy(torch.randn(2, 6, 10), y.argmax(2))"])
