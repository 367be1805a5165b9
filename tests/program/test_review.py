"""%review, --list and %progress in the program itself: what was missed comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.program.screen import program
from tests.program.test_command_line import ptrepl


@pytest.fixture
def log(own_surroundings: Path) -> Path:
    """The log of somebody who skipped two steps of autograd and one of regression two days ago."""
    path = own_surroundings / "state" / "progress.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    at = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    skipped = [("autograd", "at-four"), ("autograd", "clear"), ("autograd", "first-gradient"), ("regression", "loss")]
    events = [
        {"v": 1, "at": at, "lesson": lesson, "version": 1, "step": step, "event": "skipped"} for lesson, step in skipped
    ]
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def test_the_list_tells_what_is_due_and_what_comes_before(log: Path) -> None:
    done = ptrepl("--list")
    lines = done.stdout.splitlines()
    assert any(line.endswith("due for review: at-four, clear") for line in lines)
    assert any(line.endswith("due for review: loss") for line in lines)
    assert any(line.strip() == "after: autograd" for line in lines)
    assert lines[-1] == "At the prompt, %review asks what is due."


def test_without_a_prompt_what_is_due_is_only_told(log: Path) -> None:
    done = ptrepl(stdin="%review\n")
    assert "autograd  due for review: at-four, clear" in done.stdout
    assert "There is no prompt here to ask at" in done.stdout
    assert len(log.read_text().splitlines()) == 4


def test_at_the_prompt_what_is_due_is_asked_and_the_learners_names_come_back(log: Path) -> None:
    with program(rows=60) as screen:
        screen.wait(">>>")
        screen.enter("x = 'mine'; y = 5")
        screen.enter("%review")
        screen.wait("Due for review: 'Your guess first', 'Clear the gradient'.")
        screen.wait("answer>")
        screen.enter("24")
        screen.wait("You knew it. It comes back for review in 3 days.")
        screen.enter("")
        screen.wait("7/15")
        screen.enter("(x * x).sum().backward()")
        screen.wait("was added to the old one")
        screen.enter("%redo")
        screen.wait("7/15", 2)
        screen.enter("x.grad = None; (x * x).sum().backward()")
        screen.wait("Yes, that is it.")
        screen.enter("")
        screen.wait("That was the last step of this review.")
        screen.wait("Your own variables are back as they were before the review: x, y.")
        screen.wait("More is due in: regression. %review asks it.")
        screen.enter("print(x, y)")
        screen.wait("mine 5")
        screen.enter("%review")
        screen.wait("regression  due for review: loss")
        screen.enter("%leave")
        screen.enter("exit")
        assert screen.leave() == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    found = [(each["step"], each["event"]) for each in events if each["event"] in ("recalled", "lapsed")]
    assert found == [("at-four", "recalled"), ("clear", "lapsed")]


def test_progress_without_a_lesson_is_that_of_all_lessons(log: Path) -> None:
    done = ptrepl(stdin="%progress\n%progress --json\n%progress all\n")
    shown, brace, data = done.stdout.partition("{")
    assert [line.split()[0] for line in shown.splitlines() if " of 15 steps" in line][:2] == ["creation", "indexing"]
    assert "due for review: at-four, clear" in shown
    told = json.loads(brace + data)
    assert [*told["lessons"]] == ["autograd", "regression"]
    assert len(told["events"]) == 4
    assert "%progress takes course or --json" in done.stderr


def test_what_does_not_fit_into_the_list_stands_below(log: Path) -> None:
    with program("--list", columns=40, rows=200) as screen:
        screen.wait("Go on with: ptrepl --lesson regression")
        assert "  Gradients that compute themselves" in screen.lines
        assert any(" ".join(line.split()).startswith("autograd ░░░░░░░░░░ 0 of 15 steps") for line in screen.lines)


def test_where_nothing_is_drawn_the_bar_is_of_signs(log: Path) -> None:
    listed = " ".join(ptrepl("--list", "--plain").stdout.split())
    assert "autograd .......... 0 of 15 steps Gradients" in listed


def test_the_course_is_drawn_where_there_is_a_terminal(log: Path) -> None:
    with program() as screen:
        screen.wait(">>>")
        screen.enter("%progress")
        screen.wait("%review asks what is due.")
        assert any("▸ regression" in line for line in screen.lines)
        assert any("◐·□?···?" in line for line in screen.lines)
        assert "? due for review" in screen.text
        screen.enter("%lesson math")
        screen.wait("1/15")
        screen.enter("%progress")
        screen.wait("%progress course")
        screen.enter("exit")
        assert screen.leave() == 0
