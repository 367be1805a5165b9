"""What an operation and its two operands are called in a sentence."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.standins.torch_code import is_in_place
from ptrepl.texts.messages import gettext


def sides(case: Case, first: ast.expr, second: ast.expr) -> tuple[str, str]:
    """Their texts; "The left side" and "the right side", "One tensor" and "another tensor" where those are long.

    The first of them begins a sentence.
    """
    if isinstance(case.node, (ast.BinOp, ast.AugAssign, ast.Compare)):
        return case.called(first, gettext("The left side")), case.called(second, gettext("the right side"))
    return case.called(first, gettext("One tensor")), case.called(second, gettext("another tensor"))


def is_matmul(node: ast.AST | None) -> bool:
    """Whether ``node`` is ``x @ y`` or ``x @= y``."""
    return isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.MatMult)


def calls_in_place(node: ast.AST | None) -> bool:
    """Whether ``node`` calls a function that writes to its tensor, by its name: ``x.add_(1)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return is_in_place(name)
    return False


def operation_called(case: Case) -> str:
    """``.add_`` of a tensor's method, ``torch.mm`` of a function, ``@``; else "the operation"."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if case.facts(value) is not None:
            return f".{name}"
        case ast.Call(func=func):
            return case.called(func, gettext("the function"))
    if is_matmul(case.node):
        return "@"
    return gettext("the operation")
