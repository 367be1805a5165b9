"""What two operands are called in a sentence."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case


def sides(case: Case, first: ast.expr, second: ast.expr) -> tuple[str, str]:
    """Their texts, or, where they are long, "the left side" and "the right side", "one tensor" and "another one"."""
    if isinstance(case.node, (ast.BinOp, ast.AugAssign, ast.Compare)):
        return case.called(first, "the left side"), case.called(second, "the right side")
    return case.called(first, "one tensor"), case.called(second, "another one")
