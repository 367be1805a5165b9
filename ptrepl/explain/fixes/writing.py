"""Code that writes into a tensor in place, and the same without: ``y += 1``, ``y.add_(1)`` → ``y = y + 1``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.engine.record.record import one_line
from ptrepl.explain.rewrite import operand, segment
from ptrepl.explain.standins.torch_code import is_in_place, tensor_method


def written(node: ast.AST | None) -> ast.expr | None:
    """What ``node`` writes into: the target of ``+=``, of an assignment to a part, of a method such as ``zero_``."""
    match node:
        case ast.AugAssign(target=target):
            return target
        case ast.Assign(targets=[ast.Subscript() as target]):
            return target
        case ast.Subscript(ctx=ast.Store()):
            return node
        case ast.Call(func=ast.Attribute(value=base, attr=name)) if is_in_place(name):
            return base
        case ast.Expr(value=value):
            return written(value)
    return None


def writers(tree: ast.AST, name: str) -> Iterator[ast.stmt]:
    """The simple statements in ``tree`` that write into the tensor ``name``, in the order of the text."""
    for each in ast.walk(tree):
        if isinstance(each, (ast.AugAssign, ast.Assign, ast.Expr)):
            target = written(each)
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name) and target.id == name:
                yield each


def anew(source: str, statement: ast.stmt) -> str | None:
    """The statement as one that makes a new tensor; None where that takes more than one line."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if type(op) in OPERATOR_SIGNS:
            return one_line(f"{name} = {name} {OPERATOR_SIGNS[type(op)]} {operand(source, value)}")
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method) as func) as call):
            if is_in_place(method) and tensor_method(method[:-1]) is not None:
                rest = segment(source, call)[len(segment(source, func)) :]
                return one_line(f"{name} = {name}.{method[:-1]}{rest}")
    return None
