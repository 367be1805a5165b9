"""A Python list under a name that the shown code gives to a tensor. Pure but for the type that it asks for."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import names_bound_by, tree_of


def list_for_tensor(outcomes: Sequence[Outcome], namespace: Mapping[str, Any], shown: str) -> str:
    """What to say where the last statement made ``rain = [2, 5]``, and ``shown`` makes a tensor ``rain``; "" if not."""
    last = outcomes[-1]
    bound = names_bound_by(last.source) if last.status is Status.OK else frozenset[str]()
    tree = tree_of(shown)
    for node in tree.body if tree is not None else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(value=ast.Name("torch")))):
                if name in bound and type(namespace.get(name)) is list:
                    return gettext(
                        "`{name}` is a Python list now. The code above makes a tensor: torch.tensor(...) round the "
                        "list.",
                        name=name,
                    )
    return ""
