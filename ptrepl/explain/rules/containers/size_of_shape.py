"""Arithmetic with ``x.shape[3:]``, which is a torch.Size, where one size was meant: ``x.shape[3]``."""

from __future__ import annotations

import ast
import sys

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import source_and_value
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _of_several(case: Case) -> Finding | None:
    if not isinstance(case.node, ast.BinOp):
        return None
    size = sys.modules["torch"].Size
    sides = [each for each in (case.node.left, case.node.right) if type(case.held(each)) is size]
    if len(sides) != 1:
        return None
    [side] = sides
    text = gettext(
        "{name} is a torch.Size, a tuple of sizes, and arithmetic takes one number: one place of it, as in x.shape[0].",
        name=operand_text(case, side),
    )
    source, value = source_and_value(case, side)
    match value:
        case ast.Subscript(slice=ast.Slice(lower=ast.Constant(value=int() as first), upper=None, step=None)) if (
            len(case.held(side)) == 1
        ):
            code = f"{segment(source, value.value)}[{first}]"
        case _:
            return Finding(text)
    slip = gettext("{slice} is a slice; {code} is the size itself.", slice=segment(source, value), code=code)
    fixes: tuple[Fix, ...] = ()
    if value is side:
        fixes = tried(case, [Candidate(spliced(source, case.node, {side: code}))])
    return Finding(f"{text} {slip}", fixes)


BEFORE = ("modules.subclass",)

RULES = (
    Rule(
        "several sizes",
        ("TypeError",),
        r"^unsupported operand type\(s\) for .*'torch\.Size'",
        _of_several,
        more="shapes/shape-tuple",
        only_torch=False,
    ),
)
