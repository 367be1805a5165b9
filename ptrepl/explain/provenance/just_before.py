"""The last assignment to a name in the block of the failing line, whatever else binds it: a loop, the line itself."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import Origin


def assigned_just_before(case: Case, name: str) -> Origin | None:
    """The last assignment to ``name`` in the block of the failing line; None where a statement there may do it too."""
    line = case.site.line
    if line is case.site.statement:
        return None  # at the prompt each statement stands alone
    block = getattr(getattr(line, "parent", None), "body", None)
    before = block[: block.index(line)] if isinstance(block, list) and line in block else []
    for each in reversed(before):
        names = [part for part in ast.walk(each) if isinstance(part, ast.Name) and part.id == name]
        if any(isinstance(part.ctx, ast.Store) for part in names):
            match each:
                case ast.Assign(targets=[ast.Name()], value=value):
                    inside = tuple(parent for parent in case.parents if parent is not line)
                    return Origin(name, value, each, case.site.source, None, inside)
            return None
    return None
