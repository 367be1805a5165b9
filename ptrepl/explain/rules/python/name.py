"""A name that is not defined: misspelt, at home in torch, or never made because its statement failed."""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import homes, near, renamed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.provenance.origins import earlier
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.lookup import NotReadable

_MOST_NAMES = 3_000
_MODULES = frozenset(
    "math random time os sys re json copy itertools functools collections datetime statistics string pathlib".split()
)


def _unbound(case: Case) -> Finding | None:
    site, word = case.site, case.match.group(1)
    if not isinstance(site.node, ast.Name) or site.inner:
        return None
    if case.unbound is not None and (known := case.unbound(word)):
        return Finding(known)
    failed = next((each for each in earlier(case) if word in each.bound), None)
    if failed is not None and failed.status is Status.RAISED:
        return Finding(f"`{failed.label}` was to make {word}, but it failed, so there is no {word} yet.")
    if word in _MODULES:
        return Finding(f"{word} is a module of Python's own; import {word} brings it in.", (Fix(f"import {word}"),))
    at_home = [f"{path}.{word}" for path, names in homes(case.scope) if word in names and len(word) > 2]
    if at_home:
        text = f"{word} does not stand by itself: it is in {at_home[0].rpartition('.')[0]}, as {at_home[0]}."
        return Finding(text, tried(case, _candidates(case, at_home)))
    close = near(word, _known(case))
    if close:
        return Finding(_meant(case, word, close[0]), tried(case, _candidates(case, close)))
    far = [f"{path}.{name}" for path, names in homes(case.scope) for name in near(word, names, 0.8)]
    if far and len(word) > 3:
        return Finding(f"There is no {word} here, but there is {far[0]}.", tried(case, _candidates(case, far)))
    return None


def _known(case: Case) -> list[str]:
    names = [*case.scope.locals, *case.scope.globals][:_MOST_NAMES]
    return [name for name in (*names, *vars(builtins)) if not name.startswith("_")]


def _candidates(case: Case, names: list[str]) -> Iterator[Candidate]:
    assert isinstance(case.site.node, ast.Name)
    for name in names:
        yield renamed(case, case.site.node, name)


def _meant(case: Case, word: str, name: str) -> str:
    try:
        kind = _kind(case.scope.name(name))
    except NotReadable:
        kind = ""
    return (
        f"There is no {word} here. There is {name}, {kind}." if kind else f"There is no {word} here. There is {name}."
    )


def _kind(value: Any) -> str:
    if is_tensor_class(type(value)):
        return f"a tensor of shape {read(value).text('shape')}"
    if type(value) is types.ModuleType:
        return "a module"
    if type(value) in (types.FunctionType, types.BuiltinFunctionType):
        return "a function"
    if type(value) is type:
        return "a class"
    named = type_name(value)
    return f"{'an' if named[0] in 'aeiouAEIOU' else 'a'} {named}"


def _local(case: Case) -> Finding | None:
    word = case.match.group(1)
    return Finding(
        f"{word} gets a value somewhere in this function, so it is a name of the function's own all through it, and "
        f"here it has no value yet. Hand the outer {word} in as an argument, or use another name inside."
    )


RULES = (
    Rule(
        "a name that is not defined",
        ("NameError",),
        r"^name '(\w+)' is not defined",
        _unbound,
        more="python/names",
    ),
    Rule(
        "a local name without a value",
        ("UnboundLocalError",),
        r"local variable '(\w+)' where it is not associated with a value",
        _local,
        more="python/local-names",
    ),
)
