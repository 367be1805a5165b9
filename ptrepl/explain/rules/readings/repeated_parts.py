"""A product of several results with a number: Python repeats a tuple or a list, and computes nothing."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def repeated_parts(case: Case, node: ast.expr) -> Finding | None:
    """What to say of ``self.fc(pooled * 100)``, where ``pooled`` are two results; None of anything else."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return None
    side = next((each for each in (node.left, node.right) if type(case.held(each)) in (tuple, list)), None)
    if side is None:
        return None
    held = case.held(side)
    made = origin(case, side.id) if isinstance(side, ast.Name) else None
    text = gettext(
        "{name} is a {type} with the shapes {parts}, and {whole} repeats that: Python does not compute with its parts.",
        name=operand_text(case, side),
        type=type_name(held),
        parts=outline(held),
        whole=operand_text(case, node),
    )
    if made is not None:
        apart = gettext(
            "`{statement}` has {count} results: take them apart there.", statement=made.label, count=len(held)
        )
    else:
        apart = gettext("Take the part that is meant out of it first.")
    return Finding(f"{text} {apart}")
