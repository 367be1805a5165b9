"""An optimizer that is to update what requires grad of a network of which nothing does."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.frozen_by import Freezing, frozen_by, last_part
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def all_frozen(case: Case, module: ast.Name) -> Finding:
    """What froze the network of that name, and the line that unfreezes its new layer, the one to be trained."""
    held, name = case.real(module), module.id
    told = [
        gettext(
            "{module} is frozen: none of its parameters requires grad, so the optimizer has nothing to update.",
            module=name,
        )
    ]
    freezing = frozen_by(case, held)
    head = _assigned_before(case, name, held) or next(
        (each for each in freezing if _is_part(held, each.new_layer)), None
    )
    if isinstance(head, Freezing):
        code = f"{name}.{head.new_layer}.requires_grad_()"
        told.append(_new_layer_frozen(head, code))
    elif head is not None:
        attribute, statement = head
        code = f"{name}.{attribute}.requires_grad_()"
        told.append(
            gettext(
                "`{statement}` came before that, so the new layer is frozen too: {code} lets it train.",
                statement=statement,
                code=code,
            )
        )
    else:
        if len(freezing) == 1:
            told.append(frozen_at(freezing[0]))
        part = last_part(held)
        told.append(_unfrozen(name, part))
        return Finding(" ".join(told))
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return Finding(" ".join(told))
    return Finding(" ".join(told), (Fix(f"{code}\n{segment(site.source, site.line)}"),))


def frozen_at(freezing: Freezing) -> str:
    """A sentence: which statement freezes the parameters."""
    if freezing.inside:
        return gettext(
            "`{statement}` in {function} sets requires_grad to False.",
            statement=freezing.label,
            function=freezing.inside,
        )
    return gettext("`{statement}` sets requires_grad to False.", statement=freezing.label)


def _unfrozen(name: str, part: str) -> str:
    if not part:
        return gettext("Leave those out of it that are to be trained, or set requires_grad back to True for them.")
    return gettext(
        "Let the part that is to be trained require grad again. If that is the last layer: {code}.",
        code=f"{name}{part}.requires_grad_()",
    )


def _new_layer_frozen(freezing: Freezing, code: str) -> str:
    if freezing.inside:
        return gettext(
            "`{statement}` in {function} comes after the line that sets {attribute}, so it freezes the new layer too: "
            "{code} lets that train.",
            statement=freezing.label,
            function=freezing.inside,
            attribute=freezing.new_layer,
            code=code,
        )
    return gettext(
        "`{statement}` comes after the line that sets {attribute}, so it freezes the new layer too: {code} lets that "
        "train.",
        statement=freezing.label,
        attribute=freezing.new_layer,
        code=code,
    )


def _is_part(module: Any, name: str) -> bool:
    return bool(name) and kind_of(own_dict(module).get("_modules", {}).get(name)) is Kind.MODULE


def _assigned_before(case: Case, name: str, module: Any) -> tuple[str, str] | None:
    """``model.fc = nn.Linear(8, 2)`` at the prompt, before the loop that froze all parameters."""
    for entry in earlier(case):
        tree = parsed(entry.source)
        match tree.body if tree is not None else None:
            case [ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=attribute)], value=ast.Call())]:
                if owner == name and _is_part(module, attribute):
                    return attribute, entry.label
    return None
