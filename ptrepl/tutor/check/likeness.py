"""What wrong values have in common with the right ones: swapped dims, a lost fraction, each too large by the same.

Each is read off the values, and so it is true however they came about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


def likenesses(value: Any, wanted: Any, same: Callable[[Any, Any], bool], fewest: int = _FEWEST) -> Iterator[str]:
    """Sentences on CPU tensors that are not the ``same``, the plainest first. Of any shape, complex aside.

    ``fewest``: values from which on what is so of each number is told.
    """
    if any(method("is_complex", each) or not method("numel", each) for each in (value, wanted)):
        return
    if tuple(value.shape) == tuple(wanted.shape):
        yield from _number_by_number(value, wanted, same, fewest)
    yield from _laid_out(value, wanted, same)


def likeness(
    value: Any, wanted: Any, same: Callable[[Any, Any], bool], elsewhere: Iterable[tuple[Any, Any]] = ()
) -> str:
    """The first of ``likenesses`` that holds of each pair ``elsewhere`` too that is not the ``same``; "" for none.

    What a function gives for a small input is like the right values in more ways than one.
    """
    found = list(likenesses(value, wanted, same))
    for mine, theirs in elsewhere if found else ():
        if tuple(mine.shape) != tuple(theirs.shape) or not same(mine, theirs):
            there = set(likenesses(mine, theirs, same, fewest=1))
            found = [each for each in found if each in there]
    return found[0] if found else ""


def _laid_out(value: Any, wanted: Any, same: Callable[[Any, Any], bool]) -> Iterator[str]:
    dims = len(wanted.shape)
    if len(value.shape) != dims or dims > _MOST_DIMS or method("numel", value) != method("numel", wanted):
        return
    for one, other in combinations(range(dims), 2):
        if same(method("transpose", value, one, other), wanted):
            if dims == 2:
                yield gettext("The values are right, but rows and columns are swapped.")
            else:
                yield gettext("The values are right, but dims {one} and {other} are swapped.", one=one, other=other)
    for dim in range(dims):
        if same(method("flip", value, (dim,)), wanted):
            if dims == 1:
                yield gettext("The values are right, but in reverse order.")
            else:
                yield gettext("The values are right, but along dim {dim} they are in reverse order.", dim=dim)


def _number_by_number(value: Any, wanted: Any, same: Callable[[Any, Any], bool], fewest: int) -> Iterator[str]:
    kind = str(value.dtype).removeprefix("torch.")
    mine, theirs = (method("double", each) for each in (value, wanted))
    if same(method("add", method("neg", mine), 1.0), theirs) and _are_flags(theirs, fewest):
        if kind == "bool":
            yield gettext("True and False have changed places.")
        else:
            yield gettext("0 and 1 have changed places.")
    if kind == "bool" or str(wanted.dtype) == "torch.bool":
        return
    if not method("is_floating_point", value) and same(mine, method("trunc", theirs)):
        yield gettext("It holds integers ({dtype}), which have no place for a fraction.", dtype=kind)
    if same(method("neg", mine), theirs):
        yield gettext("Each number has the other sign.")
    if same(mine, method("abs", theirs)):
        yield gettext("The minus signs are missing.")
    if method("numel", mine) >= fewest and (found := _too_large(mine, theirs, same)):
        yield found


def _are_flags(values: Any, fewest: int) -> bool:
    """Whether all are 0 or 1; of several, some are this and some that."""
    flat = method("tolist", method("flatten", values))
    return len(flat) >= fewest and len(set(flat)) >= min(fewest, 2) and set(flat) <= {0.0, 1.0}


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
