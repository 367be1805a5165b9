"""The lesson that was left in the middle, or the one that comes next, as the program tells it when it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.shell.lessons.where_left import where_left
from ptrepl.tutor.progress.log import Progress
from tests.program.screen import program

HALF = [("autograd", "slope", "entered"), ("autograd", "slope", "passed"), ("autograd", "first-gradient", "entered")]


def log_of(folder: Path, events: list[tuple[str, str, str]]) -> Path:
    progress = Progress(folder)
    for lesson, step, kind in events:
        progress.save(lesson, step, kind)
    return folder


@pytest.mark.parametrize(
    ("events", "lesson"),
    [
        (HALF, "autograd"),
        ([*HALF, ("creation", "write-down", "entered"), ("creation", "write-down", "attempt")], "creation"),
        ([("creation", "write-down", "attempt"), *HALF], "autograd"),
        ([], ""),
        (HALF[:1], ""),
        ([*HALF, ("autograd", "", "reset")], ""),
        ([("mine", *each[1:]) for each in HALF], ""),
        ([("../autograd", *each[1:]) for each in HALF], ""),
    ],
)
def test_the_lesson_that_was_worked_at_last(events: list[tuple[str, str, str]], lesson: str, tmp_path: Path) -> None:
    said = where_left(log_of(tmp_path, events))
    assert said == (f"The lesson '{lesson}' is half done: %lesson {lesson} goes on with it." if lesson else "")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([*HALF, ("autograd", "retain-graph", "finished")], ("autograd", "autograd-more")),
        (
            [*HALF, ("autograd", "retain-graph", "finished"), ("autograd-more", "weights", "entered")],
            ("autograd", "autograd-more"),
        ),
        ([("start", "play", "passed"), ("start", "play", "finished")], ("start", "creation")),
        (
            [(lesson, "last", kind) for lesson in ("creation", "start") for kind in ("passed", "finished")],
            ("start", "indexing"),
        ),
        ([("capstone", "last", "passed"), ("capstone", "last", "finished")], None),
        ([("mine", "last", "passed"), ("mine", "last", "finished")], None),
        ([("start", "play", "finished"), ("start", "", "reset")], None),
    ],
)
def test_what_comes_after_a_lesson_that_is_finished(
    events: list[tuple[str, str, str]], said: tuple[str, str] | None, tmp_path: Path
) -> None:
    found = where_left(log_of(tmp_path, events))
    if said is None:
        assert found == ""
    else:
        lesson, after = said
        assert found == f"You have finished the lesson '{lesson}'. Next comes '{after}': %lesson {after} opens it."


def test_a_lesson_with_a_hyphen_in_its_name_is_named_too(tmp_path: Path) -> None:
    said = where_left(log_of(tmp_path, [("autograd-more", "weights", "passed")]))
    assert said == "The lesson 'autograd-more' is half done: %lesson autograd-more goes on with it."


def test_a_damaged_log_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    path.write_bytes(b'\xff\x00[]\n[1, 2]\n{"lesson": 1, "event": 2}\n')
    assert where_left(tmp_path) == ""
    assert "autograd" in where_left(log_of(tmp_path, HALF))
    assert where_left(tmp_path / "nowhere") == ""


def test_it_stands_above_the_first_prompt(tmp_path: Path) -> None:
    log_of(tmp_path, HALF)
    with program(environment={"PTREPL_STATE": str(tmp_path)}) as screen:
        screen.wait("The lesson 'autograd' is half done: %lesson autograd goes on with it.")
        screen.wait(">>>")


OFFER = "New here? %lesson start shows you how all this works."


def test_before_any_lesson_the_first_one_is_offered_and_afterwards_no_more(tmp_path: Path) -> None:
    state = {"PTREPL_STATE": str(tmp_path)}
    with program(environment=state, cold=True) as screen:
        screen.wait(OFFER)
        screen.wait(">>>")
        screen.enter("%lesson start")
        screen.wait("Press Enter to run it.")
    with program(environment=state, cold=True) as screen:
        screen.wait(">>>")
        assert OFFER not in screen.text


def test_who_opens_a_lesson_is_offered_none(tmp_path: Path) -> None:
    with program("--lesson", "creation", environment={"PTREPL_STATE": str(tmp_path)}) as screen:
        screen.wait("Press Enter")
        assert "New here?" not in screen.text
