"""A result of a network whose parameters were all frozen, the part that is to be trained among them."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.frozen_by import Freezing, frozen_by, is_frozen, last_part
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rules.optimizers.all_frozen import frozen_at
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MOST_STEPS = 6


def of_a_frozen_network(case: Case, node: ast.expr, name: str) -> str | None:
    """What is said of ``node`` where the one network that it was computed with is frozen, by statements that are known.

    ``name``: what the sentence calls it.
    """
    network = _network(case, node)
    if network is None:
        return None
    path, held = network
    freezings = frozen_by(case, held)
    part = next((f".{each.new_layer}" for each in freezings if each.new_layer), "") or last_part(held)
    if not freezings or not part:
        return None
    told = [
        gettext(
            "{name} was computed from {network}, which does not require grad, so nothing was recorded.",
            name=name,
            network=path,
        ),
        _said(freezings),
        gettext(
            "Leave out what is to be trained. If that is {path}, {path}.requires_grad_() makes it require grad again; "
            "then compute {name} again.",
            path=f"{path}{part}",
            name=name,
        ),
    ]
    return " ".join(told)


def _said(freezings: list[Freezing]) -> str:
    statements, function = every([f"`{each.label}`" for each in freezings]), freezings[0].inside
    if not function:
        return frozen_at(freezings[0])
    return ngettext(
        "{statements} in {function} sets requires_grad to False.",
        "{statements} in {function} set requires_grad to False.",
        len(freezings),
        statements=statements,
        function=function,
    )


def _network(case: Case, node: ast.expr) -> tuple[str, Any] | None:
    """The name of the one network that ``node`` was computed with, if it is frozen, and itself."""
    pending, seen = [node], 0
    found: dict[str, Any] = {}
    while pending and seen < _MOST_STEPS:
        seen += 1
        for each in ast.walk(pending.pop()):
            if not isinstance(each, ast.Name):
                continue
            held = case.real(each)
            if is_frozen(held):
                found[each.id] = held
            made = assigned_just_before(case, each.id) or origin(case, each.id)
            if made is not None and not is_frozen(held):
                pending.append(made.value)
    return next(iter(found.items())) if len(found) == 1 else None
