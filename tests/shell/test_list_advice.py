"""What ``--list`` says to go on with: at the beginning, in the middle, and when all is done."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from ptrepl.shell.lessons.listing import list_lines
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.progress.log import Progress

ALL = [listed.key for listed in shelf()]
STEPS = {listed.key: listed.steps for listed in shelf()}


def listed(finished: Iterable[str] = (), *events: tuple[str, str]) -> list[str]:
    """The list where these lessons are ``finished``, and of others these (lesson, event) were kept, in this order."""
    progress = Progress(None)
    for key in finished:
        for step in STEPS[key]:
            progress.save(key, step, "passed", 1)
    for key, event in events:
        progress.save(key, STEPS[key][0], event, 1)
    return [plain(line) for line in list_lines(shelf(), progress.lessons(), {}, drawn=True, width=80)]


@pytest.mark.parametrize(
    ("finished", "events", "said"),
    [
        ([], [], "Begin with: ptrepl --lesson start"),
        ([], [("start", "entered")], "Begin with: ptrepl --lesson start"),
        ([], [("start", "passed")], "Go on with: ptrepl --lesson start"),
        (["start"], [], "Next: ptrepl --lesson creation"),
        (["start"], [("autograd", "entered")], "Next: ptrepl --lesson creation"),
        (["start"], [("autograd", "passed"), ("math", "attempt")], "Go on with: ptrepl --lesson math"),
        (["start"], [("math", "attempt"), ("autograd", "passed")], "Go on with: ptrepl --lesson autograd"),
        (ALL[:6], [], f"Next: ptrepl --lesson {ALL[6]}"),
        (ALL, [], "You have finished all of them. Take one again with: ptrepl --lesson start"),
    ],
)
def test_what_to_go_on_with(finished: list[str], events: list[tuple[str, str]], said: str) -> None:
    assert listed(finished, *events)[-1] == said


@pytest.mark.parametrize("finished", [[], ALL[:4], ALL])
def test_it_fits_eighty_columns(finished: list[str]) -> None:
    assert max(map(columns, listed(finished))) <= 80


def test_the_order_is_that_of_the_course() -> None:
    course = (
        "start creation indexing shapes math broadcasting linalg data graph autograd autograd-more regression".split()
    )
    course += "regression-nn logistic modules optim devices debugging debugging-silent evaluation".split()
    course += "sequences faster capstone puzzles puzzles-more".split()
    assert [key for key in ALL if key in course] == course
    needs = {listed.key: {*listed.needs} for listed in shelf()}
    assert needs["start"] == set()
    assert needs["data"] >= {"broadcasting"}
    before, found = {"autograd"}, set[str]()
    while before:
        found |= before
        before = set[str]().union(*(needs[each] for each in before)) - found
    assert found >= {"creation", "indexing", "shapes", "math", "broadcasting", "linalg", "graph"}
