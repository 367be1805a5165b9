"""What the expressions inside a block show: as Python does, and what comes again and again once."""

from __future__ import annotations

import builtins
import sys

import pytest
import torch

from ptrepl.engine.outcome import Outcome
from ptrepl.engine.run.session import Session


def shown(code: str, capsys: pytest.CaptureFixture[str]) -> tuple[list[str], Outcome]:
    session = Session("echoing", lambda: {"torch": torch}, adopt=True)
    (outcome,) = session.run(code)
    sys.modules.pop("echoing", None)
    assert sys.displayhook is sys.__displayhook__
    return capsys.readouterr().out.splitlines(), outcome


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("for n in range(3):\n    n", ["0", "1", "2"]),
        ("for n in range(600):\n    torch.zeros(())", ["tensor(0.)"] * 3 + ["… 600 times"]),
        ("for n in range(300):\n    torch.zeros(())\n    torch.zeros(())", ["tensor(0.)"] * 3 + ["… 600 times"]),
        ("for n in range(8):\n    7 if n != 5 else 8", ["7", "7", "7", "… 5 times", "8", "7", "7"]),
        ("for n in range(5):\n    print(n)\n    5", ["0", "5", "1", "5", "2", "5", "3", "4", "… 5 times"]),
        ("for n in range(3):\n    None", []),
        ("if True:\n    'a'\n    'b'", ["'a'", "'b'"]),
        ("for n in range(2):\n    'x'\n    torch.ones(2)", ["'x'", "tensor([1., 1.])"] * 2),
    ],
)
def test_equal_echoes_of_one_statement_are_folded(
    code: str, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(code, capsys)[0] == lines


def test_echoes_that_take_turns_are_folded_after_the_first_twenty(capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = shown("for n in range(300):\n    torch.zeros(2)\n    torch.zeros(())", capsys)
    assert lines[:20] == ["tensor([0., 0.])", "tensor(0.)"] * 10
    assert sorted(lines[20:]) == ["tensor([0., 0.])  … 300 times", "… 300 times"]


def test_the_last_value_is_bound_and_an_error_comes_after_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    lines, outcome = shown("for n in range(5):\n    3\n    1 / (n - 4)", capsys)
    assert "3" in lines
    assert outcome.error is not None
    assert builtins.__dict__["_"] == 3


def test_a_repr_that_raises_is_called_from_the_learners_line(capsys: pytest.CaptureFixture[str]) -> None:
    code = "if True:\n    class A:\n        def __repr__(self):\n            return 1 / 0\n    A()"
    _, outcome = shown(code, capsys)
    assert outcome.error is not None
    assert outcome.error.type_name == "ZeroDivisionError"
    assert [frame.name for frame in outcome.error.frames if "echoes" in frame.filename] == []


def test_a_displayhook_of_the_learners_is_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session("echoing", dict, adopt=True)
    list(session.run("import sys\nsys.displayhook = lambda value: print('mine', value)"))
    list(session.run("for n in range(2):\n    5"))
    list(session.run("sys.displayhook = sys.__displayhook__"))
    list(session.run("for n in range(2):\n    5"))
    sys.modules.pop("echoing", None)
    assert capsys.readouterr().out.splitlines() == ["mine 5", "mine 5", "5", "5"]
