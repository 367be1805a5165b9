"""A state dict with layers that the network lacks, or has too many of: it was made with another depth."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.made_again import optimizers_again
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.operands.state import Shapes, shapes_of_module
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import segment, spliced

_MOST_NAMES = 3_000


def only_buffers(held: Any, keys: list[str]) -> bool:
    """Whether no key is that of trained numbers: counts and indices are integers, and statistics have their names."""
    words = ("running_mean", "running_var", "total_ops", "total_params")
    return all(
        key.rpartition(".")[2] in words
        or (is_tensor_class(type(held[key])) and not is_float(str(read(held[key]).dtype)))
        for key in keys
    )


def of_other_layers(keys: list[str], others: Shapes) -> bool:
    """Whether ``keys`` are those of layers inside parts that ``others`` has too, such as ``layer1.0.conv3.weight``.

    False for a part of its own, such as ``aux.weight``, and for parameters of layers that ``others`` has.
    """
    tops, layers = {each.partition(".")[0] for each in others}, {each.rpartition(".")[0] for each in others}
    inner = all((top := key.partition(".")[0]) in tops or top.isdigit() for key in keys)
    return inner and all(key.rpartition(".")[0] not in layers for key in keys)


def of_other_settings(keys: list[str], others: Shapes) -> bool:
    """Whether ``keys`` are further parameters of layers that ``others`` has: ``fc.bias``."""
    layers = {each.rpartition(".")[0] for each in others}
    return all(key.rpartition(".")[0] in layers for key in keys)


def made_as_saved(case: Case, network: ast.expr, shapes: Shapes) -> tuple[Fix, ...]:
    """The network made as another one at the prompt was, which has the shapes that were saved; then the line again."""
    site = case.site
    if not isinstance(network, ast.Name) or site.is_nested or site.line is not site.statement:
        return ()
    made = origin_at_prompt(case, network.id)
    if made is None or not made.is_alone or not isinstance(made.value, ast.Call):
        return ()
    for name, held in [*case.names.items()][:_MOST_NAMES]:
        if kind_of(held) is not Kind.MODULE or shapes_of_module(held) != shapes:
            continue
        other = origin_at_prompt(case, name)
        if other is None or not isinstance(other.value, ast.Call) or not _same_class(made.value, other.value):
            continue
        code = spliced(made.source, made.statement, {made.value: segment(other.source, other.value)})
        line = segment(site.source, site.line)
        lines = (code, *optimizers_again(case, case.real(network)), line)
        return verified(case, Candidate("\n".join(lines), replaces_line=True))
    return ()


def _same_class(one: ast.Call, two: ast.Call) -> bool:
    return isinstance(one.func, ast.Name) and ast.dump(one.func) == ast.dump(two.func)
