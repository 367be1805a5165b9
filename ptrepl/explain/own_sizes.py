"""A size of a layer in the words of the class that makes it: ``cout``, not the 20 of one of its objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.rewrite import in_one_line

_PLACES = {"in_channels": 0, "out_channels": 1, "in_features": 0, "out_features": 1, "stride": 3, "num_features": 0}
_INPUTS = ("in_channels", "in_features")
_PARTS = (ast.Name, ast.Constant, ast.BinOp, ast.operator, ast.Attribute, ast.expr_context)


def takes_sizes(init: ast.FunctionDef) -> bool:
    """Whether ``__init__`` has parameters, so that each object may have other sizes."""
    given = init.args
    return bool(given.args[1:] or given.kwonlyargs or given.vararg or given.kwarg)


def own_size(source: str, init: ast.FunctionDef, held: Any, parameter: str, number: int) -> str | None:
    """What ``init`` gives a layer of ``held`` for ``parameter`` (``out_channels``) where that is ``number``.

    Of several the first one for inputs, and the last one for outputs. None where no layer has that size.
    """
    found = [
        in_one_line(source, node)
        for call, layer in _layers(init, held)
        if _value(layer, parameter) == number and (node := _given(call, parameter)) is not None
    ]
    if not found:
        return None
    return found[0] if parameter in _INPUTS else found[-1]


def _layers(init: ast.FunctionDef, held: Any) -> Iterator[tuple[ast.Call, Any]]:
    """The calls in ``init`` that make a layer under a name of its own, and that layer."""
    modules = own_dict(held).get("_modules")
    owner = init.args.args[0].arg if init.args.args else "self"
    for each in ast.walk(init):
        match each:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=base), attr=name)], value=ast.AST() as value):
                layer = modules.get(name) if type(modules) is dict and base == owner else None
                yield from _made(value, layer)


def _made(value: ast.AST, layer: Any) -> Iterator[tuple[ast.Call, Any]]:
    if not isinstance(value, ast.Call) or kind_of(layer) is not Kind.MODULE:
        return
    if called_name(value) == type(layer).__name__ and called_name(value) != "Sequential":
        yield value, layer
    inner = own_dict(layer).get("_modules")
    if called_name(value) == "Sequential" and type(inner) is dict and len(inner) == len(value.args):
        for node, each in zip(value.args, inner.values(), strict=True):
            yield from _made(node, each)


def _value(layer: Any, parameter: str) -> int | None:
    found = own_dict(layer).get(parameter)
    if type(found) is tuple and len(set(found)) == 1:
        found = found[0]
    return found if type(found) is int else None


def _given(call: ast.Call, parameter: str) -> ast.expr | None:
    """The argument of a layer for ``parameter``, where it is made of names and numbers."""
    at = _PLACES[parameter]
    given = next((each.value for each in call.keywords if each.arg == parameter), None)
    node = call.args[at] if given is None and len(call.args) > at else given
    if node is None or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    return node if all(isinstance(each, _PARTS) for each in ast.walk(node)) else None
