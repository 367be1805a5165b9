"""The course as a picture: a path with the lessons on it, and a sign for each step."""

from __future__ import annotations

from collections.abc import Sequence

from ptrepl.screen.line import Line, plain, text_line
from ptrepl.screen.paragraphs import NO_BREAK, told
from ptrepl.screen.wrap import columns
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.progress.course import StepMark, Stop

_SIGNS: dict[StepMark, tuple[str, str]] = {
    "right": ("good", "■"),
    "retried": ("good", "▣"),
    "missed": ("note", "□"),
    "due": ("warn", "?"),
    "new": ("dim", "·"),
}
_APART = 2
"""Columns between two lessons, at least."""


def course_lines(stops: Sequence[Stop], width: int, rows: int | None = None) -> list[Line]:
    """Two lines for each row of lessons, and below them what the signs mean. ``width`` in columns.

    The rows of lessons stand apart, unless all of it would then take more than ``rows`` lines.
    """
    cell = max((max(columns(_name(each)), len(each.marks) + 1) for each in stops), default=0) + _APART
    across = max(1, (width + _APART) // cell)
    lines: list[Line] = []
    for begin in range(0, len(stops), across):
        row = stops[begin : begin + across]
        names: list[tuple[str, str]] = []
        path: list[tuple[str, str]] = []
        for each in row:
            last = each is row[-1]
            name = _name(each)
            style = "key" if each.here else "title" if each.begun else ""
            names.append((style, name if last else name + " " * (cell - columns(name))))
            path += _path(each, 0 if last else cell)
        lines += [tuple(names), tuple(path), ()]
    lines += _meaning(stops, width)
    return lines if rows is None or len(lines) <= rows else [line for line in lines if line]


def _name(stop: Stop) -> str:
    return f"▸ {stop.key}" if stop.here else stop.key


def _path(stop: Stop, cell: int) -> list[tuple[str, str]]:
    """The stop itself, its steps, and the way on to the next one in the row, ``cell`` columns in all."""
    sign = "●" if stop.finished else "◐" if stop.begun else "○"
    found = [("title" if stop.begun else "dim", sign), *(_SIGNS[mark] for mark in stop.marks)]
    return [*found, ("dim", "─" * (cell - 1 - len(stop.marks)))]


def _meaning(stops: Sequence[Stop], width: int) -> list[Line]:
    """What each sign that is there means, and how many steps and lessons are done."""
    words: dict[StepMark, str] = {
        "right": gettext("right at once"),
        "retried": gettext("right in the end"),
        "missed": gettext("skipped or missed"),
        "due": gettext("due for review"),
        "new": gettext("still ahead"),
    }
    used = {mark for each in stops for mark in each.marks}
    signs = [f"{_SIGNS[mark][1]} {text}".replace(" ", NO_BREAK) for mark, text in words.items() if mark in used]
    steps = [mark for each in stops for mark in each.marks]
    done = len(steps) - steps.count("new")
    lessons = sum(each.finished for each in stops)
    taken = ngettext("{done} of {count} step taken.", "{done} of {count} steps taken.", len(steps), done=done)
    whole = ngettext("{done} of {count} lesson done.", "{done} of {count} lessons done.", len(stops), done=lessons)
    legend = (text_line(plain(line).replace(NO_BREAK, " "), "dim") for line in told("   ".join(signs), width))
    return [*legend, *told(f"{taken} {whole}", width)]
