"""What Ctrl-T puts into the prompt: the whole statement, its assignment too."""

from __future__ import annotations

import pytest
import torch

from ptrepl.engine.run.session import Session
from ptrepl.shell.teaching import teach
from ptrepl.shell.whole_fix import fixes_at_the_prompt


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
    ],
)
def test_the_assignment_is_kept(code: str, offered: str) -> None:
    session = Session("learner", lambda: {"torch": torch}, adopt=True)
    teach(session, lambda: True, lambda name: "")
    list(session.run("houses = torch.zeros(4, 3); week = torch.arange(3.0)"))
    outcome = list(session.run(code))[-1]
    assert outcome.explanation is not None
    assert fixes_at_the_prompt(outcome.explanation, outcome.source)[0] == offered
