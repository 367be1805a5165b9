"""The tensors that cat, stack and their like were given: each with its shape and what a sentence calls it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.operands.invocation import FailedCall, invocation
from ptrepl.texts.messages import gettext

CAT = ("cat", "concat", "concatenate")
"""One function under three names."""
JOINS = (*CAT, "stack", "vstack", "hstack")
"""Functions of torch that take a list of tensors."""


@dataclass(frozen=True, slots=True)
class JoinedTensor:
    """One of the tensors."""

    said: str
    shape: tuple[int, ...]
    node: ast.expr | None
    """The learner's expression, where the list is written out."""


def _by_index(index: int) -> str:
    return gettext("tensor {index} of the list", index=index)


def joined(case: Case) -> tuple[FailedCall, list[JoinedTensor]] | None:
    """The call, and the tensors in its list; None where it joins none, or the shape of one is not known."""
    call = invocation(case)
    given = call.argument(0, "tensors") if call is not None and call.name in JOINS else None
    if call is None or given is None:
        return None
    parts: list[JoinedTensor] = []
    if isinstance(given, (ast.List, ast.Tuple)):
        for index, node in enumerate(given.elts):
            shape = case.shape(node)
            if shape is None:
                return None
            parts.append(JoinedTensor(case.called(node, _by_index(index)), shape, node))
        return call, parts
    real = case.real(given)
    values = real if type(real) in (list, tuple) else case.value(given)
    if type(values) not in (list, tuple):
        return None
    for index, value in enumerate(values):
        found = sizes(read(value)) if is_tensor_class(type(value)) else None
        if found is None:
            return None
        said = f"{case.text(given)}[{index}]" if real is not None else _by_index(index)
        parts.append(JoinedTensor(said, found, None))
    return call, parts
