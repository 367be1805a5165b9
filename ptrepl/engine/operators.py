"""Python's operators: how each is written, the function of torch that it calls, and Python's own function for it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, NamedTuple


class PythonOperator(NamedTuple):
    """``name``: of torch's function; ``sign``: as one writes it; ``function``: of Python's ``operator``."""

    name: str
    sign: str
    function: Callable[..., Any]


BINARY_OPERATORS: dict[type[ast.AST], PythonOperator] = {
    ast.Add: PythonOperator("add", "+", operator.add),
    ast.Sub: PythonOperator("sub", "-", operator.sub),
    ast.Mult: PythonOperator("mul", "*", operator.mul),
    ast.Div: PythonOperator("div", "/", operator.truediv),
    ast.FloorDiv: PythonOperator("floor_divide", "//", operator.floordiv),
    ast.Mod: PythonOperator("remainder", "%", operator.mod),
    ast.Pow: PythonOperator("pow", "**", operator.pow),
    ast.MatMult: PythonOperator("matmul", "@", operator.matmul),
    ast.BitAnd: PythonOperator("bitwise_and", "&", operator.and_),
    ast.BitOr: PythonOperator("bitwise_or", "|", operator.or_),
    ast.BitXor: PythonOperator("bitwise_xor", "^", operator.xor),
}
"""Without the shifts, which are hardly ever written of tensors."""
COMPARISONS: dict[type[ast.AST], PythonOperator] = {
    ast.Eq: PythonOperator("eq", "==", operator.eq),
    ast.NotEq: PythonOperator("ne", "!=", operator.ne),
    ast.Lt: PythonOperator("lt", "<", operator.lt),
    ast.LtE: PythonOperator("le", "<=", operator.le),
    ast.Gt: PythonOperator("gt", ">", operator.gt),
    ast.GtE: PythonOperator("ge", ">=", operator.ge),
}
UNARY_OPERATORS: dict[type[ast.AST], PythonOperator] = {
    ast.USub: PythonOperator("negative", "-", operator.neg),
    ast.UAdd: PythonOperator("positive", "+", operator.pos),
    ast.Invert: PythonOperator("bitwise_not", "~", operator.invert),
}
