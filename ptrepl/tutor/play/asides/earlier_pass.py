"""The gradient of an earlier backward pass that is in the way: an attempt was mended, and its gradient not cleared."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ptrepl.engine.base_name import base_name
from ptrepl.engine.outcome import Outcome, TensorChange
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.notes import Accumulated
from ptrepl.engine.watch.static_read import gradient, keeps_gradient
from ptrepl.engine.watch.targets import GradientOf
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.isolation.torch_api import is_tensor_value
from ptrepl.tutor.names import tree_of

_BLOCKS = (ast.For, ast.While, ast.FunctionDef, ast.Lambda)


def piled_up(outcomes: Sequence[Outcome], before: str, solutions: Sequence[str]) -> frozenset[str]:
    """The leaves to whose gradient a pass was added that an earlier one of the same step had left there.

    None where some of the ``solutions`` runs several passes. ``before``: what ran before in the step.
    """
    if not solutions or not all(map(_runs_one_pass, solutions)):
        return frozenset()
    found = set[str]()
    for place, outcome in enumerate(outcomes):
        earlier = "\n".join([before, *(each.source for each in outcomes[:place])])
        added = {
            change.target.name
            for change in outcome.changes
            if isinstance(change, TensorChange) and isinstance(change.target, GradientOf)
            if Accumulated() in change.notes and change.target.name.isidentifier()
        }
        if added and _passes(tree_of(earlier)):
            found |= added
    return frozenset(found)


def begun_at(source: str) -> frozenset[str]:
    """The names at which the backward passes of ``source`` start."""
    return frozenset(name for call in _passes(tree_of(source)) if (name := base_name(call.func.value)))  # type: ignore[attr-defined]


def runs_pass(source: str) -> bool:
    """Whether ``source`` runs a backward pass that fills in gradients, as far as its text says."""
    return bool(_passes(tree_of(source)))


def with_gradient(names: Iterable[str], namespace: Mapping[str, Any]) -> frozenset[str]:
    """Those of ``names`` that hold tensors with a gradient."""
    held = {name: namespace[name] for name in names if name in namespace}
    return frozenset(name for name, each in held.items() if is_tensor_value(each) and gradient(each) is not None)


def unkept(names: Iterable[str], namespace: Mapping[str, Any]) -> str:
    """What to say after a pass where one of ``names`` holds a result that keeps no gradient; "" for nothing."""
    for name in sorted(names):
        held = namespace.get(name)
        empty = is_tensor_value(held) and read(held).requires_grad is True and gradient(held) is None
        if empty and not keeps_gradient(held):
            return gettext(
                "`{name}` is no leaf, so its gradient was not kept: that has to be asked for before the pass.",
                name=name,
            )
    return ""


def was_added(names: Iterable[str]) -> str:
    """That the last pass was added to the gradients of ``names``, and what to do."""
    listed, code = _listed(names)
    return ngettext(
        "{gradients} still held an earlier backward pass, and this one was added to it. `{code}` clears it: then "
        "compute the result again and run the pass once. Or begin the step again with %redo.",
        "{gradients} still held an earlier backward pass, and this one was added to them. `{code}` clears them: then "
        "compute the result again and run the pass once. Or begin the step again with %redo.",
        code.count("="),
        gradients=listed,
        code=code,
    )


def would_be_added(names: Iterable[str]) -> str:
    """That the gradients of ``names`` are those of the pass before, and that the next would be added to them."""
    listed, code = _listed(names)
    return ngettext(
        "{gradients} still holds the pass before, and the next would be added to it: `{code}` clears it, %redo begins "
        "the step again.",
        "{gradients} still hold the pass before, and the next would be added to them: `{code}` clears them, %redo "
        "begins the step again.",
        code.count("="),
        gradients=listed,
        code=code,
    )


def _listed(names: Iterable[str]) -> tuple[str, str]:
    """The gradients in a sentence, and the line that clears them."""
    gradients = [f"{name}.grad" for name in sorted(names)]
    return every([f"`{each}`" for each in gradients]), " = ".join([*gradients, "None"])


def _passes(tree: ast.Module | None) -> list[ast.Call]:
    return [
        node
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    ]


def _runs_one_pass(solution: str) -> bool:
    tree = tree_of(solution)
    blocks = [node for node in ast.walk(tree) if isinstance(node, _BLOCKS)] if tree is not None else []
    return len(_passes(tree)) == 1 and not any(call in ast.walk(block) for block in blocks for call in _passes(tree))
