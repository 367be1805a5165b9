"""Which lesson comes next. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ptrepl.tutor.library.shelf import Listed


def lesson_after(lessons: Sequence[Listed], key: str, finished: Container[str] = ()) -> Listed | None:
    """The next lesson of the same pack after ``key`` that is not ``finished``, in an order in which each follows those
    that it needs; None behind the last, and for a lesson that is not among them.
    """
    place = next((place for place, each in enumerate(lessons) if each.key == key), None)
    if place is None:
        return None
    later = [each for each in lessons[place + 1 :] if each.pack == lessons[place].pack]
    return next((each for each in later if each.key not in finished), None)


def to_take(lessons: Sequence[Listed], begun: Container[str], finished: Container[str]) -> Listed | None:
    """The lesson to go on with: one that was begun, else the first that is not finished; None where all are."""
    open_ones = [each for each in lessons if each.key not in finished]
    return next((each for each in open_ones if each.key in begun), open_ones[0] if open_ones else None)
