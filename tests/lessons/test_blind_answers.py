"""Answers that people who have not seen the checks gave to the lessons, judged and answered in words.

A row of ``creation.jsonl`` … holds the step, the inputs, whether they are right, and why. Of a wrong one, ``fits`` is
what must be said about it: words on this very mistake, "" where only general words are; ``also`` holds the known
mistakes that may be told on the way. ``open``: why an answer leaves its question open, though one may find it right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from ptrepl.tutor.format.lesson import Role, Step, StepKind
from tests.lessons.playing import Played, play, rows_of
from tests.shares import share_marks, share_of_about
from tests.tutor.trying import shipped

pytestmark = [
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf"),
    pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar"),
    pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2"),
    pytest.mark.filterwarnings("ignore:list indices must be integers or slices:SyntaxWarning"),
    pytest.mark.filterwarnings("ignore:.* is not supported as a fill value"),
    pytest.mark.filterwarnings("ignore:Using a target size"),
]

LESSONS = (
    "start",
    "creation",
    "indexing",
    "shapes",
    "math",
    "broadcasting",
    "linalg",
    "data",
    "graph",
    "autograd",
    "autograd-more",
    "regression",
    "regression-nn",
    "logistic",
    "modules",
    "optim",
    "devices",
    "faster",
    "evaluation",
    "capstone",
    "debugging",
    "debugging-silent",
    "sequences",
    "puzzles",
    "puzzles-more",
)
ROWS = [row for lesson in LESSONS for row in rows_of(Path(__file__).with_name(f"{lesson}.jsonl"))]
TRAINS = (
    "regression/loop",
    "regression/train",
    "regression/too-fast",
    "regression/stopped-early",
    "regression-nn/four-lines",
    "regression-nn/flat",
    "regression-nn/running-loss",
    "regression-nn/made-anew",
    "regression-nn/alone",
    "logistic/train",
    "logistic/stopped-at-once",
    "logistic/three",
    "optim/sweep",
    "optim/too-often",
    "optim/alone",
    "evaluation/kept",
    "evaluation/decay",
    "capstone/all",
    "sequences/train",
)
LEAST = {
    "start": 0.9,
    "shapes": 0.9,
    "math": 0.9,
    "broadcasting": 0.9,
    "graph": 0.9,
    "autograd": 0.9,
    "autograd-more": 0.9,
    "regression-nn": 0.9,
}
"""How many of the wrong answers are answered in words that fit, where it is more than 70 %."""
SHOWN = (StepKind.READ, StepKind.DEMO)
"""Steps at which nothing has to be typed."""
EVERY = share_of_about(80, len(ROWS))
"""One answer of so many is played in every run, the others nightly; of a step that trains fewer."""
EVERY_TRAINING = 3
"""Of the steps that train one of so many: an answer to each of them takes seconds."""


def parts() -> list[Any]:
    """The rows of each step in two parts: those of every run, and the others."""
    steps: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in ROWS:
        steps[row["step"]].append(row)
    found = []
    for step, rows in steps.items():
        every = EVERY * 4 if step in TRAINS else EVERY
        marks = share_marks(TRAINS.index(step), EVERY_TRAINING) if step in TRAINS else []
        found.append(pytest.param(rows[::every], id=step, marks=marks))
        others = [row for number, row in enumerate(rows) if number % every]
        found.append(pytest.param(others, id=f"{step} all", marks=pytest.mark.nightly))
    return found


def known_words(step: str) -> set[str]:
    """What the step says to each of its known mistakes."""
    return {code.says for code in _step(step).codes(Role.WRONG)}


def _step(step: str) -> Step:
    lesson, _, name = step.partition("/")
    (found,) = [each for each in shipped(lesson).steps if each.id == name]
    return found


def misjudged(row: dict[str, Any], played: Played) -> str:
    """What is amiss with how a row was judged or what was said about it; "" for nothing."""
    if "open" in row:
        return "" if not played.accepted and not played.said else "the question is no longer open"
    if played.accepted is not row["right"]:
        return "refused" if row["right"] else "accepted"
    if row["right"]:
        return ""
    if row["fits"] not in " ".join((*played.said, *played.explained, *played.advice)):
        return f"nothing that fits: {row['fits']}"
    fitting = (row["fits"], *row.get("also", ()))
    others = [words for words in known_words(row["step"]) if words in played.words]
    untrue = [words for words in others if not any(words in each for each in fitting)]
    return f"another mistake's words: {untrue}" if untrue else ""


@pytest.mark.parametrize("rows", parts())
def test_answers_are_judged_rightly_and_told_nothing_untrue(rows: list[dict[str, Any]]) -> None:
    for package in _step(rows[0]["step"]).packages:
        pytest.importorskip(package)
    found = []
    for row in rows:
        played = play(row["step"], row["inputs"])
        if amiss := misjudged(row, played):
            found.append((amiss, row["why"], row["inputs"], played.said))
    assert not found


@pytest.mark.parametrize("lesson", LESSONS)
def test_most_mistakes_are_answered_in_words_that_fit(lesson: str) -> None:
    wrong = [row for row in ROWS if row["step"].partition("/")[0] == lesson and not row["right"]]
    of_a_step = Counter(row["step"] for row in wrong)
    assert all(count >= (3 if _step(step).kind is StepKind.CHOICE else 5) for step, count in of_a_step.items())
    asking = {each.id for each in shipped(lesson).steps if each.kind not in SHOWN}
    assert {step.partition("/")[2] for step in of_a_step} == asking
    assert sum(bool(row["fits"]) for row in wrong) / len(wrong) >= LEAST.get(lesson, 0.7)
