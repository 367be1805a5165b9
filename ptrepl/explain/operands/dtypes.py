"""Dtypes as the learner writes them, and the call that converts a tensor to another one."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import operand, postfix
from ptrepl.texts.messages import gettext

_METHODS = {
    "float32": ".float()",
    "float64": ".double()",
    "float16": ".half()",
    "bfloat16": ".bfloat16()",
    "int64": ".long()",
    "int32": ".int()",
    "bool": ".bool()",
}
_CONVERSIONS = frozenset(_METHODS.values())
_FLOATS = ("float32", "float64", "bfloat16", "float16")


def conversion(dtype: str) -> str:
    """What is written after a tensor to have it in ``dtype``: ``.float()``, ``.to(torch.complex64)``."""
    return _METHODS.get(dtype, f".to(torch.{dtype})")


def converted(case: Case, node: ast.expr, dtype: str) -> str:
    """The text of ``node``, converted to ``dtype``; a conversion at its end is replaced."""
    base = _unconverted(node)
    if base is not node:
        facts = case.facts(base)
        if facts is not None and facts.dtype == dtype:
            return operand(case.site.source, base)
    return postfix(case.site.source, base, conversion(dtype))


def _unconverted(node: ast.expr) -> ast.expr:
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=[], keywords=[]) if f".{name}()" in _CONVERSIONS:
            return base
        case ast.Call(func=ast.Attribute(value=base, attr="to"), args=[ast.Attribute(attr=name)], keywords=[]):
            return base if name in _METHODS else node
    return node


def is_float(dtype: str) -> bool:
    """Whether it is a floating point dtype."""
    return dtype in _FLOATS or dtype.startswith("float8")


def is_integral(dtype: str) -> bool:
    """Whether it is an integer dtype or bool."""
    found = getattr(sys.modules["torch"], dtype, None)
    return found is not None and not (found.is_floating_point or found.is_complex)


def preferred(dtypes: set[str]) -> list[str]:
    """Those of ``dtypes`` to which the others may be converted without losing fractions, the best first."""
    complexes = sorted((each for each in dtypes if each.startswith("complex")), reverse=True)
    floats = [each for each in _FLOATS if each in dtypes]
    integers: list[str] = [each for each in ("int64", "int32", "int16", "int8", "uint8") if each in dtypes]
    return complexes[:1] or floats or integers[:1]


def dtype_origin(case: Case, operands: Iterable[tuple[ast.expr, str]]) -> str:
    """A sentence on where an unexpected dtype comes from; "" if it is not known."""
    made = [(_made(case, node), dtype) for node, dtype in operands]
    if any(dtype == "float64" and not _states_double(value) for value, dtype in made):
        return gettext("NumPy's default for floating point numbers is float64; PyTorch's is float32.")
    if any(dtype == "int64" and _is_integer_literal(case, value) for value, dtype in made):
        return gettext("Numbers that are written without a decimal point become int64.")
    return ""


def _made(case: Case, node: ast.expr) -> ast.expr:
    """The expression that gave a name its tensor, where the session knows it; else ``node`` itself."""
    if isinstance(node, ast.Name) and case.record is not None and case.real(node) is case.names.get(node.id):
        found = case.record.made(node.id)
        try:
            match ast.parse(found[0].source).body if found is not None else []:
                case [ast.Assign(targets=[ast.Name(id=node.id)], value=value)]:
                    return value
        except SyntaxError:
            pass
    return node


def _states_double(value: ast.expr) -> bool:
    words = {getattr(each, "attr", getattr(each, "value", None)) for each in ast.walk(value)}
    return bool({"double", "float64"} & {each for each in words if type(each) is str})


def _is_integer_literal(case: Case, value: ast.expr) -> bool:
    """Whether it is ``torch.tensor([1, 2])``, and nothing says which dtype."""
    torch = sys.modules["torch"]
    match value:
        case ast.Call(func=func, args=[_, *_] as args, keywords=keywords):
            known = any(case.real(func) is each for each in (torch.tensor, torch.as_tensor, torch.arange))
            parts = [part for each in args for part in ast.walk(each)]
            plain = (ast.List, ast.Tuple, ast.UnaryOp, ast.USub, ast.Load)
            integers = all(isinstance(each, plain) or type(getattr(each, "value", None)) is int for each in parts)
            return known and integers and all(each.arg != "dtype" for each in keywords)
    return False
