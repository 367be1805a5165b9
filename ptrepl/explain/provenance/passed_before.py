"""Whether the failing function went through without an error before: then what it was given now is at fault."""

from __future__ import annotations

import ast
import types
from itertools import islice

from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro
from ptrepl.explain.case import Case
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import earlier, parsed

_MOST_ENTRIES = 200
_MOST_SITES = 20


def passed_before(case: Case) -> bool:
    """Whether the failing line was right for what it was given before: in an earlier round of the loop it is in, or as
    an earlier statement of the prompt called the failing function, as it is now, and ended well."""
    if passed_in_a_round(case):
        return True
    node = case.node
    if not case.site.is_nested:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _was_called(case, node.func.id)
    code, gone = case.site.frame.f_code, set[str]()
    for entry in islice(earlier(case), _MOST_ENTRIES):
        tree = parsed(entry.source) if entry.status is Status.OK else None
        for each in ast.walk(tree) if tree is not None else ():
            match each:
                case ast.Call(func=ast.Name(id=name)) if name not in gone and _code_of(case.names.get(name)) is code:
                    return True
        gone.update(entry.bound)
    return False


def _was_called(case: Case, name: str) -> bool:
    """Whether an earlier statement of the prompt called the network ``name``, as it is now, and ended well."""
    if kind_of(case.names.get(name)) is not Kind.MODULE:
        return False
    for entry in islice(earlier(case), _MOST_ENTRIES):
        tree = parsed(entry.source) if entry.status is Status.OK else None
        for each in ast.walk(tree) if tree is not None else ():
            match each:
                case ast.Call(func=ast.Name(id=called)) if called == name:
                    return name not in entry.bound
        if name in entry.bound:
            return False
    return False


def passed_in_a_round(case: Case) -> bool:
    """Whether an earlier round of a loop, in the failing code or around a call of it, went through the failing line.

    The first round has not bound the names of that line yet, nor those of the lines below it.
    """
    for site in islice(own_sites(case), _MOST_SITES):
        loop = next((each for each in site.parents if isinstance(each, (ast.For, ast.While))), None)
        around = next((each for each in site.parents if isinstance(each, ast.FunctionDef)), None)
        if loop is None or (around is None) is site.is_nested:
            continue
        inside = [each for each in ast.walk(loop) if isinstance(each, ast.stmt) and each.lineno >= site.line.lineno]
        after = {each for line in inside if line is not loop for each in _stored(line)}
        others = [each for each in ast.walk(around or ast.Module([], [])) if isinstance(each, ast.stmt)]
        before = {each for line in others if line not in inside and not hasattr(line, "body") for each in _stored(line)}
        before |= {each for line in ast.walk(loop) if isinstance(line, ast.For) for each in _stored(line.target)}
        if around is None:
            before |= {name for entry in earlier(case) for name in entry.bound}
            begun = [each for each in ast.walk(loop) if isinstance(each, ast.stmt) and each.lineno < site.line.lineno]
            before |= {name for line in begun if not hasattr(line, "body") for name in _stored(line)}
        else:
            before |= {each.arg for each in ast.walk(around.args) if isinstance(each, ast.arg)}
        if any(name in site.frame.f_locals for name in after - before):
            return True
    return False


def _stored(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _code_of(called: object) -> types.CodeType | None:
    """The code that a call runs: of a function, or of the forward of a module."""
    if kind_of(called) is Kind.MODULE:
        called = next(
            (class_dict(base)["forward"] for base in mro(type(called)) if "forward" in class_dict(base)), None
        )
    return called.__code__ if isinstance(called, types.FunctionType) else None
