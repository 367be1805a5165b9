"""Whether a statement can have added to gradients that were already there: told from its code, which is never run."""

from __future__ import annotations

import dis
import types
from collections.abc import Iterator, Mapping
from typing import Any

from ptrepl.engine.kinds import class_dict, mro

__all__ = ["calls_backward"]

_BACKWARD = frozenset({"backward"})
_OVERWRITES = frozenset(
    {"grad =", "zero_", "zero_grad", "clip_grad_norm_", "clip_grad_value_", "mul_", "div_", "fill_", "copy_"}
)
_DEEPEST = 6


def calls_backward(code: types.CodeType, namespace: Mapping[str, Any]) -> bool:
    """Whether ``code``, or a function of the learner's that it names, calls ``backward`` and none clears a gradient.

    A gradient that was written in place by such a statement was accumulated, and so was one that stands where another
    stood: ``create_graph=True`` adds out of place. (``grad._version`` grows by one with each ``backward`` on an
    uncleared gradient, but also with ``zero_`` and clipping.)
    """
    names = set(_names(code, namespace, _DEEPEST, set()))
    return bool(names & _BACKWARD) and not names & _OVERWRITES


def _names(code: types.CodeType, namespace: Mapping[str, Any], depth: int, seen: set[int]) -> Iterator[str]:
    if id(code) in seen or depth == 0:
        return
    seen.add(id(code))
    yield from code.co_names
    if "grad" in code.co_names and any(map(_binds_grad, dis.get_instructions(code))):
        yield "grad ="
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant, namespace, depth, seen)
    for name in code.co_names:
        for function in _functions(namespace.get(name), namespace):
            yield from _names(function.__code__, namespace, depth - 1, seen)


def _binds_grad(instruction: dis.Instruction) -> bool:
    return instruction.opname in ("STORE_ATTR", "DELETE_ATTR") and instruction.argval == "grad"


def _functions(value: Any, namespace: Mapping[str, Any]) -> Iterator[types.FunctionType]:
    if type(value) is types.FunctionType:
        yield value
        return
    cls = value if type(value) is type else type(value)
    for each in mro(cls):
        attributes = class_dict(each)
        if attributes.get("__module__") == namespace.get("__name__"):
            yield from (found for found in attributes.values() if type(found) is types.FunctionType)
