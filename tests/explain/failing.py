"""Run code that fails, through a session as the program makes one, and look at what is said of it."""

from __future__ import annotations

import functools
import sys
import textwrap
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from ptrepl.engine.explanation import Explanation
from ptrepl.engine.outcome import Outcome
from ptrepl.engine.run.session import Session
from ptrepl.explain import rules
from ptrepl.explain.explain import _explain, _message
from ptrepl.explain.rule import class_names
from ptrepl.explain.rules.table import all_rules
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.screen.explanation import explanation_lines
from ptrepl.screen.line import plain
from ptrepl.screen.tracebacks import error_lines


def session() -> Session:
    """A session with the preloaded names, whose errors are explained."""
    names = {"torch": torch, "nn": nn, "F": nn.functional, "device": torch.device("cpu")}
    made = Session("__main__", lambda: names, adopt=True)

    def explainer(error: BaseException) -> Explanation | None:
        # not explain(), which says nothing where a rule of ours fails
        order_is_stated(error, made.namespace)
        with quietly():
            return _explain(error, made.namespace, made.record, None)

    made.explainer = explainer
    return made


@functools.cache
def asked_after(module: str) -> frozenset[str]:
    """The modules of rules that are asked after ``module`` because it says so, or one of those says so of others."""
    stated = frozenset(f"{rules.__name__}.{name}" for name in getattr(sys.modules[module], "BEFORE", ()))
    return stated.union(*map(asked_after, stated))


def order_is_stated(error: BaseException, names: Mapping[str, object]) -> None:
    """Where rules of several modules know an error, one says that it comes BEFORE the other: names decide nothing."""
    message, classes = _message(error, names), class_names(error)
    modules = [*dict.fromkeys(rule.rule.__module__ for rule in all_rules() if rule.matches(classes, message))]
    for number, first in enumerate(modules):
        assert asked_after(first).issuperset(modules[number + 1 :]), (message, modules)


def fails(code: str, within: Session | None = None) -> Outcome:
    """The outcome of the statement that raises; the ones before it run, each alone, as at the prompt."""
    outcomes = [*(within or session()).run(textwrap.dedent(code).strip("\n") + "\n")]
    assert outcomes[-1].error is not None, "nothing failed"
    return outcomes[-1]


def why(code: str, within: Session | None = None) -> Explanation:
    """What is said of the failure."""
    outcome = fails(code, within)
    assert outcome.error is not None
    assert outcome.explanation is not None, outcome.error.final
    return outcome.explanation


def why_said(code: str, message: str) -> Explanation:
    """What is said of the failure where torch tells of it in the words of ``message``, as on another machine."""
    live = session()
    explainer = live.explainer
    assert explainer is not None
    live.explainer = lambda error: explainer(type(error)(message).with_traceback(error.__traceback__))
    outcome = fails(code, live)
    assert outcome.explanation is not None, message
    return outcome.explanation


def shown(code: str, width: int | None = 80) -> str:
    """What the screen shows of the failure, without colours."""
    outcome = fails(code)
    assert outcome.error is not None
    assert outcome.explanation is not None, outcome.error.final
    lines = error_lines(outcome.error, place_follows=bool(outcome.explanation.marked))
    lines += explanation_lines(outcome.explanation, width)
    return "\n".join(plain(line) for line in lines)


def check(code: str, said: str = "", fixes: Sequence[str] = ()) -> Explanation:
    """``said`` stands in what is said of the failure; ``fixes`` are offered, and no others, and each of them runs."""
    live = session()
    explanation = why(code, live)
    assert said in explanation.text, explanation.text
    offered = [fix.code for fix in explanation.fixes]
    assert offered == [*fixes], offered
    _run_fixes(code, live, explanation)
    return explanation


def runs_after(code: str) -> int:
    """Run every offered fix in the program that failed, each in a program of its own; how many there were."""
    live = session()
    explanation = why(code, live)
    _run_fixes(code, live, explanation)
    return len(explanation.fixes)


def _run_fixes(code: str, live: Session, explanation: Explanation) -> None:
    """The first fix runs in the session ``live``, which has failed; each other one where it fails once more."""
    for index in range(len(explanation.fixes)):
        if index:
            live = session()
            explanation = why(code, live)
        fix = explanation.fixes[index]
        for outcome in live.run(fix.code + "\n"):
            assert outcome.error is None, f"{fix.code}\n{outcome.error.final}"
