"""The course as a path: what became of each step."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ptrepl.tutor.progress.course import StepMark, course, mark_of
from ptrepl.tutor.progress.log import Progress


@pytest.mark.parametrize(
    ("events", "mark"),
    [
        ([], "new"),
        (["entered"], "new"),
        (["entered", "attempt"], "new"),
        (["entered", "passed"], "right"),
        (["entered", "unfinished", "passed"], "right"),
        (["attempt", "passed"], "retried"),
        (["hint", "passed"], "retried"),
        (["solution", "passed"], "retried"),
        (["skipped"], "missed"),
        (["attempt", "missed"], "missed"),
        (["skipped", "passed"], "right"),
    ],
)
def test_a_step_has_the_mark_of_what_became_of_it(events: list[str], mark: StepMark) -> None:
    progress = Progress(None)
    for event in events:
        progress.save("a", "one", event)
    assert mark_of(progress.lesson("a").steps.get("one")) == mark


@dataclass(frozen=True)
class Taken:
    key: str
    taken: tuple[str, ...]


def test_the_path_has_all_lessons_in_their_order() -> None:
    progress = Progress(None)
    progress.save("a", "one", "passed")
    progress.save("a", "two", "skipped")
    lessons = [Taken("b", ("x",)), Taken("a", ("one", "two", "three"))]
    first, second = course(lessons, progress.lessons(), {"a": ("two",)}, {"b"}, "a")
    assert (first.key, first.marks, first.finished, first.begun, first.here) == ("b", ("new",), True, False, False)
    assert (second.key, second.marks, second.begun, second.here) == ("a", ("right", "due", "new"), True, True)
