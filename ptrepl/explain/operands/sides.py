"""What an operation and its two operands are called in a sentence."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.texts.messages import gettext


def sides(case: Case, first: ast.expr, second: ast.expr) -> tuple[str, str]:
    """Their texts, or, where they are long, "the left side" and "the right side", "one tensor" and "another tensor"."""
    if isinstance(case.node, (ast.BinOp, ast.AugAssign, ast.Compare)):
        return case.called(first, gettext("the left side")), case.called(second, gettext("the right side"))
    return case.called(first, gettext("one tensor")), case.called(second, gettext("another tensor"))


def operation_called(case: Case) -> str:
    """``.add_`` of a tensor's method, ``torch.mm`` of a function, ``@``; else "the operation"."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if case.facts(value) is not None:
            return f".{name}"
        case ast.Call(func=func):
            return case.called(func, gettext("the function"))
        case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
            return "@"
    return gettext("the operation")
