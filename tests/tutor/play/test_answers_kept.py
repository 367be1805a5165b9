"""What was typed is kept with each event: the answer, the mistake that the lesson knows, which lesson it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ptrepl.engine.run.session import Session
from ptrepl.tutor.play.run import LessonRun
from ptrepl.tutor.progress.answers import answers
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LONGEST_TEXT
from tests.tutor.lessons import Player, given, lesson


def kept(player: Player, *fields: str) -> list[tuple[Any, ...]]:
    """(event, *fields) of each event that is about an answer."""
    events = player.progress.events()
    return [(each["event"], *(each.get(field) for field in fields)) for each in events if each["event"] != "entered"]


def test_a_prediction_is_kept_with_each_try(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("guessing")
    player.type("[1, 2, 3]")
    player.type("(0, 2, 4)")
    assert kept(player, "typed") == [("attempt", "[1, 2, 3]"), ("passed", "(0, 2, 4)")]
    assert answers(player.progress.events()) == {"small": {"guessing": "(0, 2, 4)"}}


def test_a_choice_is_kept_with_what_the_lesson_says_of_it(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("choosing")
    player.type("a")
    player.type("b")
    assert kept(player, "typed", "mistake") == [("attempt", "a", "Not the first."), ("passed", "b", None)]


def test_a_task_keeps_the_lines_that_it_was_passed_by(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("doing")
    player.type("m = x * 3")
    player.type("help_me = 2")
    player.type("torch.arange(")
    player.type("unused = 7")
    player.type("m = x * help_me")
    found = kept(player, "typed", "mistake")
    assert found[0] == ("attempt", "m = x * 3", "That is three times x.")
    assert found[-1] == ("passed", "help_me = 2\nm = x * help_me", None)


def test_a_block_is_kept_as_it_was_written(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("doing")
    code = "def twice(t):\n    # the sum of both\n    return t + t\nm = twice(x)"
    player.type(code)
    assert kept(player, "typed") == [("passed", code)]


def test_what_is_longer_than_anybody_types_is_left_out(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("doing")
    player.type(f"note = '{'!' * LONGEST_TEXT}'; m = x * 2")
    assert kept(player, "typed") == [("passed", None)]


def test_the_lesson_is_known_by_its_content(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    LessonRun(lesson(), Session("learner", given), progress, digest="ab" * 32).begin()
    (event,) = progress.events()
    assert event["content"] == "ab" * 6
    assert progress.lesson("small").content == "ab" * 6


def test_a_step_that_was_reset_has_no_answer() -> None:
    progress = Progress(None)
    for name in ("one", "two"):
        progress.save("a", name, "passed", typed=f"x = {name!r}")
    progress.save("a", "three", "passed")
    progress.reset("a", "one")
    assert answers(progress.events()) == {"a": {"two": "x = 'two'"}}
    progress.save("a", "two", "recalled", typed="x = 2")
    assert answers(progress.events()) == {"a": {"two": "x = 2"}}
    progress.reset("a")
    assert answers(progress.events()) == {}


def test_the_teachers_export_has_mistakes_and_no_answers() -> None:
    progress = Progress(None)
    progress.save("a", "one", "attempt", typed="secret = 1", mistake="That is three.", content="abc")
    assert "secret" not in progress.export()
    assert "That is three." in progress.export()
    assert '"content": "abc"' in progress.export()
