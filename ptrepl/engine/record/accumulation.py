"""Whether a statement can have added to gradients that were already there: told from its code, which is never run."""

from __future__ import annotations

import dis
import types
from collections.abc import Iterator, Mapping
from typing import Any

from ptrepl.engine.watch.reachable_code import codes_run

_BACKWARD = frozenset({"backward"})
_OVERWRITES = frozenset(
    {"grad =", "zero_", "zero_grad", "clip_grad_norm_", "clip_grad_value_", "mul_", "div_", "fill_", "copy_"}
)


def calls_backward(code: types.CodeType, namespace: Mapping[str, Any]) -> bool:
    """Whether ``code``, or a function of the learner's that it names, calls ``backward`` and none clears a gradient.

    A gradient that was written in place by such a statement was accumulated, and so was one that stands where another
    stood: ``create_graph=True`` adds out of place. (``grad._version`` grows by one with each ``backward`` on an
    uncleared gradient, but also with ``zero_`` and clipping.)
    """
    names = {name for each in codes_run(code, namespace) for name in _names(each)}
    return bool(names & _BACKWARD) and not names & _OVERWRITES


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    if "grad" in code.co_names and any(map(_binds_grad, dis.get_instructions(code))):
        yield "grad ="


def _binds_grad(instruction: dis.Instruction) -> bool:
    return instruction.opname in ("STORE_ATTR", "DELETE_ATTR") and instruction.argval == "grad"
