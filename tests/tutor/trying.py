"""One answer to one step of a shipped lesson, given as a learner would give it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ptrepl.tutor.check.answers import DeviceAnswer, Dtype, Error, Numbers
from ptrepl.tutor.format.lesson import Choices, Lesson, Prose, Role, Step, StepKind
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.replay.dry_run import truth
from ptrepl.tutor.replay.known_outcomes import Oracle
from tests.shares import share_marks
from tests.tutor.lessons import Player, feedback, given


@functools.cache
def shipped(identifier: str) -> Lesson:
    """A lesson that comes with ptrepl."""
    return open_lesson(identifier).lesson


class _Oracle(Oracle):
    """Keeps what it found of every step; a learner's keeps that of the step they are at."""

    def __init__(self, one: Oracle) -> None:
        super().__init__(one._lesson, one._given)
        self._found: dict[int, Any] = {}

    def _enter(self, index: int) -> None:
        if index != self._step:
            self._found[self._step] = self._places, self._mistakes, self._waypoints
            self._step = index
            self._places, self._mistakes, self._waypoints = self._found.get(index, (None, {}, None))


_oracles: dict[str, _Oracle] = {}


def player_of(identifier: str) -> Player:
    """A learner at a lesson that comes with ptrepl.

    What the lesson's own code gives is worked out once, not anew for each of hundreds of answers.
    """
    player = Player(shipped(identifier))
    if identifier not in _oracles:
        _oracles[identifier] = _Oracle(player.run._oracle)
    player.run._oracle = player.run._attempts._oracle = _oracles[identifier]
    return player


def tried(identifier: str, step: str, source: str) -> tuple[bool, str]:
    """Whether ``source`` passes the step, typed at its beginning as one input; all that was said, or else the error."""
    player = player_of(identifier)
    player.begin_work(step)
    told = " ".join(text for _, text in feedback(player.type(source)))
    error = player.outcomes[-1].error
    return player.run.mode == "continue", told or (str(error) if error else "")


def each(answers: Mapping[str, Sequence[object]], every: int | None = 3) -> list[object]:
    """(step, answer) of a table of several answers a step: a share of each step's, as ``share_marks`` says."""
    return [
        pytest.param(step, answer, marks=share_marks(number, every))
        for step, several in answers.items()
        for number, answer in enumerate(several)
    ]


def unanswered(identifier: str, answers: Mapping[str, Sequence[object]], least: int) -> set[str]:
    """The steps that ask for code and for which the table has fewer than ``least`` different answers."""
    asking = [step.id for step in shipped(identifier).steps if step.kind in (StepKind.TASK, StepKind.FIX)]
    return {step for step in asking if len(set(answers.get(step, ()))) < least}


def prose_of(identifier: str, step: str) -> str:
    """What a step says, with its quotation and the words of its choices, all on one line."""
    (found,) = [each for each in shipped(identifier).steps if each.id == step]
    told = [block.text for block in found.blocks if isinstance(block, Prose)]
    told += [item.feedback for block in found.blocks if isinstance(block, Choices) for item in block.items]
    return " ".join(" ".join([*told, found.learned]).split())


def right_letter(step: Step) -> str:
    """The letter that is right at a choice."""
    (question,) = [block for block in step.blocks if isinstance(block, Choices)]
    return "abcdefgh"[[item.right for item in question.items].index(True)]


def right_answer(lesson: Lesson, step: Step) -> str:
    """What is to be typed at a prediction, worked out by running it."""
    import torch

    found = truth(lesson, lesson.steps.index(step), step.codes(Role.PREDICT)[0], given())
    assert isinstance(found, Numbers | Dtype | DeviceAnswer | Error), "nobody could type this answer"
    if isinstance(found, DeviceAnswer):
        return found.kind
    if not isinstance(found, Numbers):
        return found.name
    return str(torch.tensor(found.flat).reshape(found.shape or ()).tolist())


def right_inputs(lesson: Lesson) -> list[str]:
    """All that plays a lesson in a pipe from its first step to its last: answers and first solutions."""
    found = []
    for step in lesson.steps:
        if step.kind is StepKind.CHOICE:
            found.append(right_letter(step))
        elif step.kind is StepKind.PREDICT:
            found.append(right_answer(lesson, step))
        found += [code.source for code in step.codes(Role.SOLUTION)[:1]]
    return found
