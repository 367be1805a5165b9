"""Which lesson comes next."""

from __future__ import annotations

from pathlib import Path

from ptrepl.tutor.library.order import lesson_after, to_take
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
    assert key(to_take(SHELF, (), ())) == "creation"
    assert key(to_take(SHELF, {"creation", "autograd"}, {"creation"})) == "autograd"
    assert key(to_take(SHELF, {"creation"}, {"creation"})) == "indexing"
    assert to_take(SHELF, (), {each.key for each in SHELF}) is None
    assert to_take([], (), ()) is None
