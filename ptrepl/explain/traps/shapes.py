"""Traps of shapes, dtypes and memory."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text, torch_functions_off
from ptrepl.engine.watch.memory import overlap, tensor_extent
from ptrepl.explain.traps.observed import Noticed
from ptrepl.texts.messages import gettext

_MOST_READ = 1 << 14
_LOSSES = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
_LOSS_FUNCTIONS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")


def every_pair(noticed: Noticed) -> Iterator[str]:
    """(n, 1) − (n,) is (n, n): in a subtraction, or inside a loss, which only warns."""
    for left, right in _differences(noticed):
        if not noticed.is_settled(left) or not noticed.is_settled(right):
            continue
        one, two = noticed.shape(left), noticed.shape(right)
        if one is None or two is None or sorted((len(one), len(two))) != [1, 2]:
            continue
        column, row, name = (one, two, left) if len(one) == 2 else (two, one, right)
        if column != (row[0], 1) or row[0] < 2:
            continue
        yield gettext(
            "{left} is {shape} and {right} is {other}, so the difference is {result}: each element of one minus every "
            "element of the other. To subtract element by element, take {column}.squeeze(1).",
            left=noticed.text(left),
            shape=shape_text(one),
            right=noticed.text(right),
            other=shape_text(two),
            result=shape_text((row[0], row[0])),
            column=_called(noticed, name),
        )


def _differences(noticed: Noticed) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in noticed.ran():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            yield node.left, node.right
        elif isinstance(node, ast.Call) and len(node.args) >= 2 and _is_loss(noticed, node.func):
            yield node.args[0], node.args[1]


def _is_loss(noticed: Noticed, func: ast.expr) -> bool:
    return noticed.is_function(func, *_LOSS_FUNCTIONS) or noticed.is_module(func, *_LOSSES)


def _called(noticed: Noticed, node: ast.expr) -> str:
    text = noticed.text(node)
    return text if isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)) else f"({text})"


def copied_reshape(noticed: Noticed) -> Iterator[str]:
    """``b = a.reshape(…)`` that could not be a view: what is written to b does not reach a."""
    match noticed.tree:
        case ast.Assign(
            targets=[ast.Name() as target],
            value=ast.Call(func=ast.Attribute(value=source, attr="reshape" | "flatten" as method)),
        ):
            made, given = noticed.tensor(target), noticed.tensor(source)
            if made is None or given is None or made is given:
                return
            with torch_functions_off():
                one, two = tensor_extent(made), tensor_extent(given)
                if one is None or two is None or overlap(one, two) or made.numel() != given.numel():
                    return
            yield gettext(
                "{name}.{method} made a copy here, since {name} is not contiguous: what you write to {result} does not "
                "change {name}.",
                name=noticed.text(source),
                method=method,
                result=target.id,
            )


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
    if type(tensor) not in (torch.Tensor, torch.nn.Parameter):
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
