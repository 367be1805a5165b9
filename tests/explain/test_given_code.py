"""An error inside a function that a lesson has made is told at the learner's call."""

from __future__ import annotations

import pytest

from ptrepl.engine.run.source_cache import register
from tests.explain.failing import fails, session

GIVEN = """
def linreg(X, w, b):
    return X @ w + b

def sgd(params, lr):
    for param in params:
        param.data -= lr * param.grad

def rows(table, count):
    for number in range(0, len(table), count):
        yield table[number]

def mean_loss(predicted, actual):
    return distance(predicted, actual).mean()

def distance(predicted, actual):
    return (predicted - actual.reshape(predicted.shape)).abs()

def positive(x):
    if x <= 0:
        raise ValueError("x is to be above 0")
    return x

class Pairs(torch.utils.data.Dataset):
    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        return self.values[i] @ self.values[i + 1]

table = torch.ones(4, 2)
"""


def said(*code: str) -> str:
    """What is said of the last of ``code``, once somebody else ran GIVEN in the names of the prompt."""
    live = session()
    register("<small, line 5>", GIVEN)
    assert live.run_quietly(GIVEN, "<small, line 5>") is None
    for each in code[:-1]:
        assert [*live.run(each)][-1].error is None
    explanation = fails(code[-1], live).explanation
    if explanation is None:
        return ""
    fixes = "".join(f" try {fix.code}" for fix in explanation.fixes)
    return f"{explanation.marked[0].text} | {explanation.text}{fixes}"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            "p = linreg(table, torch.zeros(3), 1)",
            "p = linreg(table, torch.zeros(3), 1) | linreg fails at X @ w, where X.shape == (4, 2) and w.shape == "
            "(3,). This call gives it X = table and w = torch.zeros(3).",
        ),
        (
            "linreg(table, 3, 4)",
            "linreg fails at X @ w, where X.shape == (4, 2) and w == 3. This call gives it X = table.",
        ),
        ("X, w, b = table, torch.ones(2, dtype=torch.int64), 0.0\nlinreg(X, w, b)", "w.dtype == torch.int64."),
        ("w = torch.zeros(2, requires_grad=True)\nsgd([w], 0.1)", "where lr == 0.1 and param.grad is None."),
        ("sgd([3.0], 0.1)", "sgd([3.0], 0.1) | sgd fails at "),
        ("for row in rows(table, '2'):\n    pass", "rows fails at range(0, len(table), count), where count == '2'."),
        ("next(rows(table, None))", "where count is None."),
        (
            "mean_loss(torch.ones(3), torch.ones(2))",
            "distance fails at actual.reshape(predicted.shape), where actual.shape",
        ),
        ("pairs = Pairs(table)\npairs[3]", "pairs[3] | Pairs.__getitem__ fails at "),
        ("next(iter(torch.utils.data.DataLoader(Pairs([1, 2]), batch_size=2)))", "Pairs.__getitem__ fails at "),
    ],
)
def test_what_the_call_gave_it_is_told(code: str, told: str) -> None:
    assert told in said(code)


def test_a_call_that_went_well_is_told_of_with_a_fix_of_the_call() -> None:
    told = said("one = linreg(table, torch.ones(2), 0.0)", "two = linreg(table.T, torch.ones(2), 0.0)")
    assert "linreg(table, torch.ones(2), 0.0) went well before: there X was (4, 2), and here table.T is (2, 4)." in told
    assert " try linreg(table.T.T, torch.ones(2), 0.0)" in told


def test_no_line_of_the_given_code_is_offered_to_be_changed() -> None:
    for code in ("linreg(table, torch.zeros(3), 1)", "linreg(table.T, table.T, 0)", "sgd([3.0], 0.1)"):
        assert " try " not in said(code)


def test_what_it_raises_itself_speaks_for_itself() -> None:
    assert said("positive(-1)") == ""


def test_functions_of_the_learners_own_are_explained_as_before() -> None:
    own = "def mine(x):\n    return x @ torch.ones(3)\n"
    told = said(own, "mine(table)")
    assert "fails at" not in told
    assert "x has shape (4, 2)" in told or "(4, 2)" in told


def test_a_wrong_number_of_arguments_is_told_as_before() -> None:
    assert "linreg fails" not in said("linreg(table, 1)")
