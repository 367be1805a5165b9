"""A step that has the whole lesson in it: who passes it has done the others too."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.errors import LessonError
from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import records
from tests.tutor.lessons import COURSE, Player, feedback, notes

SHORT = COURSE.replace("seed: 3\n", "seed: 3\nshort: doing\n")
MEND = "n -= 1"


@pytest.fixture
def player(tmp_path: Path) -> Player:
    made = Player(parse_lesson(SHORT, "small.md"), Progress(tmp_path))
    made.begin("doing")
    return made


def test_with_that_step_all_are_done(player: Player) -> None:
    said = player.type("m = x * 2")
    assert "With it the whole lesson is done. Press Enter to go on." in notes(said)
    record = records(player.progress.events())["small"]
    assert record.done == {step.id for step in player.run.lesson.steps}
    assert not record.finished


def test_the_end_is_the_end_of_the_lesson(player: Player) -> None:
    player.type("m = x * 2")
    player.command("goto", "mending")
    player.type(MEND)
    said = player.enter()
    assert feedback(said)[0] == ("good", "That was the last step: you have finished 'A small lesson'.")
    assert player.run.completed


def test_an_attempt_or_a_skip_does_nothing_of_the_kind(player: Player) -> None:
    player.type("m = x * 3")
    player.command("skip")
    assert records(player.progress.events())["small"].done == set()


def test_whoever_has_done_the_others_hears_nothing_of_it(tmp_path: Path) -> None:
    player = Player(parse_lesson(SHORT, "small.md"), Progress(tmp_path))
    for step in player.run.lesson.steps:
        if step.id != "doing":
            player.progress.save("small", step.id, "passed", 1)
    player = Player(player.run.lesson, player.progress)
    player.begin("doing")
    assert "Press Enter to go on." in notes(player.type("m = x * 2"))


def test_it_names_a_step_of_the_lesson() -> None:
    with pytest.raises(LessonError, match=r"x.md:5: short names the step 'doign', which this lesson does not have"):
        parse_lesson(SHORT.replace("short: doing", "short: doign"), "x.md")
    with pytest.raises(LessonError, match="short must be the id of a step, such as all-in-one"):
        parse_lesson(SHORT.replace("short: doing", "short: 3"), "x.md")
