"""Losses whose arguments are the other way round, and targets with two readings."""

from __future__ import annotations

from tests.explain.failing import check, why

BINARY = "out = nn.Linear(3, 1)(torch.ones(4, 3)) * 9 - 5\ny = torch.tensor([[0.], [1], [1], [0]])\n"


def test_binary_cross_entropy_with_the_target_first():
    said = "out is the prediction here, and y holds the 0s and 1s"
    fix = "F.binary_cross_entropy_with_logits(out, y)"
    check(BINARY + "F.binary_cross_entropy(y, out)", said, [fix])
    check(BINARY + "criterion = nn.BCELoss()\ncriterion(y, out)", said, ["nn.BCEWithLogitsLoss()(out, y)"])


def test_the_target_first_without_a_graph():
    code = BINARY.replace("out =", "with torch.no_grad():\n    out =")
    check(code + "F.binary_cross_entropy(y, out)", "", ["F.binary_cross_entropy_with_logits(out, y)"])


def test_targets_of_any_number_are_still_those_of_a_regression():
    code = "out = torch.rand(4, requires_grad=True) * 1\ny = torch.tensor([0.5, 2.5, 7.1, 0.1])\n"
    assert "nn.MSELoss" in why(code + "F.binary_cross_entropy(out, y)").text


def test_targets_of_minus_and_plus_one():
    code = "logits = torch.rand(4, 2)\ny = torch.tensor([1, -1, 1, -1])\nF.cross_entropy(logits, y)"
    check(code, "If -1 is no and 1 is yes, (y + 1) // 2", ["F.cross_entropy(logits, (y + 1) // 2)"])


def test_minus_one_beside_both_classes_may_not_count():
    code = "logits = torch.rand(4, 2)\ny = torch.tensor([1, -1, 0, -1])\nF.cross_entropy(logits, y)"
    check(code, "If -1 marks rows that do not count", ["F.cross_entropy(logits, y, ignore_index=-1)"])


def test_classes_from_one_or_without_class_zero():
    code = "logits = torch.rand(3, 5)\ny = torch.tensor([1, 5, 2])\nF.cross_entropy(logits, y)"
    said = "y - 1 counts from 0. If class 0 is merely missing from these, the network needs 6 outputs."
    check(code, said, ["F.cross_entropy(logits, y - 1)"])


def test_a_network_that_gives_class_indices():
    cls = "class Clf(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    cls += "        self.fc = nn.Linear(4, 3)\n    def forward(self, x):\n        return self.fc(x).argmax(dim=1)\n"
    code = cls + "clf = Clf()\ny = torch.tensor([0, 1, 2])\nF.cross_entropy(clf(torch.rand(3, 4)), y)"
    check(code, "is int64, integers, and F.cross_entropy takes the scores of the classes first")
