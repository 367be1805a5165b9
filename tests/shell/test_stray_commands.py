"""Commands that were typed into the code of a starter."""

from __future__ import annotations

import pytest

from ptrepl.shell.lessons.stray import stray_command, stray_question

COMMANDS = ("hint", "skip", "goto", "solution")


@pytest.mark.parametrize(
    ("text", "command", "code"),
    [
        ("m = f(3, %hint, ___)", "%hint", "m = f(3, ___, ___)"),
        ("rain[%skip] = -1\nrain[___] = 4", "%skip", "rain[___] = -1\nrain[___] = 4"),
        ("n -= 1\nn.undo()\n%skip", "%skip", "n -= 1\nn.undo()"),
        ("n -= 1\n%goto five-parts", "%goto five-parts", "n -= 1"),
        ("visits[[0, 2]][:, 3] = 0%hint", "%hint", "visits[[0, 2]][:, 3] = 0"),
        ("for n in x:\n    %hint\n    y = n", "%hint", "for n in x:\n    y = n"),
        ("years = %hint", "%hint", "years = ___"),
        ("y.%hint()", "%hint", "y.___()"),
    ],
)
def test_a_command_in_code(text: str, command: str, code: str) -> None:
    assert stray_command(text, COMMANDS, ()) == (command, code)


@pytest.mark.parametrize("text", ["x = 7 % hint", "x = 7 %skipped", "x % 2", "'%d' % 3", "m = f(3)", "x = 7 %2"])
def test_code_is_code(text: str) -> None:
    assert stray_command(text, COMMANDS, ()) is None


def test_a_name_of_the_learners_is_no_command() -> None:
    assert stray_command("x = 7%hint", COMMANDS, ("hint",)) is None


def test_a_question_below_the_code_is_one() -> None:
    code = "for step in range(3):\n    if loss < 1:\n        break"
    assert stray_question(f"{code}\nwhat is the rule?") == ("what is the rule?", code)
    assert stray_question(f"{code}\n    why does it stop?\n") == ("why does it stop?", code)


@pytest.mark.parametrize(
    "text", ["what is the rule?", "x = 1\nwhat?", "x = 1\ny = x", 'x = """\nwhat is the rule?\n"""']
)
def test_code_and_a_question_alone_hold_no_stray_one(text: str) -> None:
    assert stray_question(text) is None
