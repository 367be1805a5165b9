"""Whether the failing function went through without an error before: then what it was given now is at fault."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ptrepl.engine.base_name import base_name
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro, own_dict
from ptrepl.engine.watch.static_read import gradient
from ptrepl.explain.case import Case
from ptrepl.explain.locate import frames_of
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.read_code import function_tree

_MOST_ENTRIES = 200
_MOST_SITES = 20
_MOST_FRAMES = 200


def passed_before(case: Case) -> bool:
    """Whether the failing line was right for what it was given before: in an earlier round of the loop it is in, or as
    an earlier statement of the prompt called the failing function or network, as it is now, and ended well."""
    if passed_in_a_round(case) or _has_gradients(case):
        return True
    node = case.node
    if not case.site.is_nested:
        called = case.names.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
        return kind_of(called) is Kind.MODULE and _ended_well(case, (called,))
    return _ended_well(case, tuple(_failing_code(case)))


def _has_gradients(case: Case) -> bool:
    """Whether a backward pass went through the failing layer: it was given something that it takes."""
    inner = [module for _, module in case.modules()][-1:]
    parameters = own_dict(inner[0]).get("_parameters") if inner else None
    held = parameters.values() if type(parameters) is dict else ()
    return any(type(each) is sys.modules["torch"].nn.Parameter and gradient(each) is not None for each in held)


def _failing_code(case: Case) -> Iterator[Any]:
    """What failed as a whole: the function, or the network and those that it is a part of, the innermost first."""
    frames = [each.tb_frame for each in islice(frames_of(case.error.__traceback__), _MOST_FRAMES)]
    own = [each for each in frames if case.learner_files(each.f_code.co_filename)]
    at = next((number for number, each in enumerate(own) if each is case.site.frame), 0)
    for number, frame in enumerate(reversed(own[: at + 1])):
        held = frame.f_locals.get("self")
        if kind_of(held) is Kind.MODULE:
            yield held
        else:
            if not number:
                yield frame.f_code
            return


def _ended_well(case: Case, failing: tuple[Any, ...]) -> bool:
    """Whether an earlier statement of the prompt called one of ``failing``, or gave it to a function that calls it."""
    gone, scope = set[str](), FrameScope(case.names, case.names)
    for entry in islice(earlier(case), _MOST_ENTRIES):
        tree = parsed(entry.source) if entry.status is Status.OK else None
        for each in ast.walk(tree) if tree is not None else ():
            if not isinstance(each, ast.Call) or base_name(each.func) in {*gone, *entry.bound}:
                continue
            called = _real(scope, each.func)
            if any(_is_the_same(called, one) for one in failing):
                return True
            given = [_real(scope, part) if base_name(part) not in gone else None for part in each.args]
            if type(called) is types.FunctionType and any(
                any(_is_the_same(part, one) for one in failing) and _calls_its_argument(called, number)
                for number, part in enumerate(given)
            ):
                return True
        gone.update(entry.bound)
        if tree is not None:
            gone |= with_other_attributes(tree)
    return False


def with_other_attributes(node: ast.AST) -> set[str]:
    """The names of which a statement in ``node`` sets an attribute, ``net.fc = …``: they were something else before."""
    found = [each for each in ast.walk(node) if isinstance(each, (ast.Attribute, ast.Subscript))]
    return {base_name(each) for each in found if isinstance(each.ctx, ast.Store)} - {""}


def _is_the_same(called: Any, failing: Any) -> bool:
    """Whether it is the function, or the network, or another network of a class that makes all of them alike."""
    if type(called) is types.FunctionType:
        return called.__code__ is failing
    if called is None or called is failing:
        return called is not None
    alike = kind_of(called) is Kind.MODULE and type(called) is type(failing)
    init = next((class_dict(each)["__init__"] for each in mro(type(called)) if "__init__" in class_dict(each)), None)
    return alike and type(init) is types.FunctionType and init.__code__.co_argcount == 1


def _real(scope: FrameScope, node: ast.expr) -> Any:
    return scope.real_or_none(node)


def _calls_its_argument(function: types.FunctionType, number: int) -> bool:
    """Whether the function calls what it gets as that argument: ``def train(net, loader): … net(x)``."""
    code = function.__code__
    if number >= code.co_argcount:
        return False
    try:
        tree = function_tree(function)
    except Unknown:
        return False
    name = code.co_varnames[number]
    return any(isinstance(each, ast.Call) and getattr(each.func, "id", "") == name for each in ast.walk(tree))


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
