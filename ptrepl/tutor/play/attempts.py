"""What the learner types at one step, checked after each input."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.engine.run.session import Session
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import type_name
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.completeness import may_be_whole
from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.survey import Survey, asked_by_shape, asked_by_value, survey, would_be_right
from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.lesson import Lesson, Role, Step
from ptrepl.tutor.isolation.torch_api import is_module_value, is_tensor_value, method
from ptrepl.tutor.names import RAISED, RESULT, asked_names, names_bound_by, reached_from, tree_of, used_names
from ptrepl.tutor.play.asides.computed_from import outdated, without_grad
from ptrepl.tutor.play.asides.earlier_pass import begun_at, piled_up, runs_pass, unkept, with_gradient
from ptrepl.tutor.play.asides.old_class import old_class
from ptrepl.tutor.play.asides.one_tensor import one_tensor
from ptrepl.tutor.play.asides.open_blank import open_blank
from ptrepl.tutor.play.asides.uncalled import uncalled
from ptrepl.tutor.play.effects_of_input import (
    looped_over,
    made_anew,
    may_have_begun,
    moved_on,
    set_anew,
    stale_after,
    taken_over,
    written_into,
)
from ptrepl.tutor.play.signs import calls_torch, is_attempt, misnamed
from ptrepl.tutor.play.state import Ran
from ptrepl.tutor.play.touched import is_expression, touched
from ptrepl.tutor.program_slice import sliced_lines
from ptrepl.tutor.replay.given_names import given_away
from ptrepl.tutor.replay.known_outcomes import Oracle
from ptrepl.tutor.replay.replay import setup_names
from ptrepl.tutor.replay.stage import Stage
from ptrepl.tutor.replay.starts import is_start, makes_starts, moved_from_start, not_moved_yet, other_start
from ptrepl.tutor.replay.waypoints import Beside, beside, missed_about

_OF_MODULES = ("module", "trained")
"""The check words that look at modules."""

_LONGEST_LINE = 60


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
        self.begin()

    @property
    def begun(self) -> bool:
        """Whether anything was run in this step."""
        return bool(self._typed)

    @property
    def _text(self) -> str:
        return "\n".join(self._typed)

    def begin(self) -> None:
        """Another step begins, or the same one again."""
        self._typed: list[str] = []
        self._ran: list[str] = []
        self._effective: list[str] = []
        self._before = ""
        self._printed: list[tuple[frozenset[str], str]] = []
        self._half_done = False
        self._made: frozenset[str] = frozenset()
        self._stopped: frozenset[str] = frozenset()
        self._left_over: frozenset[str] = frozenset()
        self._found: dict[str, int] = {}
        self._used: frozenset[str] = frozenset()
        self._stale: frozenset[str] = frozenset()
        self._anew: frozenset[str] = frozenset()
        self._result_anew = False

    def starts(self, index: int) -> None:
        """Step ``index`` stands ready: what it finds under the names that every solution of it makes anew."""
        step, namespace = self._lesson.steps[index], self._session.namespace
        anew = [made_anew(code.source) for code in step.codes(Role.SOLUTION)]
        names = _asked(step).intersection(*anew) - setup_names(step) if anew else frozenset[str]()
        self._found = {name: id(namespace[name]) for name in names if name in namespace}
        self._trained = _asked(step, "trained")

    def asked(self) -> None:
        """The task is asked now, behind its demos: what was tried beside them was no attempt at it."""
        self._typed = []

    def _found_before(self) -> frozenset[str]:
        """The names that this step is to make, and that still hold what an earlier one has made."""
        namespace, made = self._session.namespace, self._made | self._used
        trained = self._trained - self._anew
        return frozenset(
            name
            for name, found in self._found.items()
            if name in trained or (name not in made and name in namespace and id(namespace[name]) == found)
        )

    def note(self, outcomes: Sequence[Outcome], printed: str) -> frozenset[str]:
        """One input ran, all its statements, and wrote ``printed`` to stdout; the names that it touched."""
        source = "\n".join(outcome.source for outcome in outcomes)
        self._typed = [each for each in self._typed if tree_of(each) is not None]  # what is no Python made nothing
        self._before = "\n".join(self._effective)
        self._typed.append(source)
        self._ran += (outcome.source for outcome in outcomes if outcome.status is Status.OK)
        self._effective += (each.source for each in outcomes if each.status is Status.OK or may_have_begun(each))
        self._half_done |= any(each.status is not Status.OK and may_have_begun(each) for each in outcomes)
        anew = (made_anew(each.source) - taken_over(each.source, self._made) for each in outcomes)
        echo = is_expression(source) and set_anew(source)  # shown by the prompt, and not printed to be seen
        self._printed.append((frozenset[str]().union(*anew), "" if echo else printed))
        for outcome in outcomes:
            if outcome.status is Status.OK:
                self._left_over -= made_anew(outcome.source)
            elif outcome.changes:
                self._left_over |= touched([outcome]).all - {RAISED}
        what = touched(outcomes)
        names = what.all | {f"{name}.grad" for name in what.gradients}
        self._made |= names
        self._stopped -= names
        if outcomes[-1].status is Status.INTERRUPTED:
            self._stopped |= names
        self._stale = (self._stale | stale_after(what.bound, self._before)) - what.bound
        if runs_pass(source):
            self._result_anew = False
        elif (what.bound | stale_after(what.bound, self._before)) & begun_at(self._before):
            self._result_anew = True  # and the gradients are those of the result before
        self._used |= written_into(source)
        other = {name for name, found in self._found.items() if id(self._session.namespace.get(name)) != found}
        self._anew |= other - names_bound_by("\n".join(self._effective))  # by exec, or globals()
        self._anew = self._anew.union(*map(set_anew, self._effective))
        if not self._session.watching:
            self._used |= used_names(source)  # any of them may have been changed in place
            names |= used_names(source)
        self._stage.disturb(names)
        return names

    def is_stopped(self, index: int) -> bool:
        """Whether what step ``index`` asks for stands as statements left it that Ctrl-C stopped: it is no result."""
        return bool(self._stopped & _asked(self._lesson.steps[index]))

    def graded(self, index: int, outcomes: Sequence[Outcome], names: frozenset[str]) -> Ran:
        """The last input, held against the checks of step ``index``. ``names``: what ``note`` gave."""
        step = self._lesson.steps[index]
        namespace = self._session.namespace
        what = touched(outcomes)
        graded = frozenset[str]().union(*(asked_names(each.source, only="grad") for each in step.codes(Role.CHECK)))
        others = what.gradients - graded  # intermediate results
        names -= others | {f"{name}.grad" for name in others}
        source, typed = self._typed[-1], self._text
        wants_error = any(RAISED in asked_names(each.source) for each in step.codes(Role.CHECK))
        # what failed has made nothing, and is no cause of what is there
        lines = typed if wants_error else "\n".join(self._effective)
        ran = "" if self._half_done else "\n".join(self._ran)
        last = replace(_ended(outcomes[-1], lines), ran=ran, printed=self._printed_since(_asked(step)))
        verdict = grade(self._lesson, step, namespace, last, self._given)
        event = Ran(source, names, verdict, bool(last.error), typed=typed, made=self._made)
        ways = [code.source for code in step.codes(Role.SOLUTION)]
        if verdict.about and what.gradients & graded and may_be_whole(typed, self._made, _asked(step), ways):
            event = replace(event, touched=names | {verdict.about})  # the backward pass is the step's last operation
        if verdict.passed and (before := self._found_before()):
            return replace(event, found_before=before)
        if verdict.passed:
            if not last.error:
                self._stage.passed(index, ran)
            event = replace(event, answer=sliced_lines(lines, _asked(step), len(outcomes)))
        if verdict.passed or verdict.fault:
            return event
        asked = _asked(step)
        bound = frozenset[str]().union(*map(names_bound_by, ways))
        event = replace(event, blank=open_blank(outcomes, self._effective), absent=bound - namespace.keys())
        if (named := uncalled(outcomes, namespace)) is not None and named.name in asked - _asked(step, "function"):
            event = replace(event, uncalled=named.text)
        attempted = is_attempt(source, typed, asked, ways)
        judged = self._made & {verdict.about}
        held = (judged or used_names(source) & asked) - names_bound_by(source) if last.error else judged
        event = replace(event, old_class=old_class(held, namespace, self._line_of))
        if not last.error and verdict.about in self._left_over and verdict.about in event.touched:
            event = replace(event, left_over=verdict.about, of_setup=verdict.about in setup_names(step))
        if last.error or attempted or verdict.about in event.touched | self._made:
            told = one_tensor(asked & self._made, namespace, ways)
            if not told and not (self._result_anew and verdict.about in graded):  # that gradient is an earlier one
                told = self._oracle.known_mistake(index, verdict, last, typed, self._before, source, self._made)
            halfway = self._oracle.on_the_way(index, verdict, last, typed, self._made)
            if told and not last.error and self._oracle.wants_rounds(index, verdict, told):
                more = gettext("More rounds of your loop bring it there.")
                told, verdict = "", replace(verdict, message=f"{verdict.message} {more}")
                event = replace(event, verdict=verdict)
            of_error = bool(last.error) and self._oracle.ends_alike(index, told, last)
            event = replace(event, told=told, told_of_error=of_error, halfway=halfway, attempted=attempted)
        if not last.error and verdict.about in moved_on(source, self._before):
            event = replace(event, moved=moved_from_start(verdict.about, self._oracle.waypoints(index).starts))
        if verdict.about in (added := piled_up(outcomes, self._before, ways)):
            event = replace(event, piled_up=frozenset(n for n in added if not self._is_right(step, last, f"{n}.grad")))
        if last.error and outcomes:
            lost = self._lost(index, source)
            amiss = "" if lost else self._cause_amiss(index, last, source)
            return replace(event, overwritten=lost, overwritten_by=self._by(lost), amiss=amiss)
        if not outcomes:
            return event
        unnamed = self._unnamed(step, last, outcomes, source) or self._unnamed_module(step, last, what.all, source)
        helping = self._helping(index, what.bound - asked - looped_over(source))
        names = names_bound_by(source)
        ids = {name: id(value) for name, value in namespace.items() if name in asked & self._stale}
        stale = frozenset(name for name in ids if ids[name] != self._found.get(name))  # made here, and not in vain
        stale_now = (not names & asked or verdict.about in stale) and bool(stale_after(names, self._before) & stale)
        if unnamed is None and not asked & event.touched and not attempted and not helping and not stale_now:
            return event  # free play
        found = survey(self._lesson, step, namespace, last, self._given)
        right = (found.right & asked_by_value(step)) - stale - {type_name(namespace.get(verdict.about))}
        if self._result_anew:
            right -= {f"{name}.grad" for name in graded}
            event = replace(event, old_gradients=with_gradient(graded, namespace))
        amiss = one_tensor(asked & names, namespace, ways) or self._amiss(index, found, event.touched)
        starts = self._oracle.waypoints(index).starts
        amiss = amiss or other_start(source, namespace, starts)
        on_its_way = event.halfway and names == {verdict.about}
        begins = makes_starts(source, asked, namespace, starts)
        as_planned = begins or on_its_way or self._as_planned(index, found, names & what.bound)
        if earlier := self._amiss(index, found, self._made):  # what an earlier line has made is not right so far
            as_planned = False
            amiss = amiss or (earlier if begins else "")
            if helping is not None and helping[1] == "right":
                amiss = amiss or outdated(helping[0][0], asked - right, "\n".join(self._effective))
                helping = None
        lost = frozenset[str]()
        if event.touched & asked - right:
            lost = self._oracle.overwritten(index, namespace) & asked & event.touched - right
        wrong_now = stale_now and helping is None and not amiss and not stale <= found.right
        stale = stale if wrong_now else event.stale
        freed = unkept(graded, namespace) if runs_pass(source) else ""
        event = replace(event, helping=helping, as_planned=as_planned, begins=begins, stale=stale, unkept=freed)
        if is_start(verdict.about, namespace.get(verdict.about), starts) and verdict.about not in right:
            event = replace(event, verdict=replace(verdict, message=not_moved_yet(verdict.message)))
        by = self._by(away := given_away(reached_from(verdict.about, namespace), self._given, namespace))
        return replace(event, right=right, unnamed=unnamed, overwritten=lost | away, overwritten_by=by, amiss=amiss)

    def _lost(self, index: int, source: str) -> frozenset[str]:
        """As ``Ran.overwritten``: those that ``source``, which failed, has used."""
        namespace, used = self._session.namespace, used_names(source) & self._made
        if not used:
            return frozenset()
        return self._oracle.overwritten(index, namespace) & used | given_away(used, self._given, namespace)

    def _by(self, lost: frozenset[str]) -> tuple[str, str] | None:
        return next(((name, line) for name in sorted(lost) if (line := self._line_of(name))), None)

    def _line_of(self, name: str) -> str:
        """The line of this step that has given ``name`` to something else; "" where it was changed in another way."""
        lines = (each for each in reversed(self._effective) if name in names_bound_by(each))
        line = next(lines, "").strip()
        return line if "\n" not in line and len(line) <= _LONGEST_LINE else ""

    def _cause_amiss(self, index: int, last: Last, source: str) -> str:
        """What is amiss with the kind or the shape of an asked name that ``source``, which failed, has used."""
        step = self._lesson.steps[index]
        names = used_names(source) & self._made & _asked(step) - names_bound_by(source)
        if not names:
            return ""
        found = survey(self._lesson, step, self._session.namespace, last, self._given)
        whole = {name: miss for name, miss in found.amiss.items() if miss.aspect == "" and not miss.typed_in}
        return self._amiss(index, replace(found, amiss=whole), names)

    def _printed_since(self, asked: frozenset[str]) -> str:
        """What was printed from the last input on that made one of the ``asked`` names anew: before, it was another."""
        starts = (place for place, (made, _) in enumerate(self._printed) if made & asked)
        return "".join(printed for _, printed in self._printed[max(starts, default=0) :])

    def _amiss(self, index: int, found: Survey, names: frozenset[str]) -> str:
        """What is amiss with one of ``names``, and will be at the end too unless it is made anew; "" for nothing.

        What a solution has amiss on its way is left out, and a value that changes on the way. A graph that is not
        recorded is told at once: what is computed meanwhile has none either.
        """
        for name in sorted(names & found.amiss.keys()):
            miss = found.amiss[name]
            if miss.aspect == "requires_grad" and not read(self._session.namespace[name]).requires_grad:
                sources = {each for each, miss in found.amiss.items() if miss.aspect == "requires_grad"} - {name}
                return without_grad(name, frozenset(sources), "\n".join(self._effective))
            known = self._oracle.waypoints(index)
            if miss.aspect == "values" and name in known.moving:
                continue
            if missed_about(miss, self._text) not in known.missed - known.left_over:
                return str(miss)
        return ""

    def _as_planned(self, index: int, found: Survey, names: frozenset[str]) -> bool:
        """Whether all that was bound are asked ``names``, each to what a solution has there on its way."""
        if not names or not names <= found.amiss.keys():
            return False
        missed = (known := self._oracle.waypoints(index)).missed - known.left_over
        return all(missed_about(found.amiss[name], self._text) in missed for name in names)

    def _helping(self, index: int, bound: frozenset[str]) -> tuple[tuple[str, ...], Beside] | None:
        """As ``Ran.helping``."""
        step = self._lesson.steps[index]
        helpers = bound & frozenset[str]().union(*(names_bound_by(each.source) for each in step.codes(Role.SOLUTION)))
        namespace, known = self._session.namespace, self._oracle.waypoints(index)
        found: dict[Beside, tuple[str, ...]] = {}
        for name in sorted(helpers):
            if (kind := beside(namespace.get(name), known.of(name))) is not None:
                found[kind] = (*found.get(kind, ()), name)
        return next(((names, kind) for kind, names in found.items()), None)

    def _unnamed(self, step: Step, last: Last, outcomes: Sequence[Outcome], source: str) -> tuple[str, str] | None:
        """As ``Ran.unnamed``. What was only looked at, or came out by chance, is none."""
        namespace = self._session.namespace
        wanted = sorted(name for name in asked_by_value(step, lines=False) if "." not in name)
        candidates: list[tuple[str, Any]] = []
        tree = tree_of(outcomes[-1].source)
        shown = tree.body[0] if tree is not None and len(tree.body) == 1 else None
        computed = isinstance(shown, ast.Expr) and not isinstance(shown.value, (ast.Name, ast.Constant))
        if isinstance(shown, ast.Expr) and calls_torch(shown.value):
            wanted += sorted(asked_by_shape(step) - self._made)
        if last.value is not None and computed:
            candidates.append(("", last.value))
        bound = sorted(names_bound_by(source) - set(wanted))
        if len(bound) == 1 and bound[0] in namespace:
            candidates.append((bound[0], namespace[bound[0]]))
        for other, value in candidates:
            for name in wanted:
                if name in namespace and namespace[name] is value:
                    continue
                near = bool(other) and (misnamed(source, source, frozenset({name})) or (other, ""))[1] == name
                if not near and not _tells(value, alone=not other):
                    continue
                if would_be_right(self._lesson, step, namespace, last, self._given, name, value):
                    here = name in namespace and (name in self._made or name in setup_names(step))
                    if not here or not self._is_right(step, last, name):
                        return name, other
        return None

    def _unnamed_module(self, step: Step, last: Last, names: frozenset[str], source: str) -> tuple[str, str] | None:
        """The same of a module, also where the input gave other ``names`` too, or trained what an earlier one made."""
        namespace = self._session.namespace
        wanted = sorted(_asked(step, *_OF_MODULES) - setup_names(step))
        found = [(other, namespace[other]) for other in sorted(names - _asked(step)) if other in namespace]
        tree = tree_of(source)
        called = tree is not None and isinstance(tree.body[-1], ast.Expr) and isinstance(tree.body[-1].value, ast.Call)
        if RESULT in names and called and not any(each is last.value for each in namespace.values()):
            found.append(("", last.value))
        for name in wanted:
            for other, value in found:
                if (
                    is_module_value(value)
                    and value is not namespace.get(name)
                    and would_be_right(self._lesson, step, namespace, last, self._given, name, value)
                    and not (name in self._made and self._is_right(step, last, name))
                ):
                    return name, other
        return None

    def _is_right(self, step: Step, last: Last, name: str) -> bool:
        return name in survey(self._lesson, step, self._session.namespace, last, self._given, only=name).right


def _tells(value: Any, *, alone: bool) -> bool:
    """Whether a value is right by no chance: several numbers, or a function. ``alone``: it was computed to be seen."""
    if is_tensor_value(value):
        return alone or method("numel", value) > 1
    return callable(value) or (alone and isinstance(value, (int, float)) and not isinstance(value, bool))


def _asked(step: Step, *words: str) -> frozenset[str]:
    """The names that the checks look at; with ``words`` those that one of these check words does."""
    sources = [code.source for code in step.codes(Role.CHECK)]
    return frozenset[str]().union(*(asked_names(source, only) for source in sources for only in words or ("",)))


def _ended(outcome: Outcome, typed: str) -> Last:
    if outcome.status is Status.RAISED and outcome.error is not None:
        return Last(outcome.error.bare_name, outcome.error.message, source=typed)
    return Last(value=builtins.__dict__.get("_") if outcome.gave_value else None, source=typed)
