"""What a statement's numbers do while it runs, and what they have done: a line of words, and curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ptrepl.engine.live.curve import Curve
from ptrepl.engine.live.follower import Followed, Follower, LoopProgress, Measure
from ptrepl.screen.figures.chart import Series, chart_lines
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.line import Line, harmless
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns
from ptrepl.texts.messages import gettext

_AXES = 3
"""Lines of a chart beside its canvas: its title, its axis, the labels of that."""
_LEAST_ROWS = 3
_MOST_ROWS = 8
_ROWS_AFTER = {1: 8, 2: 5, 3: 3}
"""Of each canvas, by their number: with the x-ray below them all of it stays on a screen of 24 rows."""
_MOST_CHARTS = 3
_FEW_POINTS = 3
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Course:
    """A follower's state at one moment."""

    followed: tuple[Followed, ...]
    loops: tuple[LoopProgress, ...]
    rounds_per_second: float | None
    seconds: float

    @property
    def moving(self) -> list[Followed]:
        """Those with a curve worth drawing."""
        return [each for each in self.followed if each.curve.moves and len(each.curve.values) >= _FEW_POINTS]


def course_of(follower: Follower) -> Course:
    """The state now."""
    return Course(tuple(follower.followed), follower.loops, follower.rounds_per_second, follower.seconds)


def running_line(course: Course, width: int | None) -> Line:
    """``loss 0.0421 · step 412 of 2,000 · 820/s · 2 s left``: what fits into ``width`` columns."""
    texts = [_latest(each) for each in course.followed if each.latest is not None]
    texts += [_loop_text(each) for each in course.loops]
    rate = course.rounds_per_second
    if rate:
        texts.append(
            gettext("{rate}/s", rate=_rate_text(rate))
            if rate >= 1
            else gettext("{time} each", time=time_text(1 / rate))
        )
        loop = course.loops[0] if course.loops else None
        if loop is not None and loop.rounds is not None:
            texts.append(gettext("{time} left", time=time_text((loop.rounds - loop.done) / rate)))
    else:
        texts.append(time_text(course.seconds))
    line: list[tuple[str, str]] = []
    used = 0
    for text in texts:
        used += columns(text) + 3 * bool(line)
        if width is not None and used >= width and line:
            break
        line += [*([("dim", " · ")] if line else []), ("value", text)]
    return tuple(line)


def running_lines(course: Course, width: int, rows: int) -> list[Line]:
    """At most ``rows`` lines: the words, and as many curves as fit below each other."""
    lines = [running_line(course, width)]
    shown = course.moving[:_MOST_CHARTS]
    while shown and (room := (rows - 1) // len(shown) - _AXES) < _LEAST_ROWS:
        shown.pop()
    for each in shown:
        lines += _chart(each, width, min(room, _MOST_ROWS))
    return lines


def ended_lines(course: Course, width: int | None, *, drawn: bool) -> list[Line]:
    """What stays once the statement is through: each curve, and below them the same in sentences."""
    lines: list[Line] = []
    if not course.moving:
        return lines
    shown = course.moving[:_MOST_CHARTS] if drawn else []
    for each in shown:
        lines += _chart(each, width, _ROWS_AFTER[len(shown)])
    said = [_told(each) for each in course.moving]
    if course.rounds_per_second and course.loops:
        said.append(_rate_told(course.loops[0].counter, course.rounds_per_second))
    return lines + told(" ".join(said), width)


def time_text(seconds: float) -> str:
    """``0.4 s``, ``26 s``, ``3 min``, ``2.5 h``."""
    if seconds < 10:
        return gettext("{count} s", count=f"{seconds:.1f}")
    if seconds < 120:
        return gettext("{count} s", count=f"{seconds:.0f}")
    if seconds < 7200:
        return gettext("{count} min", count=f"{seconds / 60:.0f}")
    return gettext("{count} h", count=f"{seconds / 3600:.1f}")


def _label(followed: Followed) -> str:
    name = harmless(followed.name)
    match followed.measure:
        case Measure.NORM:
            return gettext("norm of {name}", name=name)
        case Measure.GRADIENT_NORM:
            return gettext("gradient norm of {name}", name=name)
        case _:
            return name


def _latest(followed: Followed) -> str:
    assert followed.latest is not None
    return f"{_label(followed)} {short_number(followed.latest)}"


def _loop_text(loop: LoopProgress) -> str:
    if loop.rounds is None:
        return gettext("{counter} {done:,}", counter=harmless(loop.counter), done=loop.done)
    return gettext(
        "{counter} {done:,} of {rounds:,}", counter=harmless(loop.counter), done=loop.done, rounds=loop.rounds
    )


def _points(curve: Curve) -> tuple[tuple[float, ...], tuple[float, ...]]:
    # a point may be on its way in, in the thread that runs the statement
    places, values = tuple(curve.places), tuple(curve.values)
    count = min(len(places), len(values))
    return places[:count], values[:count]


def _chart(followed: Followed, width: int | None, rows: int) -> list[Line]:
    x, y = _points(followed.curve)
    across = followed.axis.counter if followed.axis is not None else gettext("seconds")
    title = gettext("{name} over {axis}", name=_label(followed), axis=harmless(across))
    return chart_lines([Series(x, y)], width, rows=rows, title=title)


def _told(followed: Followed) -> str:
    x, y = _points(followed.curve)
    # the first point is the first that was seen: rounds may have gone by before it
    if followed.axis is not None:
        last = max(int(x[-1]), int(x[0]) + 1)
        said = _from_round_to_round(_label(followed), y, (int(x[0]) + 1, last), harmless(followed.axis.counter))
    else:
        said = _from_time_to_time(_label(followed), y, time_text(x[0]), time_text(x[-1]))
    if (highest := max(y)) > max(y[0], y[-1]) and _short(highest) not in (_short(y[0]), _short(y[-1])):
        peak = gettext("Its highest value was {value}.", value=_short(highest))
        said = f"{said} {peak}"
    if followed.curve.not_finite and _is_lost(followed):
        more = gettext("It is {value} now.", value=str(followed.latest))
        said = f"{said} {more}"
    return said


def _is_lost(followed: Followed) -> bool:
    return followed.latest is not None and not math.isfinite(followed.latest)


def _from_round_to_round(name: str, y: Sequence[float], rounds: tuple[int, int], counter: str) -> str:
    fields = {
        "name": name,
        "first": _short(y[0]),
        "last": _short(y[-1]),
        "begin": f"{rounds[0]:,}",
        "end": f"{rounds[1]:,}",
        "counter": counter,
    }
    if fields["first"] == fields["last"]:
        return gettext("{name} is {first} in round {begin} of {counter} and in round {end}.", **fields)
    if y[-1] < y[0]:
        return gettext("{name} fell from {first} in round {begin} of {counter} to {last} in round {end}.", **fields)
    return gettext("{name} rose from {first} in round {begin} of {counter} to {last} in round {end}.", **fields)


def _from_time_to_time(name: str, y: Sequence[float], begin: str, end: str) -> str:
    fields = {"name": name, "first": _short(y[0]), "last": _short(y[-1]), "begin": begin, "end": end}
    if fields["first"] == fields["last"]:
        return gettext("{name} is {first} after {begin} and after {end}.", **fields)
    if y[-1] < y[0]:
        return gettext("{name} fell from {first} after {begin} to {last} after {end}.", **fields)
    return gettext("{name} rose from {first} after {begin} to {last} after {end}.", **fields)


def _rate_told(counter: str, rate: float) -> str:
    if rate >= 1:
        return gettext("{counter} ran {rate} rounds a second.", counter=harmless(counter), rate=_rate_text(rate))
    return gettext("A round of {counter} took {time}.", counter=harmless(counter), time=time_text(1 / rate))


def _rate_text(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else _short(rate)


def _short(value: float) -> str:
    return short_number(value, _DIGITS)
