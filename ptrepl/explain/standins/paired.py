"""What runs, and pairs each element of one side with every element of the other: of a fix nobody means that."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.standins.calling import Failed

_LOSSES = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
_LOSS_FUNCTIONS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")


def refuse_two_shapes(called: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raises Failed where a loss that subtracts gets two shapes, which it broadcasts with no more than a warning."""
    if type(called).__name__ not in _LOSSES and getattr(called, "__name__", "") not in _LOSS_FUNCTIONS:
        return
    given = [*args[:2], *(kwargs[name] for name in ("input", "target") if name in kwargs)]
    if len(given) == 2 and all(is_tensor_class(type(each)) for each in given) and given[0].shape != given[1].shape:
        raise Failed(ValueError("two shapes"))  # not a sentence: nobody reads it


def refuse_every_pair(one: Any, two: Any, left: ast.expr, right: ast.expr) -> None:
    """Raises Failed for the difference or the comparison of (n, 1) and (n,), unless a dim was added for it there."""
    if not is_tensor_class(type(one)) or not is_tensor_class(type(two)):
        return
    shapes = sorted((tuple(one.shape), tuple(two.shape)), key=len)
    row, column = shapes
    if len(row) != 1 or row[0] < 2 or column != (row[0], 1) or _is_meant(left) or _is_meant(right):
        return
    raise Failed(ValueError("every pair"))  # not a sentence: nobody reads it


def _is_meant(node: ast.expr) -> bool:
    """Whether a dim of size 1 is written in it, by an index of None or by ``unsqueeze``."""
    for each in ast.walk(node):
        match each:
            case ast.Subscript(slice=index) if any(
                isinstance(part, ast.Constant) and part.value is None for part in ast.walk(index)
            ):
                return True
            case ast.Call(func=ast.Attribute(attr="unsqueeze")):
                return True
    return False
