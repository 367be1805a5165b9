"""What wrong values have in common with the right ones: swapped dims, a lost fraction, each too large by the same.

Each is read off the values, and so it is true however they came about.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import isclose, isfinite
from typing import Any

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.wording import number
from ptrepl.tutor.isolation.torch_api import method

_MOST_DIMS = 4
_FACTORS = range(2, 1001)
_NEAR = 1e-4
_FEWEST = 3
"""Values from which on it is no chance that all are too large by the same."""


def likeness(value: Any, wanted: Any, same: Callable[[Any, Any], bool]) -> str:
    """A sentence on CPU tensors that are not the ``same``; "" where nothing is known. Of any shape, complex aside."""
    if any(method("is_complex", each) or not method("numel", each) for each in (value, wanted)):
        return ""
    if tuple(value.shape) == tuple(wanted.shape) and (found := _number_by_number(value, wanted, same)):
        return found
    return _laid_out(value, wanted, same)


def _laid_out(value: Any, wanted: Any, same: Callable[[Any, Any], bool]) -> str:
    dims = len(wanted.shape)
    if len(value.shape) != dims or dims > _MOST_DIMS or method("numel", value) != method("numel", wanted):
        return ""
    for one, other in combinations(range(dims), 2):
        if same(method("transpose", value, one, other), wanted):
            if dims == 2:
                return gettext("The values are right, but rows and columns are swapped.")
            return gettext("The values are right, but dims {one} and {other} are swapped.", one=one, other=other)
    for dim in range(dims):
        if same(method("flip", value, (dim,)), wanted):
            if dims == 1:
                return gettext("The values are right, but in reverse order.")
            return gettext("The values are right, but along dim {dim} they are in reverse order.", dim=dim)
    return ""


def _number_by_number(value: Any, wanted: Any, same: Callable[[Any, Any], bool]) -> str:
    kind = str(value.dtype).removeprefix("torch.")
    if kind == "bool" or str(wanted.dtype) == "torch.bool":
        return ""
    mine, theirs = (method("double", each) for each in (value, wanted))
    if not method("is_floating_point", value) and same(mine, method("trunc", theirs)):
        return gettext("It holds integers ({dtype}), which have no place for a fraction.", dtype=kind)
    if same(method("neg", mine), theirs):
        return gettext("Each number has the other sign.")
    if same(mine, method("abs", theirs)):
        return gettext("The minus signs are missing.")
    return _too_large(mine, theirs, same) if method("numel", mine) >= _FEWEST else ""


def _too_large(mine: Any, theirs: Any, same: Callable[[Any, Any], bool]) -> str:
    """Where all are off by the same: added, or as a factor."""
    step = method("item", method("flatten", method("sub", mine, theirs))[0])
    if step and isfinite(step) and same(method("sub", mine, step), theirs):
        if step > 0:
            return gettext("Each number is {step} too large.", step=_short(step))
        return gettext("Each number is {step} too small.", step=_short(-step))
    most = method("item", method("argmax", method("abs", method("flatten", theirs))))
    one, other = (method("item", method("flatten", each)[most]) for each in (mine, theirs))
    if not one or not other or not isfinite(one) or not isfinite(other):
        return ""
    for factor in _FACTORS:
        if isclose(one, factor * other, rel_tol=_NEAR) and same(mine, method("mul", theirs, factor)):
            return gettext("Each number is {factor} times what it should be.", factor=factor)
        if isclose(factor * one, other, rel_tol=_NEAR) and same(method("mul", mine, factor), theirs):
            return gettext("Each number would have to be {factor} times as large.", factor=factor)
    return ""


def _short(step: float) -> str:
    near = round(step, 4)
    return str(int(near)) if near and near == int(near) else number(near or step)
