"""Whether a statement can have added to gradients that were already there: told from its code, which is never run."""

from __future__ import annotations

import dis
import types
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ptrepl.engine.record.reachable_code import codes_run
from ptrepl.engine.watch.compare.gradients import NO_BACKWARD, BackwardCode

_REPLACE = frozenset({"zero_grad", "clip_grad_norm_", "clip_grad_value_", "_foreach_zero_"})
"""Whoever calls one of these writes to gradients, or takes them away, whatever stands before the name."""
_LOOPS = ("FOR_ITER", "JUMP_BACKWARD", "SEND")
_AHEAD = 6
"""Instructions from ``.grad`` to what is done with it: ``w.grad.data[0] = 1`` has five."""


def read_backward(code: types.CodeType, namespace: Mapping[str, Any]) -> BackwardCode:
    """Read ``code`` and the learner's functions that it names."""
    codes = list(codes_run(code, namespace, in_containers=True))
    names = {name for each in codes for name in _names(each)}
    if "backward" not in names:
        return NO_BACKWARD
    return BackwardCode(
        runs=True,
        overwrites=bool(names & _REPLACE) or any(_writes_gradient(each) for each in codes if "grad" in each.co_names),
        zeroes="zero_" in names,
        creates_graph="create_graph" in names,
        count_calls=partial(_count_calls, codes),
    )


def _count_calls(codes: list[types.CodeType]) -> int | None:
    flat = [one for each in codes for one in dis.get_instructions(each)]
    if any(one.opname in _LOOPS for one in flat):
        return None
    return len([one for one in flat if one.argval == "backward" and one.opname.startswith("LOAD")])


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if type(constant) is tuple:  # the names of keyword arguments
            yield from (name for name in constant if type(name) is str)


def _writes_gradient(code: types.CodeType) -> bool:
    """``w.grad = …``, ``del w.grad``, ``w.grad.mul_(2)``, ``w.grad[0] = 1``; not ``ema.mul_(0.9)``."""
    instructions = list(dis.get_instructions(code))
    for place, one in enumerate(instructions):
        if one.argval != "grad":
            continue
        if one.opname in ("STORE_ATTR", "DELETE_ATTR"):
            return True
        on = [each for each in instructions[place + 1 : place + 1 + _AHEAD] if each.opname != "CACHE"]
        while on and on[0].argval == "data":
            on = on[1:]
        if on and on[0].opname in ("LOAD_METHOD", "LOAD_ATTR") and str(on[0].argval).endswith("_"):
            return True
        if on and on[0].opname.startswith("STORE_"):  # by another name anything may be done to it
            return True
        loads = [each.opname.startswith(("LOAD_CONST", "LOAD_FAST", "LOAD_NAME", "LOAD_GLOBAL")) for each in on]
        first = loads.index(False) if False in loads else len(on)
        if first < len(on) and first and on[first].opname == "STORE_SUBSCR":
            return True
    return False
