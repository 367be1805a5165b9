"""Which of the asked names are right by now, each by itself, and which value is right but lacks its name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.tutor.check.grading import CHECK_SECONDS
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.verdict import Last, Miss
from ptrepl.tutor.check.vocabulary import vocabulary
from ptrepl.tutor.format.lesson import Lesson, Role, Step
from ptrepl.tutor.isolation.guard import guarded
from ptrepl.tutor.isolation.time_limit import Interrupted, Stopped, time_limit
from ptrepl.tutor.names import RAISED, RESULT, asked_names, check_calls, parse_python

_VALUED = {"value", "near", "loss", "reference", "drawn_from"}


@dataclass(frozen=True, slots=True)
class Survey:
    """``right``: names all of whose checks hold; ``wrong``: names that some check misses.

    ``amiss``: what is not as wanted about a tensor that is there, by its name.
    """

    right: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()
    amiss: Mapping[str, str] = field(default_factory=dict)


def survey(
    lesson: Lesson,
    step: Step,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    only: str = "",
) -> Survey:
    """Every statement of the checks by itself, where ``grade`` ends at the first that fails. Says nothing of faults.

    ``only``: leave out the calls that do not look at this name.
    """
    held: set[str] = set()
    wrong: set[str] = set()
    amiss: dict[str, str] = {}
    look = Look(namespace, last)
    try:
        with guarded(), time_limit(CHECK_SECONDS, interruptible=True):
            for code in step.codes(Role.CHECK):
                scope = {**namespace, **given, **vocabulary(look)}
                for statement in parse_python(code.source).body:
                    source = ast.unparse(statement)
                    asked = asked_names(source)
                    if only and asked and only not in asked:
                        continue
                    try:
                        exec(compile(source, lesson.path, "exec", dont_inherit=True), scope)
                    except Miss as miss:
                        wrong |= {miss.about} if miss.about in asked else asked or {miss.about}
                        if not miss.unfinished and miss.about in asked_names(source, only="tensor"):
                            amiss.setdefault(miss.about, str(miss))
                    except Stopped:
                        raise
                    except BaseException:
                        wrong |= asked  # it rests on something that is not there yet
                    else:
                        held |= asked
    except Interrupted:
        raise KeyboardInterrupt from None
    except Stopped:
        return Survey()
    names = {RESULT, RAISED, ""}
    return Survey(frozenset(held - wrong - names), frozenset(wrong - names), amiss)


def asked_by_value(step: Step) -> frozenset[str]:
    """The names of which some check states the value, so that nothing passes for them by chance."""
    found: set[str] = set()
    for code in step.codes(Role.CHECK):
        for word, call in check_calls(code.source):
            if word == "function" and len(call.args) > 2 and ast.unparse(call.args[2]) == "[]":
                continue
            if len(call.args) > 1 or _VALUED & {keyword.arg for keyword in call.keywords}:
                found |= asked_names(ast.unparse(call))
    return frozenset(found - {RESULT, RAISED})


def would_be_right(
    lesson: Lesson,
    step: Step,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    name: str,
    value: Any,
) -> bool:
    """Whether ``value`` would pass all checks of ``name``, were that its name."""
    return name in survey(lesson, step, {**namespace, name: value}, last, given, only=name).right
