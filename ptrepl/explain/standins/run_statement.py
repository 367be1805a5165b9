"""What a simple statement does, on stand-ins: an assignment, ``x += y``, an expression, ``with torch.no_grad():``."""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ptrepl.explain.standins.calling import Unknown, call_on_standins
from ptrepl.explain.standins.evaluate import Evaluator

_IN_PLACE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.iadd,
    ast.Sub: operator.isub,
    ast.Mult: operator.imul,
    ast.Div: operator.itruediv,
    ast.FloorDiv: operator.ifloordiv,
    ast.Mod: operator.imod,
    ast.Pow: operator.ipow,
    ast.MatMult: operator.imatmul,
}


def is_definition(node: ast.stmt) -> bool:
    """Whether the statement only defines something, so that it runs whatever is wrong inside."""
    match node:
        case (
            ast.FunctionDef(decorator_list=[])
            | ast.AsyncFunctionDef(decorator_list=[])
            | ast.ClassDef(decorator_list=[])
        ):
            return True
        case ast.Assign(value=ast.Lambda()):
            return True
    return False


def run_statement(evaluator: Evaluator, node: ast.stmt) -> Any:
    """The value of the expression, or what was assigned. Raises Unknown for other statements, Failed where it fails."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=tensor, attr="backward")) as backward):
            return _backward(evaluator, evaluator.value(tensor), backward)
        case ast.Expr(value=value):
            evaluator.root = value
            return evaluator.value(value)
        case ast.Return(value=ast.expr() as value):
            evaluator.root = value
            return evaluator.value(value)
        case ast.Assign(targets=[ast.Name() | ast.Attribute()], value=value):
            evaluator.root = value
            return evaluator.value(value)
        case ast.Assign(targets=[ast.Subscript() as target], value=value):
            return _set_item(evaluator, target, evaluator.value(value))
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in _IN_PLACE:
            left, right = evaluator.value(target), evaluator.value(value)
            changed = call_on_standins("add", _IN_PLACE[type(op)], (left, right), {})
            return _set_item(evaluator, target, changed) if isinstance(target, ast.Subscript) else changed
        case ast.With(items=[ast.withitem(context_expr=ast.Call() as manager)], body=[inner]) if _is_no_grad(
            evaluator, manager
        ):
            with sys.modules["torch"].no_grad():
                return run_statement(evaluator, inner)
    raise Unknown


def _backward(evaluator: Evaluator, tensor: Any, node: ast.Call) -> None:
    """``tensor.backward()``: only stand-ins get gradients. It says nothing about the learner's own graph."""
    if not isinstance(tensor, sys.modules["torch"].Tensor):
        raise Unknown
    args = [evaluator.value(each) for each in node.args]
    kwargs = {str(each.arg): evaluator.value(each.value) for each in node.keywords}
    if tensor.is_meta:
        if tensor.numel() != 1 or not tensor.requires_grad or args or kwargs:
            raise Unknown
        return
    call_on_standins("backward", sys.modules["torch"].Tensor.backward, (tensor, *args), kwargs)


def run_block(evaluator: Evaluator, body: list[ast.stmt]) -> Any:
    """Run statements one after the other; the value of the last. Raises Unknown, Failed as ``run_statement`` does."""
    result = None
    for node in body:
        result = run_statement(evaluator, node)
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            bound = {target.id: evaluator.standins.adopt(result)}
            evaluator.scope = replace(evaluator.scope, extra={**evaluator.scope.extra, **bound})
    return result


def _is_no_grad(evaluator: Evaluator, node: ast.Call) -> bool:
    try:
        return evaluator.scope.real(node.func) is sys.modules["torch"].no_grad
    except Exception:
        return False


def _set_item(evaluator: Evaluator, target: ast.Subscript, value: Any) -> Any:
    base, index = evaluator.value(target.value), evaluator.index(target.slice)
    if not isinstance(base, sys.modules["torch"].Tensor):
        raise Unknown
    call_on_standins("copy_", operator.setitem, (base, index, value), {})
    return base
