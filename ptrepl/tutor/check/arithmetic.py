"""Arithmetic in an answer: numbers joined by operators, worked out by us; no name is looked up and nothing is run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

_LARGEST = 10**15
_LONGEST_LIST = 200
_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARES: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CALLS: dict[str, Callable[..., Any]] = {
    "len": len,
    "bool": bool,
    "int": int,
    "float": float,
    "abs": abs,
    "sum": sum,
    "min": min,
    "max": max,
    "round": round,
}
_WORDS = ("nan", "inf", "-inf")
_NAMED = ("nan", "inf", "torch.nan", "torch.inf", "math.nan", "math.inf", "np.nan", "np.inf")
"""The texts that ``float`` may be given."""


class _Other(Exception):
    """It is no arithmetic with numbers, or too much of it."""


def worked_out(node: ast.expr) -> Any:
    """The number, truth value or nested list that an expression of literals comes to; None for anything else."""
    try:
        return _value(node)
    except (_Other, ArithmeticError, TypeError, ValueError, RecursionError):
        return None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=(bool() | int() | float()) as number):
            return _small(number)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return _small([_value(item) for item in items])
        case ast.Name() | ast.Attribute() if ast.unparse(node) in _NAMED:
            return float(ast.unparse(node).rpartition(".")[2])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(_value(operand))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(_value(operand))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _joined(sign, _value(left), _value(right))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARES:
            return _COMPARES[type(sign)](_value(left), _value(right))
        case ast.BoolOp(op=sign, values=values):
            found = [bool(_value(each)) for each in values]
            return all(found) if isinstance(sign, ast.And) else any(found)
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str() as text)], keywords=[]):
            if text.casefold() not in _WORDS:
                raise _Other
            return float(text)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _CALLS:
            return _small(_CALLS[name](*map(_value, arguments)))
    raise _Other


def _joined(sign: ast.operator, left: Any, right: Any) -> Any:
    lists = isinstance(left, list), isinstance(right, list)
    if any(lists):
        if isinstance(sign, ast.Add) and all(lists):
            return _small(left + right)
        if isinstance(sign, ast.Mult) and isinstance(right, int) and 0 <= right <= _LONGEST_LIST:
            return _small(left * right)
        raise _Other
    if isinstance(sign, ast.Pow) and not (abs(left) <= 1000 and abs(right) <= 64):
        raise _Other
    found = _BINARY[type(sign)](left, right)
    if isinstance(found, complex):
        raise _Other
    return _small(found)


def _number(value: Any) -> Any:
    if isinstance(value, (bool, list)):
        raise _Other
    return value


def _small(value: Any) -> Any:
    if isinstance(value, list):
        if len(value) > _LONGEST_LIST:
            raise _Other
    elif isinstance(value, int) and abs(value) > _LARGEST:
        raise _Other
    return value
