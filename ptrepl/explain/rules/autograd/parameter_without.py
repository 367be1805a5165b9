"""A parameter of a network that has no gradient: which one it is, and that ``forward`` does not use it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.texts.messages import gettext

_MOST = 2_000
_ANY_PART = frozenset("children modules named_children named_modules _modules parameters getattr".split())

HeldAs = tuple[Any, str]
"""A module, and the name under which it holds the next one, or the parameter."""


def parameter_named(case: Case, name: str, real: Any) -> tuple[str, list[HeldAs]] | None:
    """``net.aux.weight`` and the steps to it; None where ``real`` is no parameter, or is called so already."""
    if type(real).__name__ != "Parameter":
        return None
    held = {**case.names, **case.site.frame.f_locals} if case.maybe_site is not None else {}
    for owner, value in [*held.items()][::-1]:
        if type(owner) is str and not owner.startswith("_") and kind_of(value) is Kind.MODULE:
            for path, steps, each in _parameters(owner, value):
                if each is real:
                    return (path, steps) if path != name else None
    return None


def _parameters(owner: str, module: Any) -> Iterator[tuple[str, list[HeldAs], Any]]:
    pending: list[tuple[str, list[HeldAs], Any]] = [(owner, [], module)]
    for path, steps, each in pending:
        own = own_dict(each)
        for name, held in (own.get("_parameters") or {}).items():
            yield f"{path}.{name}", [*steps, (each, name)], held
        for name, held in (own.get("_modules") or {}).items():
            if held is not None and len(pending) < _MOST:
                step = f"[{name}]" if name.isdigit() else f".{name}"
                pending.append((path + step, [*steps, (each, name)], held))


def frozen_parameter(case: Case, name: str, real: Any) -> str:
    """What to say of a parameter that does not require grad; "" where it is none of a network."""
    found = parameter_named(case, name, real)
    if found is None:
        return ""
    return gettext(
        "{name} is {path} here, a frozen parameter: it does not require grad, so backward() stores no gradient in it. "
        "`if {name}.grad is not None` leaves such ones out.",
        name=name,
        path=found[0],
    )


def unused_parameter(case: Case, name: str, real: Any) -> str:
    """That it is not used in the ``forward`` of the learner's class; "" where that is not known."""
    found = parameter_named(case, name, real)
    if found is None:
        return ""
    path, steps = found
    part = next((each for each in steps if not _is_used(case, *each)), None)
    if part is None:
        return ""
    return gettext(
        "{name} is {path} here. {cls} does not use self.{part} after its __init__, so no backward() goes through it "
        "and its gradient stays None. `if {name}.grad is not None` leaves such parameters out; "
        "torch.zeros_like({name}) takes zeros in their place.",
        name=name,
        path=path,
        cls=type_name(part[0]),
        part=part[1],
    )


def which_parameter(case: Case, name: str, real: Any) -> str:
    """Which parameter it is; "" where it is none of a network, or is called so already."""
    found = parameter_named(case, name, real)
    return gettext("{name} is {path} here.", name=name, path=found[0]) if found is not None else ""


def _is_used(case: Case, module: Any, part: str) -> bool:
    """Whether the class of ``module`` may use ``self.part`` in ``forward``: also where its text is not known."""
    text = class_text(case, type(module))
    if text is None or text.method("forward") is None or own_dict(module).get("_forward_hooks"):
        return True
    for method in text.node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            continue
        for each in ast.walk(method):
            word = each.attr if isinstance(each, ast.Attribute) else each.id if isinstance(each, ast.Name) else ""
            if word == part or word in _ANY_PART:
                return True
    return False


def nth_parameter(case: Case, module: Any, index: int) -> str:
    """A sentence on the parameter that ``module.parameters()`` gives in that place; "" where there is none."""
    seen: list[Any] = []
    pending = [module]
    while pending and len(seen) <= index:
        own = own_dict(pending.pop(0))
        held = [each for each in (own.get("_parameters") or {}).values() if each is not None]
        seen += [each for each in held if not any(each is one for one in seen)]
        pending = [each for each in (own.get("_modules") or {}).values() if each is not None] + pending
    found = parameter_named(case, "", seen[index]) if index < len(seen) else None
    if found is None:
        return ""
    path, steps = found
    part = next((each for each in steps if not _is_used(case, *each)), None)
    if part is None:
        return gettext("It is {path}.", path=path)
    return gettext(
        "It is {path}: {cls} does not use self.{part} after its __init__.",
        path=path,
        cls=type_name(part[0]),
        part=part[1],
    )
