"""Python's operators on stand-ins and plain values."""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable
from typing import Any

from ptrepl.engine.operators import BINARY_OPERATORS, COMPARISONS, UNARY_OPERATORS
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.standins.calling import Failed, Unknown, call_on_standins
from ptrepl.explain.standins.some_number import holds_some_number, some_number
from ptrepl.explain.standins.standins import is_plain

_GREATEST_NUMBER = 1e6
_GREATEST_POWER = 64


def is_tensor_like(value: Any) -> bool:
    """Whether a stand-in is a tensor: no stand-in has a class of the learner's, so ``isinstance`` is safe."""
    return isinstance(value, sys.modules["torch"].Tensor)


def is_device(value: Any) -> bool:
    """Whether it is a ``torch.device``."""
    return type(value) is sys.modules["torch"].device


def is_mask(value: Any) -> bool:
    """Whether a stand-in is a bool tensor with at least one dim."""
    return is_tensor_like(value) and value.dtype is sys.modules["torch"].bool and value.dim() > 0


def binary(kind: type[ast.operator], left: Any, right: Any) -> Any:
    """``left kind right``. Raises Unknown for what is neither a tensor nor small, Failed where torch refuses."""
    if kind not in BINARY_OPERATORS:
        raise Unknown
    name, _, function = BINARY_OPERATORS[kind]
    if (
        kind is ast.MatMult
        and not (is_tensor_like(left) and is_tensor_like(right))
        and not (is_numpy_array(left) and is_numpy_array(right))
    ):
        raise Failed(TypeError("@"))  # @ is not defined for numbers and lists, nor between a tensor and an array
    if is_numpy_array(left) or is_numpy_array(right):
        return _arrays(function, left, right)
    if not (is_tensor_like(left) or is_tensor_like(right)):
        joins = name == "add" and type(left) is type(right) and type(left) in (list, tuple, str)
        if not joins and not (_is_small_number(left) and _is_small_number(right)):
            raise Unknown
        if name == "pow" and abs(right) > _GREATEST_POWER:
            raise Unknown
    return call_on_standins(name, function, (left, right), {})


def _arrays(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """An array with a number, or with an array of the same shape: the result is no larger."""
    shapes = {each.shape for each in (left, right) if is_numpy_array(each)}
    rest = [each for each in (left, right) if not is_numpy_array(each)]
    if len(shapes) > 1 or function is operator.matmul or not all(map(_is_small_number, rest)):
        raise Unknown
    with sys.modules["numpy"].errstate(all="ignore"):  # stand-ins hold zeros
        try:
            return function(left, right)
        except TypeError:
            raise Unknown from None


def _is_small_number(value: Any) -> bool:
    return type(value) in (int, float, bool, complex) and abs(value) < _GREATEST_NUMBER


def compare_operands(kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    """``left kind right``, of tensors or plain values. Raises Unknown, Failed."""
    if kind not in COMPARISONS:
        raise Unknown
    name, _, function = COMPARISONS[kind]
    if is_numpy_array(left) or is_numpy_array(right):
        return _arrays(function, left, right)
    if not (is_tensor_like(left) or is_tensor_like(right)) and not (is_plain(left) and is_plain(right)):
        raise Unknown
    result = call_on_standins(name, function, (left, right), {})
    return some_number(result) if holds_some_number(left, right) else result  # whether it holds is not known


def unary(kind: type[ast.unaryop], operand: Any) -> Any:
    """``kind operand``. Raises Unknown, Failed."""
    if kind is ast.Not:
        if type(operand) is not bool:
            raise Unknown
        return not operand
    return call_on_standins("neg", UNARY_OPERATORS[kind].function, (operand,), {})


def refuse_number(base: Any, attribute: str) -> None:
    """Raises Failed for an attribute that a number, read out of a tensor, does not have."""
    if holds_some_number(base) and not hasattr(base, attribute):
        raise Failed(AttributeError(attribute))


def is_known(value: Any) -> bool:
    """Whether a result is a stand-in or a plain value, or made of such."""
    if isinstance(value, (list, tuple)):
        return all(is_known(each) for each in value)
    if is_tensor_like(value) or is_numpy_array(value) or is_plain(value):
        return True
    return bool(isinstance(value, sys.modules["torch"].nn.Module))
