"""Class indices beside one-hot rows and beside maps with a plane for each class; the mean of rows and of columns."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


def test_indices_are_compared_with_one_hot_rows():
    code = "y = F.one_hot(torch.tensor([0, 2, 1, 2]), 3)\npred = torch.tensor([0, 2, 2, 2])\n(pred == y).sum()"
    check(code, "y is one-hot, with a 1 at the right class", ["pred == y.argmax(1)"])


def test_other_integers_are_compared_as_before():
    code = "y = torch.tensor([[1, 2, 3], [4, 5, 6]])\npred = torch.tensor([1, 5])\npred == y"
    check(code, "", ["pred.unsqueeze(1) == y"])


def test_a_mask_of_classes_beside_planes():
    code = "mask = torch.tensor([[[0, 1], [2, 1]]] * 2)\nprobs = torch.rand(2, 3, 2, 2)\nprobs * mask"
    fix = "probs * F.one_hot(mask, 3).movedim(-1, 1)"
    check(code, "has a plane of 0 and 1 for each class", [fix])


def test_a_mask_of_two_values_is_a_mask():
    code = "mask = torch.tensor([[[0, 1], [1, 1]]] * 2)\nprobs = torch.rand(2, 3, 2, 2)\nprobs * mask"
    check(code, "", ["probs * mask.unsqueeze(1)"])


@pytest.mark.parametrize("word", ["mean", "std"])
def test_the_mean_of_rows(word):
    code = f"X = torch.rand(6, 4)\nm = X.{word}(dim=1)\nX - m"
    check(
        code, "If each column is to get its own, as for the features of a data set, it is dim=0", ["X - m.unsqueeze(1)"]
    )


def test_another_vector_is_no_mean_of_rows():
    assert "column" not in why("X = torch.rand(6, 4)\nm = torch.rand(6)\nX - m").text


def test_class_indices_multiplied_with_rows_in_a_loss() -> None:
    code = """
    def margin(lengths, target):
        return (target * lengths + (1 - target) * lengths**2).sum(1).mean()

    lengths = torch.rand(6, 4)
    target = torch.tensor([0, 3, 1, 2, 2, 0])
    margin(lengths, target)
    """
    said = (
        "target holds numbers up to 3, and lengths has 4 columns. If those are class indices, F.one_hot(target, 4) has "
        "a row of 0 and 1 for each; if they are weights of the rows, target.unsqueeze(1) is a column of them."
    )
    fixes = [fix.code for fix in why(code).fixes]
    assert said in why(code).text
    assert "F.one_hot(target, 4) * lengths + (1 - F.one_hot(target, 4)) * lengths**2" in fixes[0]
