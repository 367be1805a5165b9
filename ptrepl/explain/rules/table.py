"""All rules, in the order in which they are asked: found in the folders beside this file, sorted by what each states.

A module of rules has ``RULES``. Where two modules may answer the same error, one of them states ``BEFORE``, the names
of those that are asked after it, with their folders: ``BEFORE = ("shapes.broadcast",)``. Between modules that state
nothing the order is that of their names, so that it is the same on every machine.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from types import ModuleType

from ptrepl.explain import rules
from ptrepl.explain.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of every module. The first call imports them.

    Raises graphlib.CycleError where modules state an order that contradicts itself, and LookupError where one names a
    module that is not there.
    """
    modules = {module.__name__.removeprefix(f"{rules.__name__}."): module for module in _modules()}
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in sorted(modules)})
    for name, module in sorted(modules.items()):
        for later in getattr(module, "BEFORE", ()):
            if later not in modules:
                raise LookupError(f"{module.__name__}: BEFORE names {later!r}, and no module of rules is called so")
            order.add(later, name)
    return tuple(rule for name in order.static_order() for rule in modules[name].RULES)


def _modules() -> list[ModuleType]:
    found = []
    for folder in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        if not folder.ispkg:
            continue
        package = import_module(folder.name)
        for each in pkgutil.iter_modules(package.__path__, f"{folder.name}."):
            module = import_module(each.name)
            if hasattr(module, "RULES"):
                found.append(module)
    return found
