"""Which of the asked names are right by now, each by itself, and which value is right but lacks its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.tutor.check.grading import CHECK_SECONDS
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.verdict import Last, Miss
from ptrepl.tutor.check.vocabulary import vocabulary
from ptrepl.tutor.format.lesson import Lesson, Role, Step
from ptrepl.tutor.isolation.guard import guarded
from ptrepl.tutor.isolation.time_limit import Interrupted, Stopped, time_limit
from ptrepl.tutor.names import RAISED, RESULT, asked_names, asked_parts, check_calls, parse_python

_VALUED = {"value", "near", "loss", "reference", "drawn_from", "mean", "spread", "normal"}
_MADE = ("tensor", "scalar", "shares_memory", "function", "module", "optimizer_class")
"""The check words that look at what a name was given, whatever happens to it later."""
_WHOLE = ("again", "minibatches")
"""Those that look at the lines as a whole: where they miss something, it is amiss with all that the lines make."""


@dataclass(frozen=True, slots=True)
class Survey:
    """``right``: parts (names, or ``x.grad``) all of whose checks hold; ``wrong``: those that some check misses.

    ``amiss``: by its name, what is first not as wanted about a value that is there.
    """

    right: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()
    amiss: Mapping[str, Miss] = field(default_factory=dict)


def survey(
    lesson: Lesson,
    step: Step,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    only: str = "",
    *,
    lines: bool = True,
) -> Survey:
    """Every statement of the checks by itself, where ``grade`` ends at the first that fails. Says nothing of faults.

    ``only``: leave out the calls that do not look at this name; without ``lines``, those that run the lines once more.
    """
    held: set[str] = set()
    wrong: set[str] = set()
    amiss: dict[str, Miss] = {}
    stated = asked_by_value(step) - _of_trained(step)
    look = Look(namespace, last)
    try:
        with guarded(), time_limit(CHECK_SECONDS, interruptible=True):
            for code in step.codes(Role.CHECK):
                scope = {**namespace, **given, **vocabulary(look)}
                for source in _single_checks(code.source):
                    asked = asked_parts(source)
                    if only and asked and only not in asked:
                        continue
                    if not lines and any(word in _WHOLE for word, _ in check_calls(source)):
                        continue
                    try:
                        exec(compile(source, lesson.path, "exec", dont_inherit=True), scope)
                    except Miss as miss:
                        before = frozenset(wrong)
                        apart = miss.about in asked and not any(word in _WHOLE for word, _ in check_calls(source))
                        wrong |= {miss.about} if apart else asked or {miss.about}
                        made = frozenset[str]().union(*(asked_names(source, only=word) for word in _MADE))
                        only_typed_in = miss.typed_in and miss.about in (held - before) & stated
                        if not miss.unfinished and (miss.about in made or only_typed_in):
                            amiss.setdefault(miss.about, miss)
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


def _single_checks(source: str) -> Iterator[str]:
    """The statements of a check; ``computed`` and ``again`` of several names one by one, as they end at the first."""
    for statement in parse_python(source).body:
        match statement:
            case ast.Expr(ast.Call(func=ast.Name(id="computed"), args=names)):
                yield from (f"computed({ast.unparse(name)})" for name in names)
            case ast.Expr(
                ast.Call(func=ast.Name(id="again"), args=[given, ast.Dict(keys=keys, values=values)]) as call
            ):
                for key, value in zip(keys, values, strict=True):
                    one = ast.Call(call.func, [given, ast.Dict([key], [value])], call.keywords)
                    yield ast.unparse(one)
            case _:
                yield ast.unparse(statement)


def asked_by_value(step: Step, *, lines: bool = True) -> frozenset[str]:
    """The parts of which some check states the value, so that nothing passes for them by chance.

    Without ``lines``, only checks count that look at the present value, and run no lines once more.
    """
    found: set[str] = set()
    for code in step.codes(Role.CHECK):
        for word, call in check_calls(code.source):
            if word in _WHOLE and not lines:
                continue
            if word == "function" and len(call.args) > 2 and ast.unparse(call.args[2]) == "[]":
                continue
            if len(call.args) > 1 or _VALUED & {keyword.arg for keyword in call.keywords}:
                found |= asked_parts(ast.unparse(call))
    return frozenset(found - {RESULT, RAISED})


def asked_by_shape(step: Step) -> frozenset[str]:
    """The names of which some check states the shape, and none the value: any numbers will do."""
    found = frozenset[str]()
    for code in step.codes(Role.CHECK):
        for word, call in check_calls(code.source):
            if word == "tensor" and any(keyword.arg == "shape" for keyword in call.keywords):
                found |= asked_parts(ast.unparse(call))
    return found - asked_by_value(step)


def _of_trained(step: Step) -> frozenset[str]:
    codes = step.codes(Role.CHECK)
    return frozenset[str]().union(*(asked_names(code.source, only="trained") for code in codes))


def would_be_right(
    lesson: Lesson,
    step: Step,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    name: str,
    value: Any,
) -> bool:
    """Whether ``value`` would pass all checks of ``name``, were that its name, which no line has given it yet."""
    named = {**namespace, name: value}
    return name in survey(lesson, step, named, last, given, only=name, lines=False).right
