"""What is said and drawn of numbers that are followed."""

from __future__ import annotations

import math

import pytest

from ptrepl.engine.live.curve import Curve
from ptrepl.engine.live.follower import CountedBy, Followed, LoopProgress, Measure
from ptrepl.screen.figures.training import Course, ended_lines, running_line, running_lines, time_text
from ptrepl.screen.line import Line


def falling(name: str = "loss", points: int = 50, measure: Measure = Measure.VALUE) -> Followed:
    curve = Curve()
    for number in range(points):
        curve.add(float(number), 1 / (number + 1))
    return Followed(name, curve, measure, curve.values[-1], axis=CountedBy("step", "<here>", 1, 0))


def course(*followed: Followed, rounds: int | None = 200, rate: float | None = 25.0, seconds: float = 2.0) -> Course:
    return Course(followed, (LoopProgress("step", 50, rounds),), rate, seconds)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for _, text in line) for line in lines]


def test_the_line_of_words() -> None:
    assert texts([running_line(course(falling()), 80)]) == ["loss 0.02 · step 50 of 200 · 25/s · 6.0 s left"]
    assert texts([running_line(course(falling(), rounds=None), 80)]) == ["loss 0.02 · step 50 · 25/s"]
    slow = course(falling(), rate=0.1)
    assert texts([running_line(slow, 80)]) == ["loss 0.02 · step 50 of 200 · 10 s each · 25 min left"]
    unknown = course(falling(), rate=None)
    assert texts([running_line(unknown, 80)]) == ["loss 0.02 · step 50 of 200 · 2.0 s"]


def test_what_does_not_fit_is_left_out_whole() -> None:
    assert texts([running_line(course(falling(), falling("w", measure=Measure.NORM)), 31)]) == [
        "loss 0.02 · norm of w 0.02"
    ]


@pytest.mark.parametrize("rows", range(1, 40))
@pytest.mark.parametrize("width", [20, 79, 119])
def test_the_panel_keeps_to_its_rows_and_columns(rows: int, width: int) -> None:
    lines = texts(running_lines(course(falling(), falling("w"), falling("v")), width, rows))
    assert 1 <= len(lines) <= rows
    assert all(len(line) <= width for line in lines)


def test_as_many_curves_as_fit() -> None:
    state = course(falling("a"), falling("b"), falling("c"))
    titles = [
        [line.split()[0] for line in texts(running_lines(state, 79, rows)) if "over step" in line]
        for rows in (6, 7, 13, 19)
    ]
    assert titles == [[], ["a"], ["a", "b"], ["a", "b", "c"]]


def test_what_stays_is_the_curve_and_the_same_in_a_sentence() -> None:
    drawn = texts(ended_lines(course(falling()), 80, drawn=True))
    assert "loss over step" in drawn[0]
    said = "loss fell from 1 in round 1 of step to 0.02 in round 49. step ran 25 rounds a second."
    assert " ".join(drawn[-2:]) == said
    assert texts(ended_lines(course(falling()), None, drawn=False)) == [said]


def test_nothing_stays_of_what_did_not_move() -> None:
    level = Followed("n", Curve([0.0, 1.0, 2.0], [3.0, 3.0, 3.0]), Measure.VALUE, 3.0)
    assert ended_lines(Course((level,), (), None, 3.0), 80, drawn=True) == []


def test_a_loss_that_was_lost_is_told() -> None:
    curve = Curve([0.0, 1.0, 2.0], [1.0, 5.0, 1e30], not_finite=7)
    lost = Followed("loss", curve, Measure.VALUE, math.nan)
    (said,) = texts(ended_lines(Course((lost,), (), None, 3.0), None, drawn=False))
    assert said == "loss rose from 1 after 0.0 s to 1e+30 after 2.0 s. It is nan now."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (42.4, "42 s"), (600, "10 min"), (9000, "2.5 h")],
)
def test_times(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_a_peak_on_the_way_is_told() -> None:
    jumped = Followed("loss", Curve([0.0, 1.0, 2.0], [1.0, 100.0, 2.0]), Measure.VALUE, 2.0)
    (said,) = texts(ended_lines(Course((jumped,), (), None, 3.0), None, drawn=False))
    assert said == "loss rose from 1 after 0.0 s to 2 after 2.0 s. Its highest value was 100."
