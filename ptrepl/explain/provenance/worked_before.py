"""Whether a fix of the learner's code refuses what that code accepted earlier in the session, or makes less of it.

A call that an earlier statement of the prompt made, with names that still mean the same, is followed twice on
stand-ins: with the code as it is, and as the fix has it. Nothing of the learner's runs.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import class_dict, is_a, is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.locate import frames_of
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.provenance.passed_before import passed_before, with_other_attributes
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.read_code import function_tree
from ptrepl.explain.standins.run_statement import run_statement
from ptrepl.explain.standins.standins import StandIns, Work

_MOST_ENTRIES = 200
_MOST_CALLS = 6
_MOST_WORK = 400
_MOST_FRAMES = 200
_MOST_SITES = 8
_TABLES = ("Embedding", "EmbeddingBag")
"""Layers that earlier inputs fit even when they are made larger."""


def keeping_what_worked(case: Case, finding: Finding) -> Finding:
    """The finding without the fixes that would break what has worked before."""
    if case.maybe_site is None or not finding.fixes:
        return finding
    changes = [(fix, _Change.of(case, fix.code)) for fix in finding.fixes]
    changes = [(fix, change) for fix, change in changes if not _breaks(case, change)]
    through = [_goes_through(case, change) for _, change in changes]
    # of several ways the one with which the whole call is right; the layers of a class made anew are not tried here
    alone = True in through and len(changes) > 1
    # where several fail one like the other further on, that is another mistake, and none of theirs
    alike = len(changes) > 1 and all(right is False for right in through)
    kept = tuple(
        fix
        for (fix, change), right in zip(changes, through, strict=True)
        if right is not False or alike or not (alone or _is_failing_function(case, fix, change))
    )
    return finding if len(kept) == len(finding.fixes) else replace(finding, fixes=kept)


def _is_failing_function(case: Case, fix: Fix, change: _Change) -> bool:
    """Whether the fix is the function that failed, and none that called it."""
    return fix.code.startswith("def ") and case.site.frame.f_code in change.anew


def _goes_through(case: Case, change: _Change) -> bool | None:
    """Whether the lines that called the failing function are right with the mended one; None where not known."""
    found = None
    for site in islice(own_sites(case), 1, _MOST_SITES) if change.anew else ():
        standins = StandIns(strict=True)
        standins.anew = change.anew
        try:
            run_statement(Evaluator(FrameScope.of(site.frame), standins), site.line)
        except Failed:
            return False
        except Unknown:
            continue
        found = True
    return found


def _breaks(case: Case, change: _Change) -> bool:
    """Whether a function or a class of the learner's is another one now, so that an earlier call of it would fail.

    A fix of a function in which something failed must also give what it gave before, in the same shape.
    """
    if change.other_sizes:
        return passed_before(case)
    if not change.anew:
        return False
    inside = any(each in change.anew for each in _failing_codes(case))
    work = Work()
    for call, _ in islice(earlier_calls(case), _MOST_CALLS):
        if work.done > _MOST_WORK:
            break
        scope, old, new = FrameScope(case.names, case.names), StandIns(work=work), StandIns(work=work)
        new.anew = change.anew
        try:
            was = Evaluator(scope, old).value(call)
        except (Unknown, Failed):
            continue
        try:
            now = Evaluator(scope, new).value(call)
        except Failed:
            return True
        except Unknown:
            continue
        if inside and (before := _shapes(was)) and before != _shapes(now):
            return True
    return False


@dataclass(slots=True)
class _Change:
    """What is another one in the code of a fix. ``anew``: by the code of the old functions, what they become."""

    anew: dict[types.CodeType, ast.FunctionDef] = field(default_factory=dict)
    other_sizes: bool = False
    """Whether a class that something failed in makes its layers with other arguments."""

    @classmethod
    def of(cls, case: Case, code: str) -> _Change:
        found = cls()
        try:
            body = ast.parse(code).body
        except (SyntaxError, ValueError, RecursionError):
            return found
        failing = [*_failing_codes(case)]
        for each in body:
            held: Any = case.names.get(each.name) if isinstance(each, (ast.FunctionDef, ast.ClassDef)) else None
            if isinstance(each, ast.FunctionDef):
                found._add(each, held)
            elif isinstance(each, ast.ClassDef) and is_a(held, type):
                methods = class_dict(held)
                for method in each.body:
                    if isinstance(method, ast.FunctionDef) and method.name != "__init__":
                        found._add(method, methods.get(method.name))
                    elif isinstance(method, ast.FunctionDef) and any(
                        getattr(one, "__code__", None) in failing
                        for one in methods.values()
                        if type(one) is types.FunctionType
                    ):
                        found.other_sizes |= _makes_other_layers(methods.get("__init__"), method)
        return found

    def _add(self, new: ast.FunctionDef, old: Any) -> None:
        if (tree := _tree(old)) is not None and ast.dump(tree) != ast.dump(new):
            self.anew[old.__code__] = new


def _tree(function: Any) -> ast.FunctionDef | None:
    if type(function) is not types.FunctionType:
        return None
    try:
        tree = function_tree(function)
    except Unknown:
        return None
    return tree if isinstance(tree, ast.FunctionDef) else None


def _makes_other_layers(old: Any, new: ast.FunctionDef) -> bool:
    """Whether the two ``__init__`` assign the same names, and call the same classes with other arguments."""
    tree = _tree(old)
    if tree is None or len(tree.body) != len(new.body):
        return False
    calls = [[each for each in ast.walk(one) if isinstance(each, ast.Call)] for one in (tree, new)]
    names = [[ast.unparse(each.func) for each in some] for some in calls]
    if names[0] != names[1]:
        return False
    others = {
        one.func.attr if isinstance(one.func, ast.Attribute) else ast.unparse(one.func)
        for one, two in zip(*calls, strict=True)
        if ast.dump(one) != ast.dump(two)
    }
    return bool(others) and not others & {*_TABLES}


def _failing_codes(case: Case) -> Iterator[types.CodeType]:
    for each in islice(frames_of(case.error.__traceback__), _MOST_FRAMES):
        yield each.tb_frame.f_code


def earlier_calls(case: Case) -> Iterator[tuple[ast.Call, str]]:
    """Calls of the learner's code in earlier statements that ended well, whose names mean today what they meant.

    Each with the text that it stands in.
    """
    gone, seen = set(_bound_by(case.site.statement)), set[str]()
    reader = Evaluator(FrameScope(case.names, case.names), StandIns())
    for entry in islice(earlier(case), _MOST_ENTRIES):
        tree = parsed(entry.source) if entry.status is Status.OK else None
        for statement in _statements(tree) if tree is not None else ():
            own = _bound_by(statement) if isinstance(statement, (ast.Assign, ast.AugAssign)) else set()
            for each in ast.walk(statement):
                if not isinstance(each, ast.Call) or {*_names(each)} & (gone | own) or ast.dump(each) in seen:
                    continue
                if reader.calls_learner(each.func):
                    seen.add(ast.dump(each))
                    yield each, entry.source
            gone |= with_other_attributes(statement)
        gone.update(entry.bound)


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """The simple statements that ran at the prompt itself, not those of a function that was defined."""
    for each in ast.iter_child_nodes(tree):
        if isinstance(each, (ast.For, ast.While, ast.With, ast.If, ast.Try)):
            yield from _statements(each)
        elif isinstance(each, (ast.Assign, ast.AugAssign, ast.Expr, ast.AnnAssign)):
            yield each


def _names(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _bound_by(node: ast.stmt) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _shapes(value: Any) -> Any:
    """The shape of a tensor, or those in a tuple; () for what is none."""
    if is_tensor_class(type(value)):
        return ("tensor", *value.shape)
    return tuple(map(_shapes, value)) if type(value) in (tuple, list) else ()
