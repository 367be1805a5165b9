"""How things stand between the lines of a solution: what a learner on the same way has right, and has not yet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ptrepl.engine.watch.facts import read
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.survey import survey
from ptrepl.tutor.check.verdict import Miss, Verdict
from ptrepl.tutor.format.lesson import Lesson, Role
from ptrepl.tutor.isolation.guard import guarded
from ptrepl.tutor.isolation.time_limit import Interrupted, TookTooLong, time_limit
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value
from ptrepl.tutor.names import asked_names, bound_in, parse_python, read_in
from ptrepl.tutor.replay.dry_run import run, start
from ptrepl.tutor.replay.starts import in_a_row, is_leaf_value

_TRAINS = ("backward", "grad(", "step(", ".grad")
_UNTRAINED = "untrained"
_LIMIT = 20.0
"""Seconds for all of it; a lesson that needs more has no waypoints."""

Beside = Literal["right", "tuple", "no grad", "bare tuple"]
"""What a helping value is: as a solution has it; a tuple round that; without the graph that it has there; or both."""


@dataclass(frozen=True, slots=True)
class Waypoints:
    """``missed``: what the checks miss at some line of a solution, as (name, message). ``first``: the first of each.
    ``left_over``: those that are missed only before the solution has come to the name, which an earlier step has made.

    ``moving``: names that are given other values on the way than in the end. ``beside``: the tensors of each solution
    that no check looks at, as they are made: name → (a copy, whether it requires grad). ``starts``: what every solution
    gives a name that it changes afterwards, flat; what is computed is none.
    """

    missed: frozenset[tuple[str, str]] = frozenset()
    first: Mapping[int, frozenset[tuple[str, str]]] = field(default_factory=dict)
    moving: frozenset[str] = frozenset()
    beside: Sequence[Mapping[str, tuple[Any, bool]]] = ()
    starts: Mapping[str, Any] = field(default_factory=dict)
    left_over: frozenset[tuple[str, str]] = frozenset()

    def of(self, name: str) -> list[tuple[Any, bool]]:
        """The helping tensors of that name."""
        return [each[name] for each in self.beside if name in each]


def beside(value: Any, known: Sequence[tuple[Any, bool]]) -> Beside | None:
    """What ``value`` is to the helping tensors ``known``, which solutions make; None: another thing."""
    wrapped = type(value) in (tuple, list) and len(value) == 1 and is_tensor_value(value[0])
    inside = value[0] if wrapped else value
    if not is_tensor_value(inside):
        return None
    try:
        mine = copy_of(inside)
    except NoCopy:
        return None
    for copy, requires_grad in known:
        if same_values(mine, copy):
            follows = read(inside).requires_grad is True or not requires_grad
            if wrapped:
                return "tuple" if follows else "bare tuple"
            return "right" if follows else "no grad"
    return None


def single_lines(tree: ast.Module) -> Iterator[ast.stmt]:
    """The top-level statements; each line under a ``with`` has one of its own, as it may be typed."""
    for node in tree.body:
        if isinstance(node, ast.With):
            for inner in node.body:
                alone = ast.With(node.items, [inner])
                yield ast.copy_location(alone, node)
        else:
            yield node


def plain_message(message: str) -> str:
    """The message of a check, whether the number in it stands in brackets or not, and with or without ``.0``."""
    return re.sub(r"(?<=\d)\.0(?!\d)", "", message.replace("[", "").replace("]", ""))


def missed_about(miss: Miss | Verdict, typed: str) -> tuple[str, str]:
    """A name, and what a check misses about it. Where no line of ``typed`` can have trained it, no number counts: two
    networks begin with other weights.
    """
    message = str(miss) if isinstance(miss, Miss) else miss.message
    untrained = miss.longer is not None and not any(sign in typed for sign in _TRAINS)
    return miss.about, _UNTRAINED if untrained else plain_message(message)


def waypoints(lesson: Lesson, index: int, given: Mapping[str, Any]) -> Waypoints:
    """Run each solution line by line beside the session. Empty where it takes long."""
    step = lesson.steps[index]
    asked = frozenset[str]().union(*(asked_names(code.source) for code in step.codes(Role.CHECK)))
    missed: set[tuple[str, str]] = set()
    moving: set[str] = set()
    first: dict[int, frozenset[tuple[str, str]]] = {}
    beside: list[dict[str, tuple[Any, bool]]] = []
    starts: dict[str, list[Any]] = {}
    settled: set[str] = set()
    reached: set[tuple[str, str]] = set()
    try:
        with guarded(), time_limit(_LIMIT, interruptible=True):
            for code in step.codes(Role.SOLUTION):
                namespace = start(lesson, index, given)
                here: set[tuple[str, str]] = set()
                helping: dict[str, tuple[Any, bool]] = {}
                statements = list(single_lines(parse_python(code.source)))
                bound: set[str] = set()
                used: set[str] = set()
                for number, node in enumerate(statements, 1):
                    last = run(lesson, replace(code, source=ast.unparse(node)), namespace)
                    for name in bound_in(node) & asked - bound if isinstance(node, ast.Assign) else ():
                        if is_leaf_value(value := namespace.get(name)):
                            starts.setdefault(name, []).append(in_a_row(value))
                    bound |= bound_in(node)
                    used |= bound_in(node) | read_in(node)
                    for name in bound_in(node) - asked - helping.keys():
                        if is_tensor_value(value := namespace.get(name)):
                            helping[name] = copy_of(value), read(value).requires_grad is True
                    if number == len(statements):
                        break
                    verdict = grade(lesson, step, namespace, last, given)
                    ran = "\n".join(map(ast.unparse, statements[:number]))
                    here.add(missed_about(verdict, ran))
                    amiss = survey(lesson, step, namespace, last, given).amiss
                    now = {missed_about(miss, ran) for miss in amiss.values()}
                    missed |= now
                    now |= {missed_about(verdict, ran)}
                    reached |= {each for each in now if each[0].partition(".")[0] in used}
                    moving |= {name for name, miss in amiss.items() if miss.aspect == "values"} & bound
                for name, values in starts.items():
                    stays = is_tensor_value(namespace.get(name)) and same_values(values[-1], in_a_row(namespace[name]))
                    settled |= {name} if stays else set()
                first[code.line] = frozenset(here)
                beside.append(helping)
    except (TookTooLong, NoCopy):
        return Waypoints()
    except Interrupted:
        raise KeyboardInterrupt from None
    agreed = {
        name: values[0]
        for name, values in starts.items()
        if name not in settled and len(values) == len(first) and all(same_values(values[0], each) for each in values)
    }
    left_over = missed.union(*first.values()) - reached
    return Waypoints(frozenset(missed), first, frozenset(moving), tuple(beside), agreed, frozenset(left_over))
