"""Whether a statement may hold a trap: a first look that costs nothing and imports nothing."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.outcome import Change, Summary, TensorChange
from ptrepl.engine.watch.kinds import Kind, module_name, own_dict

_ALWAYS = (
    "] =",
    "]=",
    "fill_",
    "==",
    "!=",
    ".eq(",
    "Loss",
    "_loss(",
    "entropy",
    "backward",
    "softm",
    "step(",
    "require_",
    ".requires_grad =",
    "mask=",
    "sampler=",
    ".dataset)",
    ".dataset,",
    "copy.copy(",
    "shuffle(",
    "transform =",
    "load_state_dict(",
)
_IN_TEXT = (
    *_ALWAYS,
    "-",
    "loss",
    "copy_",
    "view(",
    "reshape(",
    ".float()",
    "item()",
    "pow(2)",
    "** 2",
    "abs()",
    "correct",
    "> 0.5",
    "round(",
    "matmul(",
    "bmm(",
    "gather(",
    " @ ",
    ".to(",
    ".cuda(",
)
_IN_TEXT_ALONE = (*_ALWAYS, ".grad")
"""Looked for where no tensor changed: storing 0.5 into an integer element that is 0 changes nothing."""
_METHODS = (".backward", ".eval", ".train", ".step", ".zero_grad", "_", ".cuda", ".cpu", ".half", ".double", ".float")
"""What a statement ends in that names a method and does not call it."""
_IN_BLOCKS = ("for ", "while ", "with ", "if ", "try")
_CALLED = re.compile(r"([A-Za-z_]\w*)(?:\.\w+)*\(")
_WRITES_TO_PART = re.compile(r"\]\s*(\.\w+_\(|[^\s\w.,)\]}]{0,2}=[^=])")
_CANCELS = re.compile(r"([A-Za-z_][\w.]*)[^/=;]*/\s*\1\s*\+")
"""``tp / tp + fp``"""
_TWO_SLICES = re.compile(r"\[[^\s,\]]*:[ \t]+[^\s:,\]]+:[^,\]]*\]")
"""``sales[: 5:7]``"""
_LIBRARIES = ("torch", "builtins", "numpy", "matplotlib", "pandas")


def may_hold_trap(source: str, changes: tuple[Change, ...], names: Mapping[str, Any]) -> bool:
    """False for most statements: no sign of a trap in the text, nor in what is said of the tensors.

    ``names``: the learner's namespace; a call of their own function or network may hold one as well.
    """
    if any(sign in source for sign in (_IN_TEXT if changes else _IN_TEXT_ALONE)):
        return True
    if changes and _WRITES_TO_PART.search(source):
        return True
    if ("/" in source and _CANCELS.search(source)) or (": " in source and _TWO_SLICES.search(source)):
        return True
    if source.startswith(_IN_BLOCKS) or source.endswith(_METHODS) or ("(" in source and _calls_own(source, names)):
        return True
    if not changes:
        return False
    tensors = [change.facts for change in changes if isinstance(change, TensorChange)]
    if any(facts.dtype == "uint8" for facts in tensors) and ("+" in source or "*" in source):
        return True
    from ptrepl.engine.watch.notes import Accumulated, GradFnWas, HasInf, HasNan, IsLeafWas  # loaded before any change

    signs = (Accumulated, HasNan, HasInf, IsLeafWas, GradFnWas)
    return any(
        isinstance(note, signs) for change in changes if isinstance(change, TensorChange) for note in change.notes
    ) or any(isinstance(change, Summary) and change.kind is Kind.MODULE for change in changes)


def _calls_own(source: str, names: Mapping[str, Any]) -> bool:
    for name in _CALLED.findall(source):
        found = names.get(name)
        if type(found) is types.FunctionType:
            inside = found.__dict__.get("__wrapped__", found)  # under @torch.no_grad()
            if type(inside) is not types.FunctionType or "-packages" not in inside.__code__.co_filename:
                return True
        home = module_name(found if type(found) is type else type(found)).partition(".")[0]
        if home == names.get("__name__") or (home not in _LIBRARIES and "_modules" in own_dict(found)):
            return True
    return False
