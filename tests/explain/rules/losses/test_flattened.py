"""One-hot targets that were flattened: as many targets as rows times classes."""

from __future__ import annotations

from tests.explain.failing import check, why


def test_the_labels_in_a_method() -> None:
    code = """
    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 3)
            self.criterion = nn.CrossEntropyLoss()

        def forward(self, x, labels):
            scores = self.fc(x)
            return self.criterion(scores, labels.reshape(-1))

    tagger = Tagger()
    labels = F.one_hot(torch.tensor([0, 2, 1, 1]), 3)
    loss = tagger(torch.randn(4, 6), labels)
    """
    explanation = check(
        code,
        "labels.reshape(-1) makes 12 targets of 4 rows: before that, each prediction has its row. The rows are one-hot",
        why(code).fixes and [why(code).fixes[0].code],
    )
    assert "self.criterion(scores, labels.argmax(dim=1))" in explanation.fixes[0].code


def test_the_targets_of_a_batch_under_the_same_name() -> None:
    code = """
    net = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 2))
    targets = torch.tensor([[1, 0], [0, 1], [0, 1]])
    targets = targets.flatten()
    output = net(torch.randn(3, 5))
    loss = F.cross_entropy(output, targets)
    """
    check(
        code,
        "targets.flatten() makes 6 targets of 3 rows",
        ["F.cross_entropy(output, targets.view(-1, 2).argmax(dim=1))"],
    )


def test_several_labels_of_each_row_are_words_only() -> None:
    code = """
    scores = torch.randn(2, 3)
    marks = torch.tensor([[1, 1, 0], [0, 1, 0]])
    loss = F.cross_entropy(scores, marks.view(-1))
    """
    assert "one-hot" not in check(code, "marks.view(-1) makes 6 targets of 2 rows").text


def test_rows_of_another_length_are_not_said_to_be_those_of_the_predictions() -> None:
    code = """
    scores = torch.randn(6, 2)
    marks = torch.tensor([[1, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 1]])
    loss = F.cross_entropy(scores, marks.view(-1))
    """
    assert "before that" not in check(code, "Here are 6 predictions and 12 targets").text
