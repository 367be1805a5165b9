"""What is true of the lesson's own questions: answers and known mistakes, worked out when first asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from ptrepl.tutor.check.answers import Answer
from ptrepl.tutor.check.completeness import covers, may_be_whole
from ptrepl.tutor.check.verdict import Last, Verdict
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role
from ptrepl.tutor.isolation.guard import guarded
from ptrepl.tutor.names import asked_names, bound_in, names_bound_by, parse_python, read_in, tree_of
from ptrepl.tutor.program_slice import program_slice
from ptrepl.tutor.replay.dry_run import between, dry_run, fitting_mistakes, start_and_goals, truth
from ptrepl.tutor.replay.waypoints import Waypoints, missed_about, plain_message, waypoints


class Oracle:
    """Runs the lesson's own code in separate namespaces, beside the learner's session, and remembers what came out.

    For a ``predict`` step whose code is ``x.sum()``, ``truth(index, code)`` replays the lesson up to that step, runs
    the code and gives ``Numbers((6,), ())``. For a task, ``known_mistake(…)`` runs the ``wrong`` fences and gives the
    ``says`` of the one that fails just as the learner's lines did. Each is run once; the learner's variables and random
    numbers stay as they are. ``given``: the names that every step finds (torch, device …).
    """

    def __init__(self, lesson: Lesson, given: Mapping[str, Any]) -> None:
        self._lesson = lesson
        self._given = given
        self._truths: dict[int, Answer | None] = {}
        self._mistakes: dict[int, tuple[Verdict, Last] | None] = {}
        self._waypoints: Waypoints | None = None
        self._places: dict[str, list[Any]] | None = None
        self._step = -1

    def truth(self, index: int, code: CodeFence) -> Answer | None:
        """What the code of a prediction gives; None where no answer can say it."""
        if index not in self._truths:
            self._truths[index] = truth(self._lesson, index, code, self._given)
        return self._truths[index]

    def known_mistake(
        self, index: int, verdict: Verdict, last: Last, typed: str, before: str, recent: str, made: frozenset[str]
    ) -> str:
        """What the one ``wrong`` fence says whose cause and outcome are those of what was ``typed``; "" for none.

        Where two fit, it is not known which of them was made, unless one is what was typed, word for word.
        ``recent``: the last input; ``before``: what ran to its end before it. ``made``: the names bound or changed so
        far. A mistake of which a part is still to be typed may yet be avoided.
        """
        self._enter(index)
        step = self._lesson.steps[index]
        asked = frozenset[str]().union(*(asked_names(code.source) for code in step.codes(Role.CHECK)))
        wrongs = step.codes(Role.WRONG)
        if not last.error:
            settled = verdict.about in made and not self._is_moving(index, verdict)
            wrongs = tuple(
                code
                for code in wrongs
                if may_be_whole(typed, made, asked, [code.source])
                or (settled and _is_made_once(verdict.about, code.source))
            )
        if verdict.unfinished and not last.error:
            wrongs = tuple(code for code in wrongs if _in_its_order(code.source, typed))
        ran = "\n".join(filter(None, (before, recent)))
        about = verdict.about.partition(".")[0]
        if not last.error and (anew := _made_anew(before, recent)):
            if about in anew:
                asked = frozenset({about})  # what was run before is no cause of what it is now
            elif _is_of_block(about, before):
                return ""  # that run was spoken of, and another one begins
        cause = cause_in(ran, asked, recent)
        tried = cause_in(typed, asked, recent)
        fitting = fitting_mistakes(wrongs, verdict, last, typed, cause, tried, lambda code: self._outcome(index, code))
        exact = [code for code in fitting if same_code(code.source, cause)]
        says = {code.says for code in exact or fitting}
        return says.pop() if len(says) == 1 else ""

    def ends_alike(self, index: int, says: str, last: Last) -> bool:
        """Whether a ``wrong`` fence with these ``says`` ends in the error of ``last``, whatever the sizes in it."""
        self._enter(index)
        wrongs = [code for code in self._lesson.steps[index].codes(Role.WRONG) if code.says == says]
        return any(same_error(last, known[1]) for code in wrongs if (known := self._outcome(index, code)) is not None)

    def wants_rounds(self, index: int, verdict: Verdict, says: str) -> bool:
        """Whether the learner's training needs more rounds and nothing else, where ``says`` blames something else.

        A known mistake that more rounds mend as well is one of time, and its words are left.
        """
        if verdict.longer is None:
            return False
        self._enter(index)
        wrongs = [code for code in self._lesson.steps[index].codes(Role.WRONG) if code.says == says]
        if not all(code.outcome for code in wrongs):
            return False
        with guarded():
            return verdict.longer() and not any(
                known[0].longer() if known[0].longer is not None else False
                for code in wrongs
                if (known := self._outcome(index, code)) is not None
            )

    def on_the_way(self, index: int, verdict: Verdict, last: Last, typed: str, made: frozenset[str]) -> bool:
        """Whether things stand as they do between two lines of a solution that ``typed`` may still become.

        ``made``: the names bound or changed so far; what a solution has found under them is no line of it.
        """
        if last.error:
            return False
        first = self.waypoints(index).first
        here = missed_about(verdict, typed)
        if verdict.about in made and here in self.waypoints(index).left_over:
            return False
        return any(
            here in first.get(code.line, ()) and not covers(typed, code.source)
            for code in self._lesson.steps[index].codes(Role.SOLUTION)
        )

    def _is_moving(self, index: int, verdict: Verdict) -> bool:
        """Whether what the verdict is about may get its value from a line that is still to come."""
        known = self.waypoints(index)
        here = (verdict.about, plain_message(verdict.message))
        return verdict.unfinished or verdict.about in known.moving or here in known.missed - known.left_over

    def waypoints(self, index: int) -> Waypoints:
        """How things stand between the lines of the solutions."""
        self._enter(index)
        if self._waypoints is None:
            self._waypoints = waypoints(self._lesson, index, self._given)
        return self._waypoints

    def overwritten(self, index: int, namespace: Mapping[str, Any]) -> frozenset[str]:
        """What the step begins with and that holds something that neither its start nor a solution has there."""
        self._enter(index)
        if self._places is None:
            self._places = start_and_goals(self._lesson, index, self._given)
        return frozenset(
            name for name, known in self._places.items() if name not in namespace or not between(namespace[name], known)
        )

    def _enter(self, index: int) -> None:
        if index != self._step:
            self._step = index
            self._places = None
            self._mistakes.clear()
            self._waypoints = None

    def _outcome(self, index: int, code: CodeFence) -> tuple[Verdict, Last] | None:
        if code.line not in self._mistakes:
            self._mistakes[code.line] = dry_run(self._lesson, index, code, self._given)
        return self._mistakes[code.line]


def cause_in(typed: str, asked: frozenset[str], recent: str) -> str:
    """The statements that the ``asked`` names stand as they do by, and the last input, ``recent``."""
    tree, last = tree_of(typed), tree_of(recent)
    if tree is None or last is None:
        return recent  # what is no Python has bound nothing
    kept = program_slice(tree, asked, blocks=True, recent=len(last.body))
    return ast.unparse(kept) if kept.body else recent


def _made_anew(before: str, recent: str) -> frozenset[str]:
    """The names that the last input, assignments of names alone, gives a value after another attempt at them."""
    tree = tree_of(recent)
    if tree is None or not all(isinstance(each, ast.Assign | ast.AugAssign) for each in tree.body):
        return frozenset()
    names = bound_in(tree)
    return names if names <= names_bound_by(before) else frozenset()


def _is_made_once(name: str, mistake: str) -> bool:
    """Whether one line of ``mistake`` gives ``name`` its value, and no other might change it."""
    tree = tree_of(mistake)
    lines = [each for each in (tree.body if tree is not None else ()) if name in bound_in(each) | read_in(each)]
    binds = bool(lines) and isinstance(lines[0], ast.Assign) and name in bound_in(lines[0])
    return binds and all(isinstance(each, ast.Assign) and name not in bound_in(each) for each in lines[1:])


def _is_of_block(name: str, before: str) -> bool:
    """Whether a loop or another block, which binds ``name`` or mentions it, was the last to change it."""
    tree = tree_of(before)
    for statement in reversed(tree.body if tree is not None else ()):
        if isinstance(statement, ast.For | ast.While | ast.With | ast.If | ast.Try):
            if name in bound_in(statement) | read_in(statement):
                return True
        elif name in bound_in(statement):
            return False
    return False


def same_error(one: Last, other: Last) -> bool:
    """Whether both ended in the same error, the numbers in its first line aside."""
    return bool(one.error) and (one.error, _unnumbered(one)) == (other.error, _unnumbered(other))


def _unnumbered(last: Last) -> str:
    return re.sub(r"\d+", "0", last.message.split("\n")[0])


def same_code(one: str, other: str) -> bool:
    """Whether two programs differ in their layout alone."""
    trees = tree_of(one), tree_of(other)
    return None not in trees and ast.unparse(trees[0]) == ast.unparse(trees[1])  # type: ignore[arg-type]


def _in_its_order(mistake: str, typed: str) -> bool:
    """Whether the learner bound the names of a known mistake, last, in the order in which it binds them.

    Where ``y`` was there before ``x`` was made, ``y`` was not made from that ``x``.
    """
    wanted = _binding_order(mistake)
    return [name for name in _binding_order(typed) if name in wanted] == wanted


def _binding_order(source: str) -> list[str]:
    """The names that top-level statements bind, each where it was bound last."""
    order: dict[str, None] = {}
    try:
        statements = parse_python(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for statement in statements:
        for name in sorted(bound_in(statement)):
            order.pop(name, None)
            order[name] = None
    return list(order)
