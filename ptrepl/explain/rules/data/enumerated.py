"""``for x, y in enumerate(loader)``: the number of the round where a tensor is wanted."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _number_of_round(case: Case) -> Finding | None:
    """``for x, y in enumerate(loader): net(x)``: x is the number of the round, and y the whole batch."""
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    names = {each.id for each in node.args if isinstance(each, ast.Name)}
    for parent in case.parents:
        match parent:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=first), second]), iter=ast.Call(func=ast.Name(id="enumerate"))
            ) if first in names and not isinstance(second, ast.Tuple):
                source = case.site.source
                nested = f"i, ({first}, {segment(source, second)})"
                text = gettext(
                    "{name} is the number of the round: enumerate gives pairs of a number and an item. The item is "
                    "taken apart in brackets of its own: {code}.",
                    name=first,
                    code=f"for {nested} in {segment(source, parent.iter)}",
                )
                whole = spliced(source, parent, {parent.target: nested})
                return Finding(text, (Fix(whole),) if parent is case.site.statement else ())
    return None


BEFORE = (
    "arrays.argument_types",
    "arrays.from_data",
    "arrays.other_forms",
    "arrays.shape_for_tensor",
    "containers.wanted_tensor",
    "modules.subclass",
    "modules.two_states",
)

RULES = (
    Rule(
        "round number",
        ("TypeError",),
        r"\(\): argument '\w+' \(position \d+\) must be Tensor, not int$",
        _number_of_round,
        more="data/batches",
    ),
)
