"""What named numbers do while a statement runs.

Nothing is added to the learner's code, and nothing of theirs runs. A sample reads what the names mean at that moment,
in the innermost function that has them; between two samples any number of rounds may have gone by.
"""

from __future__ import annotations

import enum
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from ptrepl.engine.live.curve import Curve
from ptrepl.engine.live.loops import CountingLoop, counting_loop, loops_around
from ptrepl.engine.live.stack import MISSING, Stack, is_of_module
from ptrepl.engine.pinned import gradients_of, norm, only_element, parameters_to_measure, python_number
from ptrepl.engine.watch.kinds import Kind, kind_of

_MOST_READ = 1 << 15
"""Elements up to which a norm is computed meanwhile: torch gives a larger one to threads that the statement wants."""
_FEW_LOOPS = 2
_MANY_ROUNDS = 30
"""Of a loop whose rounds alone make a curve; a round of a shorter one is too long to be a step of it."""
_ROOT = re.compile(r"\w+")


class Measure(enum.Enum):
    """What number of an object is followed."""

    VALUE = enum.auto()
    NORM = enum.auto()
    """Of a tensor with more than one element."""
    GRADIENT_NORM = enum.auto()
    """Of a module: over all of its parameters together."""


@dataclass(frozen=True, slots=True)
class CountedBy:
    """An outermost loop that counts."""

    counter: str
    filename: str
    line: int
    column: int


@dataclass(slots=True)
class Followed:
    """One name. ``measure``: None until there was a number; ``latest``: the last one, finite or not."""

    name: str
    curve: Curve = field(default_factory=Curve)
    measure: Measure | None = None
    latest: float | None = None
    owner: CodeType | None = None
    """The function that is running and has the name; None for a name of the session."""
    axis: CountedBy | None = None
    """The loop whose rounds are the places of the curve; None where they are seconds."""


@dataclass(frozen=True, slots=True)
class LoopProgress:
    """Of one loop: ``done`` rounds were begun, of ``rounds`` where that is known."""

    counter: str
    done: int
    rounds: int | None


class Follower:
    """``find(target, names)`` is the object that ``target`` names, ``MISSING`` where there is none.

    ``learner_files``: as ``Stack`` takes it.
    """

    def __init__(
        self,
        targets: Sequence[str],
        namespace: Mapping[str, Any],
        find: Callable[[str, Mapping[str, Any]], Any],
        learner_files: Callable[[str], bool],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.followed = [Followed(target) for target in targets]
        self.loops: tuple[LoopProgress, ...] = ()
        """The outermost loops that count, as they were at the last sample."""
        self.rounds_per_second: float | None = None
        """Of the outermost loop that counts."""
        self._namespace = namespace
        self._find = find
        self._learner_files = lru_cache(maxsize=256)(learner_files)
        self._clock = clock
        self._began = clock()
        self._known: dict[tuple[str, int, int], CountingLoop | None] = {}
        self._first: tuple[CountedBy, float, float] | None = None
        self._axis: CountedBy | None = None
        """The outermost loop that counts, at the last sample in one."""
        self._outer: CountingLoop | None = None
        """The same, where its counter is a name of the session."""
        stack = Stack(None, self._learner_files)
        self._before = {name: _number(self._object(name, stack)[0]) for name in targets}

    @property
    def seconds(self) -> float:
        """Since the statement began."""
        return self._clock() - self._began

    def sample(self, frame: FrameType | None) -> None:
        """Read each name, and how far the loops are, in ``frame`` and those that called it.

        In the thread that runs them only: an operation of torch's goes on without the GIL, so that a tensor that
        another thread reads meanwhile may be half changed (``grad`` during ``backward`` crashes the process).
        """
        stack = Stack(frame, self._learner_files)
        now = self.seconds
        loops, position = self._loops_in(stack)
        objects = [self._object(followed.name, stack) for followed in self.followed]
        del stack, frame
        if loops:
            self.loops = loops
        if position is not None and self._axis is not None:
            self._measure_rate(self._axis, position, now)
            self._take(objects, self._axis, position)
        else:
            self._take(objects, None, now)

    def finish(self) -> None:
        """Read the names of the session once more, after the statement."""
        stack = Stack(None, self._learner_files)
        names = [each.name if each.owner is None else "" for each in self.followed]
        objects = [self._object(name, stack) for name in names]
        value = self._namespace.get(self._axis.counter) if self._axis is not None else None
        done = self._outer.done(value) if self._outer is not None else None
        if done is not None and self.loops:
            self.loops = (replace(self.loops[0], done=done),)
        if not any(each.axis for each in self.followed):
            self._take(objects, None, self.seconds)
        elif done is not None and self.loops:
            self._take(objects, self._axis, float(done))

    def _take(self, objects: list[tuple[Any, CodeType | None]], axis: CountedBy | None, place: float) -> None:
        for followed in self.followed:
            value, owner = objects.pop(0)
            number = _number(value)
            if number is None or (owner is None and self._before.get(followed.name) == number):
                continue  # a name of the session that the statement has not come to yet
            self._before.pop(followed.name, None)
            if followed.measure is not number[0] or followed.owner is not owner:
                followed.measure, followed.owner, followed.curve = number[0], owner, Curve()
            followed.latest = number[1]
            if not followed.curve.values:
                followed.axis = axis
            elif axis is None and followed.axis is not None:
                continue  # between two loops, or behind the last
            elif axis != followed.axis:
                followed.axis, followed.curve = axis, Curve()
            followed.curve.add(place, number[1])

    def _object(self, target: str, stack: Stack) -> tuple[Any, CodeType | None]:
        root = _ROOT.match(target)
        if root is None:
            return MISSING, None
        value, owner = stack.value(root[0], self._namespace)
        if value is not MISSING and root[0] != target:
            value = self._find(target, {root[0]: value})
        return value, owner

    def _loops_in(self, stack: Stack) -> tuple[tuple[LoopProgress, ...], float | None]:
        """The outermost loops that count, and the place in them: 2.5 is half of the third round of the outermost."""
        found: list[LoopProgress] = []
        for frame in reversed(stack.frames):

            def lookup(name: str, frame: Any = frame) -> Any:
                local = stack.local(frame, name)
                return frame.f_globals.get(name, MISSING) if local is MISSING else local

            for loop in loops_around(frame.f_code.co_filename, frame.f_lineno):
                key = frame.f_code.co_filename, loop.lineno, loop.col_offset
                if key not in self._known:
                    self._known[key] = counting_loop(loop, lookup)
                counting = self._known[key]
                done = counting.done(lookup(counting.counter)) if counting is not None else None
                if counting is None or done is None:
                    continue
                if not found:
                    self._axis = CountedBy(counting.counter, *key)
                    self._outer = counting if frame.f_globals is self._namespace and is_of_module(frame) else None
                found.append(LoopProgress(counting.counter, done, counting.rounds))
                if len(found) == _FEW_LOOPS:
                    return tuple(found), _place(found)
        return tuple(found), _place(found)

    def _measure_rate(self, axis: CountedBy, position: float, now: float) -> None:
        if self._first is None or self._first[0] != axis or position < self._first[1]:
            self._first = axis, position, now
            self.rounds_per_second = None
        elif now > self._first[2] and position > self._first[1]:
            self.rounds_per_second = (position - self._first[1]) / (now - self._first[2])


def _place(loops: Sequence[LoopProgress]) -> float | None:
    if not loops:
        return None
    if len(loops) > 1 and loops[1].rounds:
        return loops[0].done - 1 + (loops[1].done - 1) / loops[1].rounds
    few = loops[0].rounds is not None and loops[0].rounds < _MANY_ROUNDS
    return None if few else float(loops[0].done - 1)


def _number(value: Any) -> tuple[Measure, float] | None:
    """The number to follow of an object, None where it has none."""
    if value is MISSING:
        return None
    number = python_number(value)
    if number is not None:
        return _real(number)
    kind = kind_of(value, "__main__")
    if kind is Kind.TENSOR:
        number = only_element(value)
        if number is not None:
            return _real(number)
        length = norm([value], _MOST_READ)
        return None if length is None else (Measure.NORM, length)
    if kind is Kind.MODULE:
        gradients = gradients_of(parameters_to_measure(value))
        length = norm(gradients, _MOST_READ) if gradients else None
        return None if length is None else (Measure.GRADIENT_NORM, length)
    return None


def _real(number: complex) -> tuple[Measure, float] | None:
    if type(number) is complex:
        return None
    try:
        return Measure.VALUE, float(number.real)
    except OverflowError:  # an int that no float can hold
        return Measure.VALUE, math.inf if number.real > 0 else -math.inf
