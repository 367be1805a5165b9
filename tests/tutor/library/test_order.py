"""Which lesson comes next."""

from __future__ import annotations

from pathlib import Path

from ptrepl.tutor.library.order import lesson_after, lesson_left, to_take
from ptrepl.tutor.library.shelf import Listed

SHELF = [
    Listed(name, name.title(), 30, (), ("one",), ("one",), Path(f"{name}.md"), pack)
    for name, pack in (("creation", ""), ("indexing", ""), ("autograd", ""), ("purr", "cats"), ("meow", "cats"))
]


def key(found: Listed | None) -> str | None:
    return found.key if found is not None else None


def test_the_lesson_that_follows() -> None:
    assert key(lesson_after(SHELF, "creation")) == "indexing"
    assert key(lesson_after(SHELF, "creation", {"indexing"})) == "autograd"
    assert key(lesson_after(SHELF, "autograd")) is None, "a pack is a course of its own"
    assert key(lesson_after(SHELF, "cats/purr")) == "cats/meow"
    assert key(lesson_after(SHELF, "mine")) is None


def test_the_lesson_to_go_on_with() -> None:
    assert key(to_take(SHELF, {}, ())) == "creation"
    assert key(to_take(SHELF, {"creation": 3, "autograd": 7}, {"creation"})) == "autograd"
    assert key(to_take(SHELF, {"creation": 3}, {"creation"})) == "indexing"
    assert to_take(SHELF, {}, {each.key for each in SHELF}) is None
    assert to_take([], {}, ()) is None


def test_of_several_that_were_begun_the_one_that_was_worked_at_last() -> None:
    assert key(to_take(SHELF, {"creation": 3, "autograd": 7, "indexing": 5}, ())) == "autograd"
    assert key(to_take(SHELF, {"autograd": 3, "creation": 7}, ())) == "creation"


def test_behind_the_last_lesson_one_that_was_not_finished() -> None:
    assert key(lesson_left(SHELF, "autograd", {}, {"creation"})) == "indexing"
    assert key(lesson_left(SHELF, "autograd", {"autograd": 9}, {"creation"})) == "indexing", "never the same again"
    assert lesson_left(SHELF, "autograd", {}, {"creation", "indexing"}) is None, "a pack is a course of its own"
    assert key(lesson_left(SHELF, "cats/meow", {}, ())) == "cats/purr"
    assert lesson_left(SHELF, "mine", {}, ()) is None
