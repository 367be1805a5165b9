"""Which lesson comes next. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

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


def lesson_left(
    lessons: Sequence[Listed], key: str, begun: Mapping[str, int], finished: Container[str]
) -> Listed | None:
    """The lesson of the same pack to come back to behind its last one, which is ``key``: as ``to_take`` says."""
    pack = next((each.pack for each in lessons if each.key == key), None)
    return to_take([each for each in lessons if each.pack == pack and each.key != key], begun, finished)


def to_take(lessons: Sequence[Listed], begun: Mapping[str, int], finished: Container[str]) -> Listed | None:
    """The lesson to go on with: the one that was worked at last, else the first that is not finished; None where all
    are. ``begun``: key of each lesson in which something was done → a number that grows with the time when.
    """
    open_ones = [each for each in lessons if each.key not in finished]
    worked = [each for each in open_ones if each.key in begun]
    return max(worked, key=lambda each: begun[each.key]) if worked else next(iter(open_ones), None)
