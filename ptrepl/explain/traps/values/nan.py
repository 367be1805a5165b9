"""The trap of nan and inf: said where they appear first, if all that went in is known to be finite."""

from __future__ import annotations

import ast
import math
import sys
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import Kind, is_one, kind_of, own_dict
from ptrepl.engine.watch.notes import HasInf, HasNan
from ptrepl.engine.watch.targets import Name
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function, tensor_method
from ptrepl.explain.traps.observed import Noticed
from ptrepl.texts.messages import N_, gettext

_MOST_READ = 1 << 14
_NOT_FILLED = ("empty", "new_empty", "empty_strided", "from_numpy", "frombuffer", "from_dlpack")
_PLAIN = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.List, ast.Slice, ast.Starred, ast.Subscript)
_PARTS = ("T", "mT", "H", "mH", "data", "grad", "real", "imag", "shape", "ndim", "dtype", "device")
_BUILTINS = (abs, divmod, float, int, len, max, min, pow, range, round, sum)


def not_a_number(noticed: Noticed) -> Iterator[str]:
    """A small tensor has nan or inf, and nothing that it was computed from has."""
    for note, appeared in (
        (HasNan, N_("{name} has nan, which is not a number, and this is where it came from.")),
        (HasInf, N_("{name} has inf, a number that is too large, and this is where it came from.")),
    ):
        for change in noticed.noted(note):
            target = change.target
            name = target.name if isinstance(target, Name) else ""
            if name and _is_made_of_numbers(noticed, name):
                # 0 / 0 of data is often meant, and cleaned up in the next line: wait whether it is
                name = "" if _is_plain_division(noticed, noticed.tree) else name
            else:
                name = _divided(noticed)
            if not name:
                return
            look = gettext(
                "Look for a division by 0, log or sqrt of 0 or less, exp of a large number, or a learning rate that is "
                "too large."
            )
            yield f"{gettext(appeared, name=name)} {look}"
            return


def _is_plain_division(noticed: Noticed, tree: ast.stmt) -> bool:
    """Whether it divides data by data: what it gives does not require grad."""
    match tree:
        case ast.Assign(
            targets=[ast.Name() as target], value=ast.BinOp(left=ast.Name(), op=ast.Div(), right=ast.Name())
        ):
            made = noticed.tensor(target)
            return made is not None and not made.requires_grad
    return False


def _divided(noticed: Noticed) -> str:
    """A name that this statement computes with, and which another statement gave the result of a division of data."""
    for place in noticed.places[:1]:
        for node in place.nodes():
            if not isinstance(node, ast.Name) or _is_known(noticed.real(node)):
                continue
            found = noticed.definition(place, node.id)
            if found is None or not isinstance(found[1], ast.BinOp) or not isinstance(found[1].op, ast.Div):
                continue
            if not found[0].function and _is_finite(noticed, found[1]):
                return node.id
    return ""


def _is_made_of_numbers(noticed: Noticed, given: str) -> bool:
    """Whether the statement gives the name ``given`` what it computes from finite numbers alone."""
    match noticed.tree:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == given:
            return noticed.is_settled(value) and _is_finite(noticed, value)
    return False


def _is_finite(noticed: Noticed, node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=value):
            return type(value) is not str and _is_known(value)
        case ast.keyword(value=value):
            return _is_finite(noticed, value)
        case ast.Call(func=func, args=args, keywords=keywords):
            return _is_known_call(noticed, func) and all(_is_finite(noticed, each) for each in (*args, *keywords))
        case ast.Name() | ast.Attribute():
            found = noticed.real(node)
            if found is not None:
                return _is_known(found)
            return isinstance(node, ast.Attribute) and node.attr in _PARTS and _is_finite(noticed, node.value)
    children = (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
    return isinstance(node, _PLAIN) and all(_is_finite(noticed, each) for each in children)


def _is_known_call(noticed: Noticed, func: ast.expr) -> bool:
    """Whether it computes from its arguments, and from finite weights, alone."""
    found = noticed.real(func)
    if found is not None:
        if kind_of(found) is Kind.MODULE:
            return _is_finite_module(found)
        if any(found is each for each in _BUILTINS):
            return True
        if type(found) is types.BuiltinFunctionType and found.__module__ == math.__name__:
            return True
        return is_torch_function(found) and not found.__name__.startswith(_NOT_FILLED)
    if not isinstance(func, ast.Attribute) or func.attr.startswith(_NOT_FILLED):
        return False
    return tensor_method(func.attr) is not None and _is_finite(noticed, func.value)


def _is_finite_module(module: Any) -> bool:
    """Whether it and what it holds are torch's own, with small finite weights."""
    held = own_dict(module)
    if not is_torch_class(type(module)):
        return False
    values = [each for part in ("_parameters", "_buffers") for each in held.get(part, {}).values()]
    return all(each is None or _is_known(each) for each in values) and all(
        each is None or _is_finite_module(each) for each in held.get("_modules", {}).values()
    )


def _is_known(value: Any) -> bool:
    """Whether ``value`` is known to hold no nan and no inf."""
    torch = sys.modules["torch"]
    if value is None or value is Ellipsis or is_one(type(value), (bool, int, torch.dtype, torch.device, torch.Size)):
        return True
    if type(value) is float:
        return math.isfinite(value)
    if not is_one(type(value), (torch.Tensor, torch.nn.Parameter)):
        return False
    with torch_functions_off():
        if value.numel() > _MOST_READ or value.device.type != "cpu" or value.layout is not torch.strided:
            return False
        return bool(torch.isfinite(value.detach()).all())
