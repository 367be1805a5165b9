"""``and`` and ``or`` between tensors."""

from __future__ import annotations

from tests.explain.failing import check, why


def test_one_of_two_as_it_was_chosen_before_conditional_expressions() -> None:
    code = "first, x, y = True, torch.rand(2), torch.rand(2)\nz = first and x or y"
    said = (
        "x has shape (2,), and 'and' and 'or' ask it for one True or False. To take one of the two: x if first else y."
    )
    check(code, said, ["x if first else y"])


def test_floating_point_tensors_get_no_operator_for_bool() -> None:
    text = check("x, y = torch.rand(2), torch.rand(2)\nz = x or y", "'or' needs one True or False from it.", []).text
    assert "element by element" not in text


def test_conditions_do() -> None:
    check("x = torch.rand(2)\nz = (x > 0) or (x < 1)", "| works element by element.", ["(x > 0) | (x < 1)"])


def test_counting_under_an_if_counts_the_elements() -> None:
    code = "correct = 0\npred, y = torch.tensor([1, 0]), torch.tensor([1, 1])\nif pred == y:\n    correct += 1"
    counted = "correct += (pred == y).sum().item()"
    check(
        code,
        f"If it is to count the elements for which it is True: {counted}",
        [counted, "(pred == y).all()", "torch.equal(pred, y)"],
    )
    adding = code.replace("correct += 1", "correct += 2")
    assert "count the elements" not in why(adding).text
