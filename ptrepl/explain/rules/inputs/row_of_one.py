"""A plain number given to a network that takes rows of floating point numbers."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def row_of_one(case: Case, call: ast.Call, number: ast.expr) -> Finding | None:
    """``net(3)`` → ``net(torch.tensor([[3]], dtype=torch.float32))``; None where the network takes no such row."""
    source = case.site.source
    row = f"torch.tensor([[{segment(source, number)}]], dtype=torch.float32)"
    fixes = tried(case, [Candidate(spliced(source, call, {number: row}))])
    if not fixes:
        return None
    text = gettext(
        "{name} is a Python number, and {function} takes tensors of floating point numbers, with a row for each "
        "example. This is one row:",
        name=operand_text(case, number),
        function=operand_text(case, call.func),
    )
    return Finding(text, fixes)
