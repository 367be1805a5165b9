"""Strings and other things joined with +."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = "acc, epoch, names = torch.tensor([0.5, 0.7]), 3, ['a']\n"


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ('"epoch " + epoch', "epoch is of type int", ['f"epoch {epoch}"']),
        ('print("epoch " + epoch + " of 9")', "epoch is of type int", ['f"epoch {epoch} of 9"']),
        ('"acc " + acc[0] + "!"', "acc[0] is a tensor", ['f"acc {acc[0].item()}!"']),
        ('"acc " + acc.mean()', "acc.mean() is a tensor", ['f"acc {acc.mean()}"']),
        ('"n " + str(epoch) + " acc " + acc[1]', "acc[1] is a tensor", ['f"n {epoch} acc {acc[1].item()}"']),
        ('"names: " + names', "names is of type list", ['f"names: {names}"']),
        ("'{' + epoch", "epoch is of type int", []),
        (
            'for step in range(2):\n    print("step " + step + ": " + acc[step])',
            "step is of type int",
            ['for step in range(2):\n    print(f"step {step}: {acc[step].item()}")'],
        ),
    ],
)
def test_an_f_string_shows_any_value(line: str, said: str, fixes: list[str]) -> None:
    check(HEAD + line, said, fixes)
