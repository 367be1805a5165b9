"""Two parameters that are one tensor: ``w = b = torch.tensor(0.0, requires_grad=True)``. Asks only for identity."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.texts.messages import gettext
from ptrepl.tutor.isolation.torch_api import is_tensor_value
from ptrepl.tutor.names import bound_in, names_bound_by, read_in, tree_of


def one_tensor(names: frozenset[str], namespace: Mapping[str, Any], solutions: Sequence[str]) -> str:
    """What to say where two of ``names``, which all ``solutions`` make, are one leaf that requires grad.

    "" where some solution has it so too.
    """
    made = [names_bound_by(each) for each in solutions]
    for one, other in combinations(sorted(names.intersection(namespace.keys(), *made)), 2):
        value = namespace[one]
        if value is not namespace[other] or not is_tensor_value(value):
            continue
        facts = read(value)
        if facts.requires_grad is not True or facts.is_leaf is not True:
            continue  # a result may have got its second name from a function that gives back what it was given
        if not any(_gives_both({one, other}, each) for each in solutions):
            return gettext(
                "`{one}` and `{other}` are two names of one tensor: what changes `{one}` changes `{other}` too. Make "
                "each by a line of its own.",
                one=one,
                other=other,
            )
    return ""


def _gives_both(names: set[str], solution: str) -> bool:
    """Whether a statement of ``solution`` gives both names to what may be one value."""
    tree = tree_of(solution)
    return any(
        isinstance(each, ast.Assign)
        and bound_in(each) & names
        and (len(each.targets) > 1 or (isinstance(each.value, ast.Name) and read_in(each.value) & names))
        for each in (ast.walk(tree) if tree is not None else ())
    )
