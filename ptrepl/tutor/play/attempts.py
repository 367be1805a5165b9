"""What the learner types at one step, checked after each input."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.engine.run.session import Session
from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.lesson import Lesson, Role
from ptrepl.tutor.names import RESULT, asked_names, names_bound_by, used_names
from ptrepl.tutor.play.state import Ran
from ptrepl.tutor.play.touched import touched
from ptrepl.tutor.replay.known_outcomes import Oracle
from ptrepl.tutor.replay.stage import Stage


class Attempts:
    """The inputs of one step so far. ``given``: the names that every step finds (torch, nn, F, device …)."""

    def __init__(
        self, lesson: Lesson, session: Session, stage: Stage, oracle: Oracle, given: Mapping[str, Any]
    ) -> None:
        self._lesson = lesson
        self._session = session
        self._stage = stage
        self._oracle = oracle
        self._given = given
        self._typed: list[str] = []
        self._ran: list[str] = []
        self._printed: list[str] = []
        self._half_done = False
        self._made: frozenset[str] = frozenset()

    @property
    def begun(self) -> bool:
        """Whether anything was run in this step."""
        return bool(self._typed)

    def begin(self) -> None:
        """Another step begins, or the same one again."""
        self._typed.clear()
        self._ran.clear()
        self._printed.clear()
        self._half_done = False
        self._made = frozenset()

    def note(self, outcomes: Sequence[Outcome], printed: str) -> frozenset[str]:
        """One input ran, all its statements, and wrote ``printed`` to stdout; the names that it touched."""
        source = "\n".join(outcome.source for outcome in outcomes)
        self._typed.append(source)
        self._ran += (outcome.source for outcome in outcomes if outcome.status is Status.OK)
        self._half_done |= any(each.status is not Status.OK and (each.bound or each.changes) for each in outcomes)
        self._printed.append(printed)
        names = touched(outcomes).all
        self._made |= names
        names = names if self._session.watching else names | used_names(source)
        self._stage.disturb(names)
        return names

    def graded(self, index: int, outcomes: Sequence[Outcome], names: frozenset[str]) -> Ran:
        """The last input, held against the checks of step ``index``. ``names``: what ``note`` gave."""
        step = self._lesson.steps[index]
        what = touched(outcomes)
        graded = frozenset[str]().union(*(asked_names(each.source, only="grad") for each in step.codes(Role.CHECK)))
        names -= what.gradients - graded  # other gradients are intermediate results
        typed = "\n".join(self._typed)
        last = _ended(outcomes[-1], RESULT in what.bound, typed)
        ran = "" if self._half_done else "\n".join(self._ran)
        last = replace(last, ran=ran, printed="".join(self._printed))
        verdict = grade(self._lesson, step, self._session.namespace, last, self._given)
        if verdict.about and what.gradients & graded:
            names |= {verdict.about}  # the backward pass is the last operation of the step
        told, begun_well = "", False
        if verdict.passed:
            self._stage.passed(index)
        elif not verdict.fault and (last.error or verdict.about in names | self._made):
            told = self._oracle.known_mistake(index, verdict, last, typed, self._typed[-1], self._made)
            begun_well = self._oracle.on_the_way(index, verdict, last, typed)
        prepared = frozenset[str]().union(*(names_bound_by(code.source) for code in step.codes(Role.SETUP)))
        in_place = bool(what.changed & prepared - names_bound_by(typed))
        return Ran(self._typed[-1], names, verdict, bool(last.error), told, in_place, typed, self._made, begun_well)


def _ended(outcome: Outcome, gave_value: bool, typed: str) -> Last:
    if outcome.status is Status.RAISED and outcome.error is not None:
        return Last(outcome.error.type_name, outcome.error.message, source=typed)
    return Last(value=builtins.__dict__.get("_") if gave_value else None, source=typed)
