"""Class weights for another number of classes: where they come from."""

from __future__ import annotations

from tests.explain.failing import check

HEAD = "scores = torch.zeros(4, 3)\ny = torch.zeros(4, dtype=torch.long)\n"


def test_as_many_ones_as_classes() -> None:
    code = HEAD + "w = torch.ones(10)\ncriterion = nn.CrossEntropyLoss(weight=w)\nloss = criterion(scores, y)"
    fix = "w = torch.ones(3)\ncriterion = nn.CrossEntropyLoss(weight=w)\nloss = criterion(scores, y)"
    check(code, "It is w, from `w = torch.ones(10)`.", [fix])


def test_numbers_that_mean_something_are_named_only() -> None:
    code = HEAD + "w = torch.tensor([0.2, 0.8])\nloss = F.cross_entropy(scores, y, weight=w)"
    check(code, "It is w, from `w = torch.tensor([0.2, 0.8])`.")


def test_a_weight_without_a_name() -> None:
    check(HEAD + "loss = nn.CrossEntropyLoss(torch.ones(2))(scores, y)", "weight needs one number for each of them.")
