"""What two operands are called in a sentence."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.texts.messages import gettext


def sides(case: Case, first: ast.expr, second: ast.expr) -> tuple[str, str]:
    """Their texts, or, where they are long, "the left side" and "the right side", "one tensor" and "another tensor"."""
    if isinstance(case.node, (ast.BinOp, ast.AugAssign, ast.Compare)):
        return case.called(first, gettext("the left side")), case.called(second, gettext("the right side"))
    return case.called(first, gettext("one tensor")), case.called(second, gettext("another tensor"))
