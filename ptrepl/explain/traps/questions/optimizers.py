"""Whether a name stands for an optimizer of torch's, and which parameters one has."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, module_name, mro, own_dict
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place


def is_optimizer(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether it is an optimizer of torch's, or was made as one."""
    found = place.reader.real(node)
    if found is not None:
        return kind_of(found) is Kind.OPTIMIZER
    if not isinstance(node, ast.Name):
        return False
    made = noticed.definition(place, node.id)
    if made is None or not isinstance(made[1], ast.Call):
        return False
    return is_optimizer_class(made[0].reader.real(made[1].func))


def is_optimizer_class(found: Any) -> bool:
    """Whether it is a class of optimizers of ``torch.optim``."""
    return type(found) is type and any(module_name(each) == "torch.optim.optimizer" for each in mro(found))


def held_parameters(optimizer: Any) -> list[Any]:
    """The parameters that the optimizer was given."""
    groups = own_dict(optimizer).get("param_groups")
    if type(groups) is not list:
        return []
    return [each for group in groups if type(group) is dict for each in group.get("params", ())]
