"""The trap of dtypes: numbers with a fraction that an integer tensor cannot hold."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import is_one
from ptrepl.explain.traps.observed import Noticed
from ptrepl.texts.messages import gettext

_MOST_READ = 1 << 14


def cut_to_integers(noticed: Noticed) -> Iterator[str]:
    """A number with a fraction, stored in an integer tensor: ``counts[0] = 0.5`` stores 0."""
    match noticed.tree:
        case ast.Assign(targets=[ast.Subscript(value=base) as target], value=value):
            if all(_selects_some(noticed, each) for each in (target, base)):
                yield from _cut(noticed, base, value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=base, attr="fill_" | "copy_"), args=[value])):
            if _selects_some(noticed, base):
                yield from _cut(noticed, base, value)


def _selects_some(noticed: Noticed, node: ast.expr) -> bool:
    """Whether ``node`` is a tensor, or a part of one, that is not empty; False where that is not known."""
    whole = noticed.tensor(node)
    if whole is not None:
        with torch_functions_off():
            return bool(whole.numel())
    if not isinstance(node, ast.Subscript):
        return False
    index = noticed.tensor(node.slice)
    if index is not None and index.dtype is sys.modules["torch"].bool:
        return _some(index, lambda values: values)
    shape = noticed.shape(node)
    return shape is not None and 0 not in shape


def _cut(noticed: Noticed, base: ast.expr, value: ast.expr) -> Iterator[str]:
    torch = sys.modules["torch"]
    held = noticed.tensor(base)
    if held is None or held.dtype.is_floating_point or held.dtype.is_complex or held.dtype is torch.bool:
        return
    name, dtype = noticed.text(base), str(held.dtype).removeprefix("torch.")
    number = _number(value)
    if number is not None and number != int(number):
        yield gettext(
            "{name} holds integers ({dtype}), so {value} was stored as {stored}. To store fractions, make {name} with "
            "dtype=torch.float32.",
            name=name,
            dtype=dtype,
            value=noticed.text(value),
            stored=int(number),
        )
        return
    given = noticed.tensor(value)
    if given is not None and given.dtype.is_floating_point and _some(given, lambda values: values != values.trunc()):
        yield gettext(
            "{name} holds integers ({dtype}), so the fractions of {value} were cut off. To store fractions, make "
            "{name} with dtype=torch.float32.",
            name=name,
            dtype=dtype,
            value=noticed.text(value),
        )


def _some(tensor: Any, what: Callable[[Any], Any]) -> bool:
    """Whether ``what`` holds of some element; False where the elements are not to be read."""
    torch = sys.modules["torch"]
    if not is_one(type(tensor), (torch.Tensor, torch.nn.Parameter)):
        return False
    with torch_functions_off():
        if tensor.numel() > _MOST_READ or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
            return False
        return bool(what(tensor.detach()).any())


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=float() as number) if abs(number) < 1e15:
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() as number)) if abs(number) < 1e15:
            return -number
    return None
