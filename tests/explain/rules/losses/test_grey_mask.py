"""Masks of grey values where class indices are wanted."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

HEAD = "mask = torch.tensor([[0, 255], [255, 0]], dtype=torch.uint8)\nscores = torch.zeros(1, 2, 2, 2)\n"
SAID = "It holds only 0 and 255, like the pixels of a mask image: (mask > 0).long() makes the class indices 0 and 1."


@pytest.mark.parametrize(
    ("line", "said", "fix"),
    [
        ("hot = F.one_hot(mask.long(), 2)", SAID, "F.one_hot((mask > 0).long(), 2)"),
        ("hot = F.one_hot(mask.long(), num_classes=2).float()", SAID, "F.one_hot((mask > 0).long(), num_classes=2)"),
        ("loss = F.cross_entropy(scores, mask.long()[None])", "It holds only 0 and 255", None),
        (
            "y = mask[None].long()\nl = F.cross_entropy(scores, y)",
            "It holds",
            "F.cross_entropy(scores, (y > 0).long())",
        ),
    ],
)
def test_two_grey_values(line: str, said: str, fix: str | None) -> None:
    if fix is None:
        assert said in why(HEAD + line).text
    else:
        check(HEAD + line, said, [fix])


def test_three_values_are_no_mask_of_two_classes() -> None:
    assert "mask image" not in why(HEAD + "mask[0, 0] = 1\nhot = F.one_hot(mask.long(), 2)").text


def test_a_border_beside_the_classes() -> None:
    code = HEAD + "mask[0, 0] = 1\nl = F.cross_entropy(scores, mask[None].long())"
    fix = "F.cross_entropy(scores, mask[None].long(), ignore_index=255)"
    check(code, "If 255 marks pixels that do not count, ignore_index=255 leaves them out of the loss.", [fix])
