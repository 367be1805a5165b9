"""What is said behind the last step, and which lesson Enter opens there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.play.ending import Ending
from ptrepl.tutor.play.progress_report import Standing
from ptrepl.tutor.progress.log import Progress
from tests.tutor.lessons import COURSE, Player, feedback, lesson, notes

TAUGHT = COURSE.replace("seed: 3\n", "seed: 3\nteaches: [torch.arange, torch.Tensor.sum]\n")
AS_SHAPES = lesson(TAUGHT.replace("id: small", "id: shapes"))
TOMORROW = format((datetime.now(UTC) + timedelta(days=1)).astimezone(), "%Y-%m-%d")


def finish(progress: Progress, key: str) -> None:
    """As if every step of a shipped lesson had been passed."""
    (listed,) = [each for each in shelf() if each.key == key]
    for step in listed.steps:
        progress.save(key, step, "passed", 1)


def at_the_end(lesson: Lesson, progress: Progress, *events: tuple[str, str]) -> Player:
    """A learner who passes the last step, and of whose other steps these (step, event) are kept, all others passed."""
    named = dict(events)
    for step in lesson.steps[:-1]:
        progress.save(lesson.key, step.id, named.get(step.id, "passed"), 1)
    taken = lesson.without(["pandas"])
    player = Player(taken, progress)
    player.run._left_out = tuple(step for step in lesson.steps if step not in taken.steps)
    player.begin("mending")
    player.type("n -= 1")
    return player


def test_what_was_taught_what_was_missed_and_what_follows(tmp_path: Path) -> None:
    player = at_the_end(AS_SHAPES, Progress(tmp_path), ("guessing", "missed"))
    said = player.enter()
    assert feedback(said) == [("good", "That was the last step: you have finished 'A small lesson'.")]
    assert notes(said) == [
        "You can work with `torch.arange` and `sum` now.",
        f"1 step did not go right at once: 'Guessing'. %review asks it again from {TOMORROW} on.",
        "Next comes 'Compute with whole tensors': press Enter to open it, or type %next later.",
    ]
    assert player.run.offered == "math"


def test_what_one_can_do_now_in_the_authors_words(tmp_path: Path) -> None:
    own = lesson(TAUGHT.replace("seed: 3\n", "seed: 3\nending: You can double now.\n"))
    said = at_the_end(own, Progress(tmp_path)).enter()
    assert notes(said) == ["You can double now.", "%lesson NAME opens another lesson; Ctrl-D leaves."]


def test_what_is_left_to_do_is_named_and_nothing_is_claimed(tmp_path: Path) -> None:
    player = at_the_end(AS_SHAPES, Progress(tmp_path), ("choosing", "skipped"), ("doing", "entered"))
    said = player.enter()
    assert feedback(said) == [("note", "That was the last step. You have done 4 of the 6 steps of 'A small lesson'.")]
    assert notes(said)[0] == (
        "Still to do: 'Choosing' and 'Doing'. %goto choosing takes you there. "
        f"%review asks what you have skipped from {TOMORROW} on."
    )
    assert notes(said)[1:] == ["Next comes 'Compute with whole tensors': press Enter to open it, or type %next later."]


def test_what_was_jumped_over_does_not_come_back_by_itself(tmp_path: Path) -> None:
    player = at_the_end(AS_SHAPES, Progress(tmp_path), *((each, "entered") for each in ("reading", "choosing")))
    assert notes(player.enter())[0] == "Still to do: 'Reading' and 'Choosing'. %goto reading takes you there."


def test_of_many_titles_some_are_told(tmp_path: Path) -> None:
    player = Player(AS_SHAPES, Progress(tmp_path))
    player.begin("mending")
    player.type("n -= 1")
    assert notes(player.enter())[0].startswith("Still to do: 'Reading', 'Watching', 'Guessing' and 2 more. %goto")


def test_what_is_due_by_now_has_no_date(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    at_the_end(AS_SHAPES, progress, ("guessing", "missed"), ("doing", "skipped"))
    later = datetime.now(UTC) + timedelta(days=2)
    ending = Ending(AS_SHAPES, progress.lesson("shapes").done)
    said = notes(ending.summary(Standing(AS_SHAPES, progress, later), later))
    assert said[0].endswith("takes you there. %review asks what you have skipped.")
    assert said[1] == "1 step did not go right at once: 'Guessing'. %review asks it again."


def test_steps_that_lack_a_package_are_named_with_what_brings_them(tmp_path: Path) -> None:
    steps = tuple(
        replace(step, packages=("pandas",)) if step.id in ("reading", "choosing") else step for step in AS_SHAPES.steps
    )
    player = at_the_end(replace(AS_SHAPES, steps=steps), Progress(tmp_path))
    said = player.enter()
    told = "That was the last step: you have finished all of 'A small lesson' that goes without pandas."
    assert feedback(said) == [("good", told)]
    assert notes(said)[0] == (
        "2 steps were left out: 'Reading' and 'Choosing'. They come once you have typed %pip install pandas and then "
        "%lesson shapes."
    )
    assert player.progress.lesson("shapes").finished


@pytest.mark.parametrize("others", [(), ("start", "math")])
def test_behind_the_last_lesson_comes_what_is_not_finished(tmp_path: Path, others: tuple[str, ...]) -> None:
    *before, last = shelf()
    progress = Progress(tmp_path)
    for each in before:
        if each.key not in others:
            finish(progress, each.key)
    player = at_the_end(lesson(TAUGHT.replace("id: small", f"id: {last.id}")), progress)
    said = notes(player.enter())[-1]
    if others:
        title = before[0].title
        assert said == f"'{title}' is not finished yet: press Enter to open it, or type %next later."
    else:
        assert said == "No other lesson is left to do. %lesson NAME opens one again; Ctrl-D leaves."
    assert player.run.offered == ("start" if others else "")


def test_the_offer_stands_until_something_else_is_asked(tmp_path: Path) -> None:
    player = at_the_end(AS_SHAPES, Progress(tmp_path))
    player.enter()
    assert player.run.offered == "math"
    player.command("goto", "reading")
    assert player.run.offered == ""


def test_in_a_pipe_no_key_and_no_date_is_told() -> None:
    player = Player(AS_SHAPES, piped=True)
    said = [*player.begin(), *player.type("[7]"), *player.type("b"), *player.type("m = x * 2"), *player.type("n -= 1")]
    assert notes(said) == [
        "You can work with `torch.arange` and `sum` now.",
        "1 step did not go right at once: 'Guessing'.",
        "Next comes 'Compute with whole tensors': ptrepl --lesson math",
    ]
    assert player.run.offered == ""


def test_in_a_pipe_what_was_skipped_is_named() -> None:
    player = Player(lesson(), piped=True)
    said = [*player.begin(), *player.type("[0, 2, 4]"), *player.type("b"), *player.command("skip")]
    said += player.type("n -= 1")
    assert notes(said) == ["Still to do: 'Doing'."]
