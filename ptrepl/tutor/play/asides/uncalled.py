"""Brackets that were forgotten: a function or a method that was named, and not called. Asks only for types."""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.base_name import base_name
from ptrepl.engine.outcome import Outcome, Status
from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import tree_of

_CALLED = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
)
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Uncalled:
    """``text``: what to say of it. ``name``: what it was bound to; "" where it was only looked at."""

    text: str
    name: str = ""


def uncalled(outcomes: Sequence[Outcome], namespace: Mapping[str, Any]) -> Uncalled | None:
    """What to say of ``week.argmax``, alone or in ``day = week.argmax``; None where nothing like that was typed.

    Another name for a function, ``loss = squared_loss``, is meant so.
    """
    for outcome in reversed(outcomes):
        tree = tree_of(outcome.source) if outcome.status is Status.OK else None
        match tree.body if tree is not None else []:
            case [ast.Expr(ast.Name() | ast.Attribute() as node)] if outcome is outcomes[-1]:
                if _is_called(builtins.__dict__.get("_")) and _is_named(builtins.__dict__["_"], node, namespace):
                    return Uncalled(_only_named(node, _code(outcome.source, node), namespace))
            case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as node)]:
                if _is_called(namespace.get(name)):
                    code = _code(outcome.source, node)
                    text = (
                        _lost(name, code)
                        if base_name(node, (ast.Attribute,)) == name
                        else _bound(name, node, code, namespace)
                    )
                    return Uncalled(text, name)
    return None


def _is_called(value: Any) -> bool:
    return type(value) in _CALLED


def _is_named(value: Any, node: ast.expr, namespace: Mapping[str, Any]) -> bool:
    """Whether ``value``, the last one that was shown, is that of ``node``: it is an older one where that gave None."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id) is value
    return isinstance(node, ast.Attribute) and value.__name__ == node.attr


def _code(source: str, node: ast.expr) -> str:
    """What was named, as it was typed; the end alone where that is long."""
    code = ast.get_source_segment(source, node) or ast.unparse(node)
    short = len(code) <= _LONGEST and "\n" not in code
    return code if short or not isinstance(node, ast.Attribute) else f".{node.attr}"


def _only_named(node: ast.expr, code: str, namespace: Mapping[str, Any]) -> str:
    if isinstance(node, ast.Attribute) and node.attr == "forward":
        return gettext("`{code}` is the method itself. It runs when the module is called, as in model(x).", code=code)
    if _is_method(node, namespace):
        return gettext(
            "`{code}` is the method itself. Write `{code}()` to call it, with its arguments in the brackets if it "
            "takes any.",
            code=code,
        )
    return gettext(
        "`{code}` is the function itself. Write `{code}()` to call it, with its arguments in the brackets if it takes "
        "any.",
        code=code,
    )


def _bound(name: str, node: ast.expr, code: str, namespace: Mapping[str, Any]) -> str:
    if _is_method(node, namespace):
        return gettext(
            "`{name}` is the method `{code}` itself, which was not called. Write `{code}()` to call it, with its "
            "arguments in the brackets if it takes any.",
            name=name,
            code=code,
        )
    return gettext(
        "`{name}` is the function `{code}` itself, which was not called. Write `{code}()` to call it, with its "
        "arguments in the brackets if it takes any.",
        name=name,
        code=code,
    )


def _lost(name: str, code: str) -> str:
    return gettext(
        "`{name}` is the method `{code}` itself now, and no longer the tensor. Make that again; `{code}()` calls the "
        "method.",
        name=name,
        code=code,
    )


def _is_method(node: ast.expr, namespace: Mapping[str, Any]) -> bool:
    """Whether it belongs to a value, not to a module."""
    return isinstance(node, ast.Attribute) and not isinstance(
        namespace.get(base_name(node, (ast.Attribute,))), types.ModuleType
    )
