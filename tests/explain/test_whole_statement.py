"""What is shown to be typed, and what Ctrl-T puts into the prompt: the whole statement, its assignment too."""

from __future__ import annotations

import pytest
import torch

from ptrepl.engine.run.session import Session
from ptrepl.shell.teaching import teach
from tests.explain.failing import shown, why


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("prices = houses.spilt([2, 1], dim=1)", "prices = houses.split([2, 1], dim=1)"),
        ("prices = houses[:, 3]", "prices = houses[:, -1]"),
        ("table = torch.cat(houses, houses)", "table = torch.cat([houses, houses])"),
        ("both: object = houses @ houses", "both: object = houses @ houses.T"),
        ("dry = week > 1.0 & week < 2.0", "dry = (week > 1.0) & (week < 2.0)"),
        ("half = houses.spilt([2, 1], dim=1)[0] * 2", "half = houses.split([2, 1], dim=1)[0] * 2"),
        ("houses.spilt([2, 1], dim=1)", "houses.split([2, 1], dim=1)"),
        ("print((houses @ houses).sum())", "print((houses @ houses.T).sum())"),
        ("half = -(houses @ houses)", "half = -(houses @ houses.T)"),
        ("week += F.relu(houses @ houses).sum()", "week += F.relu(houses @ houses.T).sum()"),
    ],
)
def test_the_assignment_is_kept(code: str, offered: str) -> None:
    session = Session("learner", lambda: {"torch": torch, "F": torch.nn.functional}, adopt=True)
    teach(session, lambda: True, lambda name: "")
    list(session.run("houses = torch.zeros(4, 3); week = torch.arange(4.0)"))
    outcome = list(session.run(code))[-1]
    assert outcome.explanation is not None
    assert outcome.explanation.fixes[0].whole == offered


def test_alternatives_that_give_something_are_compared_by_what_differs() -> None:
    assert shown("x, w = torch.ones(2, 3), torch.ones(2, 3)\ny = x @ w").endswith(
        "│ try  x @ w.T   → shape (2, 2)       try  x.T @ w   → shape (3, 3)"
    )


def test_what_a_part_gives_is_not_said_of_the_statement() -> None:
    assert shown("x = torch.ones(2, 3)\ni = torch.ones(1)\ny = x[i].sum()").endswith("│ try  y = x[i.long()].sum()")


def test_a_line_of_a_function_is_no_statement_of_the_prompt() -> None:
    code = "def pick(x, i):\n    y = x[i]\n    return y\nz = pick(torch.ones(2, 3), torch.ones(1))"
    assert [fix.statement for fix in why(code).fixes] == [""]


def test_a_line_of_its_own_takes_the_place_of_nothing() -> None:
    code = (
        "x, w = torch.ones(3), torch.ones(3, requires_grad=True)\n(x * w).sum().backward()\ny = x + 0.1 * x.grad.sign()"
    )
    assert [(fix.code, fix.statement) for fix in why(code).fixes] == [("x.requires_grad_()", "")]
