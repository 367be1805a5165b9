"""One program tried at one step: from the state in which the step starts, in a process of its own, then checked."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.outcome import Status
from ptrepl.engine.run.session import Session
from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.verdict import CheckFault, Last, Verdict
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step
from ptrepl.tutor.isolation.guard import RandomState, guarded, set_random_state
from ptrepl.tutor.isolation.torch_api import is_tensor_value
from ptrepl.tutor.play.touched import touched
from ptrepl.tutor.replay.dry_run import run, start
from ptrepl.tutor.verify.isolate import FORKS, Lost, apart
from ptrepl.tutor.verify.observe import Observable, Observed, first_broken, observe
from ptrepl.tutor.verify.promise import Promise, promise_of

TRIAL_SECONDS = 20.0
"""Seconds for an author's own program."""
_TIMES, _MORE = 5.0, 0.5
"""A mutant may keep the processor busy for this many times as long as its solution, and this many seconds more."""
_ON_THE_CLOCK = 5.0
"""On the clock it may take so many times that: other programs run too."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How it ended. ``seconds`` passed on the clock; ``busy``: those in which the processor worked on it.

    ``touched``: the names that the tutor counts as touched by these statements.
    ``imported``: the modules of torch and of ours that were loaded meanwhile.
    """

    verdict: Verdict
    last: Last
    seconds: float
    busy: float
    observed: Observed
    touched: frozenset[str] = frozenset()
    imported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A mutant that passes the checks. ``broken``: the first promise that it breaks; None where it keeps them all."""

    broken: Observable | None


class Bench:
    """One step on which programs are tried. ``namespace`` and ``random`` are as its setup has left them.

    ``bench.attempt(code)`` runs a program and the checks and gives a Trial, ``bench.solve(code)`` one with what the
    step promises, run once however often it is asked for; ``bench.as_typed(code)`` runs it through the learner's
    prompt; ``bench.run_mutant(mutant, …)`` runs the checks on a mutant. Each runs in a process of its own, so that the
    next one starts from the same state.
    """

    def __init__(
        self, lesson: Lesson, index: int, given: Mapping[str, Any], namespace: dict[str, Any], random: RandomState
    ) -> None:
        self.lesson = lesson
        self.step: Step = lesson.steps[index]
        self._index = index
        self._given = given
        self._namespace = namespace
        self._random = random
        self.promise = promise_of(self.step)
        if any("optim" in code.source for code in self.step.codes(*Role)):
            _import_here(("torch._dynamo",))  # the first optimizer does so, and that takes a second
        self._solved: dict[CodeFence, Trial | Lost] = {}
        self.lost: set[int] = set()
        """Lines of programs that gave no result: running one in this process could hang or end it."""

    def attempt(self, code: CodeFence, promise: Promise | None = None, random: RandomState | None = None) -> Trial:
        """Run ``code`` and the checks. ``random``: in place of the step's random state. Raises Lost."""

        def task() -> Trial:
            with guarded():
                namespace = self._begin(random)
                loaded = set(sys.modules)
                began, worked = time.perf_counter(), time.process_time()
                last = run(self.lesson, code, namespace)
                verdict = grade(self.lesson, self.step, namespace, last, self._given)
                seconds, busy = time.perf_counter() - began, time.process_time() - worked
                seen: Observed = {}
                if promise is not None:
                    seen = observe(self.lesson, self.step, promise, namespace, last, self._given)
            imported = _imported_since(loaded)
            return Trial(_plain(verdict), replace(last, value=None), seconds, busy, seen, imported=imported)

        try:
            trial = apart(task, TRIAL_SECONDS)
        except Lost:
            self.lost.add(code.line)
            raise
        _import_here(trial.imported)
        return trial

    def solve(self, code: CodeFence) -> Trial:
        """Run a solution, once, and observe what it promises. Raises Lost."""
        if code not in self._solved:
            try:
                self._solved[code] = self.attempt(code, self.promise)
            except Lost as lost:
                self._solved[code] = lost
        found = self._solved[code]
        if isinstance(found, Lost):
            raise found
        return found

    def as_typed(self, code: CodeFence) -> Trial:
        """The same through the learner's own prompt, which knows what was touched. Raises Lost."""

        def task() -> Trial:
            with guarded() as printed:
                namespace = self._begin(None)
                loaded = set(sys.modules)
                session = Session("checked", lambda: namespace, adopt=True)
                session.ready()
                outcomes = list(session.run(code.source))
                names = touched(outcomes).all
                last = Last(source=code.source)
                if outcomes and outcomes[-1].status is Status.RAISED and (error := outcomes[-1].error) is not None:
                    last = Last(error.bare_name, error.message, source=code.source)
                elif "_" in names:
                    last = replace(last, value=builtins.__dict__.get("_"))
                ran = "\n".join(each.source for each in outcomes if each.status is Status.OK)
                last = replace(last, ran=ran, printed=printed.getvalue())
                verdict = grade(self.lesson, self.step, session.namespace, last, self._given)
            return Trial(_plain(verdict), replace(last, value=None), 0.0, 0.0, {}, names, _imported_since(loaded))

        trial = apart(task, TRIAL_SECONDS)
        _import_here(trial.imported)
        return trial

    def run_mutant(self, code: CodeFence, wanted: Observed, of: Trial) -> Passed | CheckFault | None:
        """Run the checks on a mutant; None if they reject it, or if it takes much longer than the solution, ``of``.

        A check that raises an error itself lets the learner go on, so it rejects nothing: its CheckFault is returned.
        """

        def task() -> Passed | CheckFault | None:
            with guarded():
                namespace = self._begin(None)
                last = run(self.lesson, code, namespace)
                verdict = grade(self.lesson, self.step, namespace, last, self._given)
                if verdict.fault:
                    return verdict.fault
                if not verdict.passed:
                    return None
                return Passed(first_broken(self.lesson, self.step, self.promise, namespace, last, self._given, wanted))

        try:
            busy = _TIMES * of.busy + _MORE
            return apart(task, _ON_THE_CLOCK * max(busy, _TIMES * of.seconds + _MORE), busy)
        except Lost:
            return None

    def _begin(self, random: RandomState | None) -> dict[str, Any]:
        namespace = self._namespace if FORKS else start(self.lesson, self._index, self._given)
        set_random_state(random or self._random)
        return namespace


def _imported_since(loaded: set[str]) -> tuple[str, ...]:
    return tuple(name for name in sys.modules.keys() - loaded if name.startswith(("torch.", "ptrepl.")))


def _import_here(names: tuple[str, ...]) -> None:
    """Import them in this process, once: else every program that is tried would load them again."""
    for name in sorted(names):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _plain(verdict: Verdict) -> Verdict:
    """Without the learner's own objects, which may not be picklable."""
    return replace(verdict, seen=tuple(each if _travels(each) else type(each).__name__ for each in verdict.seen))


def _travels(value: Any) -> bool:
    if is_tensor_value(value):
        return True
    if type(value) in (tuple, list):
        return all(map(_travels, value))
    return value is None or type(value) in (bool, int, float, str)
