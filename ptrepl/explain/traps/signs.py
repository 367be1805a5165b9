"""Whether a statement may hold a trap: a first look that costs nothing and imports nothing."""

from __future__ import annotations

import re

from ptrepl.engine.outcome import Change, TensorChange

_IN_TEXT = ("-", "loss", "entropy", "Loss", "reshape", "flatten", "] =", "]=", "fill_", "copy_", "backward")
_NAMED_ONLY = re.compile(
    r"\.(?:backward|step|zero_grad|train|eval|zero_|detach_|retain_grad|requires_grad_|cuda|cpu|double|float|half)\s*;?\s*$",
    re.MULTILINE,
)
"""A line that ends with a method which is named and not called."""
_STORING = ("] =", "]=", "fill_")


def may_hold_trap(source: str, changes: tuple[Change, ...]) -> bool:
    """False for most statements: no sign of a trap in the text, nor in what is said of the tensors."""
    if _NAMED_ONLY.search(source):
        return True
    if not changes:
        # storing 0.5 into an integer element that is 0 changes nothing, so `changes` is empty
        return any(sign in source for sign in _STORING)
    if any(sign in source for sign in _IN_TEXT):
        return True
    from ptrepl.engine.watch.notes import Accumulated, GradFnWas, HasInf, HasNan, IsLeafWas  # loaded before any change

    signs = (Accumulated, HasNan, HasInf, IsLeafWas, GradFnWas)
    return any(
        isinstance(note, signs) for change in changes if isinstance(change, TensorChange) for note in change.notes
    )
