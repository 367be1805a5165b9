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


def test_pixels_and_a_class_without_a_weight() -> None:
    code = """
    names = ["road", "tree", "car", "unlabeled"]
    counts = torch.tensor([610., 290., 100.])
    w_class = counts.sum() / counts
    segmenter = nn.Conv2d(3, len(names), 3, padding=1)
    criterion = nn.CrossEntropyLoss(weight=w_class)
    maps = segmenter(torch.rand(2, 3, 8, 8))
    loss = criterion(maps, torch.randint(0, 4, (2, 8, 8)))
    """
    said = (
        "criterion has a weight of shape (3,). maps is (2, 4, 8, 8): those are 4 classes, and weight needs one number "
        "for each of them. It is w_class, from `w_class = counts.sum() / counts`."
    )
    check(code, said)


def test_classes_of_each_token() -> None:
    code = """
    def tag_loss(scores, tags, weight):
        return F.nll_loss(F.log_softmax(scores, dim=1), tags, weight=weight)

    scores, tags = torch.randn(2, 5, 7), torch.randint(0, 5, (2, 7))
    loss = tag_loss(scores, tags, torch.ones(6))
    """
    check(code, "F.nll_loss has a weight of shape (6,).")
