"""Derivatives of torch.autograd.functional, which have no graph unless it is asked for."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.read_code import function_tree
from ptrepl.texts.messages import gettext

_DERIVATIVES = {"jacobian": 2, "hessian": 2, "vjp": 3, "jvp": 3, "vhp": 3, "hvp": 3}
"""Where each takes ``create_graph``, among its positional arguments."""


def without_create_graph(case: Case, node: ast.expr) -> str:
    """What is said of ``slope(a)`` in ``node``, where ``slope`` is a ``jacobian`` without ``create_graph``; ""."""
    for name in [each for each in ast.walk(node) if isinstance(each, ast.Name)]:
        made = origin(case, name.id)
        found = _found(made.value, case.real_at_prompt) if made is not None else ""
        if found:
            return found
    return _found(node, case.real)


def _found(node: ast.expr, real: Callable[[ast.expr], Any], depth: int = 2) -> str:
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    for each in calls:
        function = real(each.func)
        name = getattr(function, "__name__", "") if type(function) is types.FunctionType else ""
        if name in _DERIVATIVES and function is getattr(sys.modules["torch"].autograd.functional, name):
            if len(each.args) > _DERIVATIVES[name] or any(word.arg in ("create_graph", None) for word in each.keywords):
                continue
            return gettext(
                "torch.autograd.functional.{name} gives its result without a graph. With create_graph=True it has one, "
                "and a gradient can be computed from it.",
                name=name,
            )
        if depth and type(function) is types.FunctionType:
            inner = _in_function(function, depth)
            if inner:
                return inner
    return ""


def _in_function(function: types.FunctionType, depth: int) -> str:
    try:
        tree = function_tree(function)
    except Unknown:
        return ""
    body = tree.body if isinstance(tree.body, list) else [tree.body]
    names = function.__globals__

    def real(node: ast.expr) -> Any:
        path = ast.unparse(node).split(".")
        held = names.get(path[0])
        for part in path[1:]:
            held = vars(held).get(part) if type(held) is types.ModuleType else None
        return held

    for statement in body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Call) and (found := _found(each, real, depth - 1)):
                return found
    return ""
