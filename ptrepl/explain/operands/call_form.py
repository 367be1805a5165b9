"""The failing call of a function of torch or of a tensor's method, also where its arguments do not fit."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.standins.torch_code import is_torch_function


def failed_call(case: Case) -> tuple[ast.Call, str] | None:
    """The failing call of a function of torch or of a tensor's method, and its name."""
    node = case.node
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    real = case.real(node.func)
    if real is not None and is_torch_function(real):
        return node, str(real.__name__)
    if real is None and isinstance(node.func, ast.Attribute) and case.facts(node.func.value) is not None:
        return node, node.func.attr
    return None
