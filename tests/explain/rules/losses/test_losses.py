"""Binary cross entropy and cross entropy: ranges, shapes, dtypes, classes."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = """
out = torch.tensor([[1.5], [-0.5], [3.0]]); p = out.sigmoid(); y = torch.tensor([1., 0., 1.]); yes = y.long()
bce = nn.BCELoss(); logits = torch.zeros(3, 5); criterion = nn.CrossEntropyLoss(); net = nn.Linear(1, 5)
words = torch.zeros(2, 7, 10); tags = torch.zeros(2, 7).long()
dots = torch.zeros(2, 1, 4, 4).long(); three = yes[0] + 2
"""


def test_the_screen_of_probabilities_that_are_none():
    assert shown(HEAD + "loss = F.binary_cross_entropy(out.squeeze(1), y)").split("\n") == [
        "RuntimeError: all elements of input should be between 0 and 1",
        "    loss = F.binary_cross_entropy(out.squeeze(1), y)",
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "│ out.squeeze(1) goes from -0.5 to 3. F.binary_cross_entropy takes",
        "│ probabilities, between 0 and 1. A network gives logits, which can be any",
        "│ number; sigmoid makes probabilities of them.",
        "│ try  F.binary_cross_entropy_with_logits(out.squeeze(1), y)   → shape ()",
        "│ try  F.binary_cross_entropy(out.squeeze(1).sigmoid(), y)   → shape ()",
    ]


def test_the_screen_of_classes_that_do_not_exist():
    assert shown(HEAD + "labels = torch.tensor([1, 3, 5])\ncriterion(logits, labels)").split("\n") == [
        "IndexError: Target 5 is out of bounds.",
        "    criterion(logits, labels)",
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^",
        "│ logits is (3, 5): those are 5 classes, with indices 0 to 4, and labels asks",
        "│ for class 5. If they are counted from 1, labels - 1 counts from 0. If class 0",
        "│ is merely missing from these, the network needs 6 outputs.",
        "│ try  criterion(logits, labels - 1)   → shape ()",
    ]


def test_the_screen_of_classes_in_the_wrong_dim():
    assert shown(HEAD + "F.cross_entropy(words, tags)").split("\n")[3:] == [
        "│ words is (2, 7, 10) and tags is (2, 7). The loss reads dim 1 of words as the",
        "│ classes, here 7, and would need a target of shape (2, 10). The target has the",
        "│ right shape if the 10 scores in the last dim are the classes: move that dim to",
        "│ dim 1.",
        "│ try  F.cross_entropy(words.transpose(1, 2), tags)   → shape ()",
    ]


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("bce(out[:, 0], y)", ["bce(out[:, 0].sigmoid(), y)", "nn.BCEWithLogitsLoss()(out[:, 0], y)"]),
        ("bce(input=out[:, 0], target=y)", ["bce(input=out[:, 0].sigmoid(), target=y)"]),
        ("bce(p, y)", ["bce(p.squeeze(1), y)", "bce(p, y.unsqueeze(1))"]),
        ("bce(p, y[:2])", []),
        ("F.binary_cross_entropy_with_logits(out.T[0], y[None])",
         ["F.binary_cross_entropy_with_logits(out.T[0], y[None].squeeze(0))"]),
        ("bce(p.squeeze(1), yes)", ["bce(p.squeeze(1), yes.float())"]),
        ("bce(p.squeeze(1), yes * 2)", []),  # 2 is no probability either
        ("bce(p.squeeze(1).double(), y)", ["bce(p.squeeze(1).double(), y.double())"]),
        ("bce(p.squeeze(1), y * 2)", []),
        ("bce(out[:, 0] / 0 * 0, y)", []),  # nan
        ("F.binary_cross_entropy(torch.rand(3) * 9 + 2, y)", []),  # other numbers each time
        ("[bce(o, y) for o in [out[:, 0]]]", ["[bce(o.sigmoid(), y) for o in [out[:, 0]]]"]),
        ("def f(a, b):\n    return bce(a, b)\n\nf(out[:, 0], y)", ["def f(a, b):\n    return bce(a.sigmoid(), b)"]),
    ],
)  # fmt: skip
def test_yes_and_no(line, fixes):
    found = [fix.code for fix in why(HEAD + line).fixes]
    assert found[: len(fixes)] == fixes
    assert bool(found) == bool(fixes)
    assert runs_after(HEAD + line) == len(found)


def test_the_range_of_the_values_is_said():
    assert "holds nan. nan is not a number" in why(HEAD + "bce(out[:, 0] * float('nan'), y)").text
    assert "y * 2 goes from 0 to 2. A target of bce is 0 for no" in why(HEAD + "bce(p[:, 0], y * 2)").text


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("F.cross_entropy(logits, y)", ["F.cross_entropy(logits, y.long())"]),
        ("criterion(logits, yes.int())", ["criterion(logits, yes.int().long())"]),
        ("F.cross_entropy(logits, y * 9)", []),  # class 9 does not exist
        ("F.cross_entropy(logits, y * 4 + 1)", ["F.cross_entropy(logits, (y * 4 + 1).long() - 1)"]),
        ("F.nll_loss(logits, y)", ["F.nll_loss(logits, y.long())"]),
        ("F.cross_entropy(logits, yes * 7)", []),
        ("F.cross_entropy(logits, yes - 1)", ["F.cross_entropy(logits, yes - 1, ignore_index=-1)"]),
        ("criterion(net(out), yes * 4 + 1)", ["criterion(net(out), (yes * 4 + 1) - 1)"]),
        ("criterion(logits, yes[:, None])", ["criterion(logits, yes[:, None].squeeze(1))"]),
        ("hot = torch.eye(5)[:3].long(); criterion(logits, hot)",
         ["criterion(logits, hot.float())", "criterion(logits, hot.argmax(1))"]),
        ("criterion(logits, yes[:2])", []),
        ("wide = logits.T; criterion(wide, yes)", ["criterion(wide.T, yes)"]),
        ("criterion(logits[:1], three)", ["criterion(logits[:1], three.unsqueeze(0))"]),
        ("criterion(logits[0], yes)", []),
        ("criterion(torch.zeros(2, 9, 4, 4), dots)",
         ["criterion(torch.zeros(2, 9, 4, 4), dots.squeeze(1))"]),
        ("criterion(torch.zeros(2, 9, 4, 4), dots[:, 0, :3])", []),
    ],
)  # fmt: skip
def test_classes(line, fixes):
    check(HEAD + line, fixes=fixes)


def test_classes_that_do_not_exist_are_said_beside_the_dtype():
    text = why(HEAD + "criterion(logits, y * 9)").text
    assert text.endswith("There are 5 classes here, with indices 0 to 4, and y * 9 asks for others.")


def test_silent_where_the_operands_are_not_known():
    assert fails(HEAD + "criterion(*[logits, y])").explanation is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bce(next(iter([out])), y)", "next(iter([out])) is (3, 1) and y is (3,)"),
        ("criterion(logits, next(iter([y])))", "next(iter([y])) is float32"),
    ],
)
def test_what_the_frame_of_the_loss_still_holds_is_known(line, said):
    assert said in why(HEAD + line).text


ONE_HOT = "word = torch.zeros(5, dtype=torch.long)\nword[3] = 1\ntags = torch.tensor([[1, 1, 0, 0, 0]] * 3)\n"
LABELS = "mood = torch.tensor([-1, 0, 1])\nstars = torch.tensor([1, 2, 5])\nhead = nn.Linear(4, 5)\n"


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("criterion(logits[0], word)", "word is one-hot, with a 1 at the right class",
         ["criterion(logits[0], word.float())", "criterion(logits[0], word.argmax(0))"]),
        ("criterion(logits[0], torch.tensor([0, 1, 2, 3, 4]))", "its target is one class index, of shape ()", []),
        ("criterion(logits[0], three.view(1, 1))", "one row: 5 classes", ["criterion(logits[0], three)"]),
        ("criterion(logits[0], three[None, None])", "one row: 5 classes",
         ["criterion(logits[0], three[None, None].squeeze())"]),
        ("criterion(logits, tags)", "F.binary_cross_entropy_with_logits, with tags.float()", []),
        ("criterion(head(torch.rand(3, 4)), stars)", "stars asks for class 5",
         ["criterion(head(torch.rand(3, 4)), stars - 1)"]),
        ("criterion(torch.rand(3, 3), mood)", "If -1 marks rows that do not count",
         ["criterion(torch.rand(3, 3), mood + 1)"]),
        ("criterion(torch.rand(3, 1), torch.tensor([0, 1, 1]))", "F.binary_cross_entropy_with_logits, which takes", []),
        ("F.binary_cross_entropy(torch.rand(3, 1), torch.tensor([0, 1, 1]))", "torch.tensor([0, 1, 1]) is int64",
         ["F.binary_cross_entropy(torch.rand(3, 1).squeeze(1), torch.tensor([0, 1, 1]).float())",
          "F.binary_cross_entropy(torch.rand(3, 1), torch.tensor([0, 1, 1]).unsqueeze(1).float())"]),
        ("criterion(torch.rand(3, 2), mood)", "ignore_index=-1 leaves them out", []),
    ],
)  # fmt: skip
def test_class_indices(line, said, fixes):
    explanation = check(HEAD + ONE_HOT + LABELS + line, said, fixes)
    assert "needs two dims" not in explanation.text


@pytest.mark.parametrize(
    ("targets", "said", "fixes"),
    [
        ("2 * p + 5", "the loss is nn.MSELoss().", ["nn.MSELoss()(logits, t)"]),
        ("torch.tensor([[-1.0], [1.0], [1.0]])", "(t + 1) / 2 makes 0 and 1 of them.", []),
        ("torch.tensor([[0.0], [2.0], [1.0]])", "the loss is nn.CrossEntropyLoss()", []),
        ("(p > 0.5).float()", "sigmoid makes probabilities of them.",
         ["loss(logits.sigmoid(), t)", "nn.BCEWithLogitsLoss()(logits, t)"]),
    ],
)  # fmt: skip
def test_a_sigmoid_is_no_remedy_where_the_targets_are_no_probabilities(targets, said, fixes):
    code = f"logits = torch.tensor([[1.5], [-0.5], [3.0]])\np = logits.sigmoid()\nloss = nn.BCELoss()\nt = {targets}\n"
    check(code + "loss(logits, t)", said, fixes)


def test_a_column_of_class_numbers_in_floating_point():
    code = "scores, y = torch.rand(4, 3), torch.tensor([[0.], [2.], [1.], [1.]])\n"
    check(code + "F.cross_entropy(scores, y)", "shape (4,)", ["F.cross_entropy(scores, y.squeeze(1).long())"])


@pytest.mark.filterwarnings("ignore")
def test_an_image_beside_its_flat_reconstruction():
    code = "out, img = torch.rand(16, 784), torch.rand(16, 1, 28, 28)\nF.binary_cross_entropy(out, img)"
    check(code, "both need the same shape", ["F.binary_cross_entropy(out, img.flatten(1))"])


@pytest.mark.parametrize("loss", ["F.binary_cross_entropy_with_logits", "nn.BCEWithLogitsLoss()"])
def test_targets_of_true_and_false(loss: str) -> None:
    code = f"x, y = torch.randn(2), torch.tensor([True, False])\n{loss}(x, y)"
    check(code, "computes with it as numbers, 0 and 1: .float() makes those of it.", [f"{loss}(x, y.float())"])


def test_a_mark_of_any_number_that_no_class_has() -> None:
    code = """
    masks = torch.zeros(1, 3, 3, dtype=torch.long)
    masks[:, 0] = 225
    F.cross_entropy(torch.randn(1, 5, 3, 3), masks)
    """
    said = "If 225 marks pixels that do not count, ignore_index=225 leaves them out of the loss."
    assert said in why(code).text
