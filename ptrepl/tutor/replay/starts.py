"""What every solution of a step gives a name at first and changes later: the parameters before they are trained."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.wording import numbers_text
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method
from ptrepl.tutor.names import names_bound_by, tree_of

_SHORT = 8
"""Numbers; longer starts are not told."""
_SETS_UP = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Import, ast.ImportFrom)
"""Statements that make things ready. Whether one of them trains is seen by what it leaves."""


def in_a_row(value: Any) -> Any:
    """A copy of a tensor with all its numbers in a row; raises NoCopy."""
    return method("reshape", copy_of(value), (-1,))


def is_leaf_value(value: Any) -> bool:
    """Whether it is a tensor that no operation made."""
    return is_tensor_value(value) and read(value).is_leaf is True


def is_start(name: str, value: Any, starts: Mapping[str, Any]) -> bool:
    """Whether ``value`` is what every solution gives ``name`` at first, in any shape: these numbers, and a leaf."""
    return is_leaf_value(value) and _has_numbers(name, value, starts)


def makes_starts(source: str, asked: frozenset[str], namespace: Mapping[str, Any], starts: Mapping[str, Any]) -> bool:
    """Whether ``source`` does no more than give ``asked`` names what every solution gives them at first."""
    tree = tree_of(source)
    names = names_bound_by(source) & asked
    simple = tree is not None and all(isinstance(node, _SETS_UP) for node in tree.body)
    return simple and bool(names) and all(is_start(name, namespace.get(name), starts) for name in names)


def not_moved_yet(message: str) -> str:
    """What a check misses about a name, ``message``, and that nothing has moved it yet."""
    return gettext("{message} It is still where it began.", message=message)


def moved_from_start(name: str, starts: Mapping[str, Any]) -> str:
    """The sentence where lines of the learner move ``name`` on from what earlier ones had made of it; "" for none."""
    if name not in starts or len(starts[name]) > _SHORT:
        return ""
    return gettext(
        "`{name}` was no longer at {start} when these lines began: make it anew, and run them once more.",
        name=name,
        start=numbers_text(_unwrapped(method("tolist", starts[name]))),
    )


def other_start(source: str, namespace: Mapping[str, Any], starts: Mapping[str, Any]) -> str:
    """The sentence where ``source``, which only makes things ready, gives a name another start than every solution:
    other numbers, or a tensor that is no leaf. "" where that is not so.
    """
    tree = tree_of(source)
    if tree is None or not all(isinstance(node, ast.Assign) for node in tree.body):
        return ""
    alone = (
        len(tree.body) == 1 and isinstance(tree.body[0], ast.Assign) and isinstance(tree.body[0].targets[0], ast.Name)
    )
    for name in sorted(names_bound_by(source) & starts.keys()):
        value = namespace.get(name)
        if not is_tensor_value(value):
            continue
        if _has_numbers(name, value, starts):
            if not is_leaf_value(value):
                made_by = read(value).grad_fn
                return gettext(
                    "`{name}` was made by {grad_fn}, so it is not a leaf, and a backward pass gives it no gradient.",
                    name=name,
                    grad_fn=made_by,
                )
        elif alone and len(starts[name]) <= _SHORT:
            shown = numbers_text(_unwrapped(method("tolist", starts[name])))
            return gettext("This step begins with `{name}` at {start}.", name=name, start=shown)
    return ""


def _has_numbers(name: str, value: Any, starts: Mapping[str, Any]) -> bool:
    try:
        return name in starts and is_tensor_value(value) and same_values(in_a_row(value), starts[name])
    except NoCopy:
        return False


def _unwrapped(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
