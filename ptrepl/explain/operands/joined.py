"""The tensors that cat, stack and their like were given: each with its shape and what a sentence calls it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.operands.invocation import FailedCall, invocation
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.standins.torch_code import is_torch_function
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


def with_cat_along(case: Case, node: ast.expr, dim: int = 1) -> str:
    """The text of ``torch.cat([x, skip], 0)`` with another dim; "" where ``node`` joins nothing along dim 0."""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    real, place = case.real(node.func), node.args[1] if len(node.args) == 2 and not node.keywords else None
    if getattr(real, "__name__", "") not in CAT or not is_torch_function(real):
        return ""
    if isinstance(place, ast.Constant) and place.value == 0:
        return spliced(case.site.source, node, {place: str(dim)})
    if len(node.args) > 1 or _dim(node.keywords) not in (None, 0):
        return ""
    source = case.site.source
    return f"{segment(source, node.func)}({segment(source, node.args[0])}, dim={dim})"


def _dim(keywords: list[ast.keyword]) -> object:
    """The ``dim=`` of a call: a number, None without one; another object where it is no number."""
    match keywords:
        case []:
            return None
        case [ast.keyword(arg="dim", value=ast.Constant(value=value))]:
            return value
    return keywords
