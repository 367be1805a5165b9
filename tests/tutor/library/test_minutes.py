"""The minutes of a shipped lesson are those that its words, its code and its tasks take, to a third."""

from __future__ import annotations

import pytest

from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Prose, Role, Step, StepKind
from ptrepl.tutor.library.shelf import shelf
from tests.tutor.trying import shipped

WORDS, CODE, TYPED = 150, 50, 20
"""A minute's worth: words of prose read in a language that is not one's own, of code read, and of code typed."""
QUESTION, TASK, PUZZLE = 0.5, 1.5, 2.0
"""Minutes to think: about a question, about a task, and so many more about a puzzle."""
READ = (Role.DEMO, Role.PREDICT, Role.STARTER)


def minutes_of(step: Step, *, puzzle: bool) -> float:
    words, code, thought = len(step.learned.split()), 0, 0.0
    for block in step.blocks:
        if isinstance(block, Prose):
            words += len(block.text.split())
        elif isinstance(block, Choices):
            words += sum(len(item.text.split()) for item in block.items)
        elif isinstance(block, CodeFence) and block.role in READ:
            code += len(block.source.split())
    if step.kind.asks_for_code:
        thought = TASK + PUZZLE * puzzle + len(step.codes(Role.SOLUTION)[0].source.split()) / TYPED
    elif step.kind in (StepKind.CHOICE, StepKind.PREDICT):
        thought = QUESTION
    return words / WORDS + code / CODE + thought


def reckoned(lesson: Lesson) -> float:
    return sum(minutes_of(step, puzzle=lesson.id.startswith("puzzles")) for step in lesson.steps)


@pytest.mark.parametrize("identifier", [listed.id for listed in shelf()])
def test_the_minutes_of_a_lesson_are_those_of_its_words_and_tasks(identifier: str) -> None:
    lesson = shipped(identifier)
    assert 2 / 3 < reckoned(lesson) / lesson.minutes < 4 / 3, reckoned(lesson)
