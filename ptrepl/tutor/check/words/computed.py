"""The check word ``computed``: that a value came out of code, and was not typed in as numbers."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Literal

from ptrepl.engine.watch.static_read import gradient
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.words.by_autograd import by_autograd
from ptrepl.tutor.isolation.torch_api import NoCopy, is_tensor_value, method, tensor_from
from ptrepl.tutor.names import RESULT, bound_in, read_in, tree_of

_MAKERS = frozenset("tensor Tensor as_tensor FloatTensor array asarray float int Parameter scalar_tensor".split())
"""What makes a value of numbers that are written down."""
_KEEPERS = frozenset("to float double int long clone requires_grad_ reshape view item".split())
"""Methods after which the numbers are the same."""
_GIVE_NONE = frozenset("backward retain_grad print zero_grad step manual_seed".split())
"""Calls without a value, which leave ``_`` as it is."""
_ARITHMETIC: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def computed(look: Look, *names: str, by: Literal["autograd"] | None = None) -> None:
    """None of ``names`` (``y``, ``x.grad``) holds numbers that were typed in as they stand. To be asked last.

    With ``by="autograd"`` none was worked out by a formula in place of a backward pass either. Read from the syntax of
    what was typed: a value that was made in any other way counts as computed.
    """
    for name in names:
        root = name.partition(".")[0]
        typed = tree_of(look.last.source)
        if typed is None or root not in look.names:
            continue
        tree = _with_last_value(typed)
        numbers = _typed_in(tree, name)
        if numbers is None or not _holds(look.value_of(root), name, numbers):
            if by == "autograd" and not by_autograd(tree, name):
                look.about = root
                look.see("by hand")
                raise Miss(
                    gettext(
                        "`{name}` is right, but autograd has not computed it. Take the gradient that autograd gives.",
                        name=name,
                    ),
                    root,
                    typed_in=True,
                )
            continue
        look.about = root
        look.see("typed in")
        if isinstance(numbers, list):
            message = gettext("`{name}` is right, but typed in as numbers. Let your code compute it.", name=name)
        else:
            message = gettext("`{name}` is right, but typed in as a number. Let your code compute it.", name=name)
        raise Miss(message, root, typed_in=True)


def _with_last_value(tree: ast.Module) -> ast.Module:
    """``tree``; where it reads ``_``, as Python's prompt does it: each value that a line shows is bound to that."""
    if RESULT not in read_in(tree) or RESULT in bound_in(tree):
        return tree
    body = [
        ast.copy_location(ast.Assign([ast.Name(RESULT, ast.Store())], each.value), each)
        if isinstance(each, ast.Expr) and not _gives_none(each.value)
        else each
        for each in tree.body
    ]
    return ast.Module(body, [])


def _gives_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) in _GIVE_NONE


def _holds(value: Any, name: str, numbers: Any) -> bool:
    """Whether the present value is ``numbers``, in whatever shape."""
    if name.endswith(".grad"):
        value = gradient(value) if is_tensor_value(value) else None
    try:
        mine, typed = (method("reshape", tensor_from(each), (-1,)) for each in (value, numbers))
    except (NoCopy, TypeError, ValueError, RuntimeError, OverflowError):
        return False
    return same_values(mine, typed, rtol=1e-3, atol=1e-4)


def _typed_in(tree: ast.Module, name: str) -> Any:
    """The numbers that the last assignment to ``name`` writes down; None where it is none, or computes."""
    known: dict[str, Any] = {}
    for statement in tree.body:
        values = dict(_assigned(statement, known))
        for each in _written(statement, known) - values.keys():
            known.pop(each, None)
        known.update(values)
    return known.get(name)


def _written(statement: ast.stmt, known: dict[str, Any]) -> set[str]:
    """The names that a statement may give other numbers: bound, written into in place, or by a backward pass."""
    found = set(bound_in(statement))
    for node in ast.walk(statement):
        match node:
            case ast.AugAssign(target=target) | ast.Subscript(value=target, ctx=ast.Store()):
                found.add(_target(target))
            case ast.Attribute(ctx=ast.Store()):
                found.add(ast.unparse(node))
            case ast.Call(func=ast.Attribute(attr="backward")):
                found |= {each for each in known if each.endswith(".grad")}
            case ast.Call(func=ast.Attribute(value=target, attr=attribute)):
                if attribute.endswith("_") and attribute not in _KEEPERS:
                    found.add(_target(target))
    return found


def _target(node: ast.expr) -> str:
    """``x.grad`` of ``x.grad[1:]`` and of ``x.grad.data``."""
    while isinstance(node, ast.Subscript) or (isinstance(node, ast.Attribute) and node.attr == "data"):
        node = node.value
    return ast.unparse(node)


def _assigned(statement: ast.stmt, known: dict[str, Any]) -> list[tuple[str, Any]]:
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values):
            pairs = list(zip(targets, values, strict=True))
        case ast.Assign(targets=targets, value=value):
            pairs = [(target, value) for target in targets]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            pairs = [(target, value)]
        case ast.Expr(ast.Call(func=ast.Attribute(value=target, attr="copy_"), args=[value])):
            return [(_target(target), _numbers(value, known))]
        case _:
            return []
    return [
        (_target(target), _numbers(value, known))
        for target, value in pairs
        if isinstance(target, (ast.Name, ast.Attribute)) or _is_whole(target)
    ]


def _is_whole(target: ast.expr) -> bool:
    """``x[:]`` or ``x[...]``: all of it."""
    return isinstance(target, ast.Subscript) and ast.unparse(target.slice) in (":", "...")


def _numbers(node: ast.expr, known: dict[str, Any]) -> Any:
    """The number or nested list that an expression writes down; None for what computes with names."""
    match node:
        case ast.Constant(value=(bool() | int() | float()) as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _numbers(operand, {})
            return -inner if isinstance(inner, (int, float)) else None
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
            pair = _numbers(left, {}), _numbers(right, {})
            if not all(isinstance(each, (int, float)) for each in pair):
                return None
            try:
                return _ARITHMETIC[type(sign)](*pair)
            except (ArithmeticError, ValueError):
                return None
        case ast.List(elts=items) | ast.Tuple(elts=items):
            found = [_numbers(item, known) for item in items]
            return None if None in found else found
        case ast.Name(id=name):
            return known.get(name)
        case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if attribute in _KEEPERS:
            return _numbers(inner, known)
        case ast.Call(func=function, args=[first, *_]) if _last_name(function) in _MAKERS:
            return _numbers(first, known)
    return None


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
