"""A NumPy array whose bytes stand in the order of another machine, as in FITS and IDX files."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _not_native(case: Case) -> Finding | None:
    """``torch.from_numpy(table)`` of a ``>f8``."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args:
        return None
    given = node.args[0]
    array = case.real(given)
    if not is_numpy_array(array) or array.dtype.isnative:
        return None
    name = operand_text(case, given)
    text = gettext(
        "{name} has dtype {dtype}: its bytes stand in the other order than on this machine, and torch has that order "
        "only. astype copies it into this one.",
        name=name,
        dtype=array.dtype.str,
    )
    native = postfix(case.site.source, given, f".astype({segment(case.site.source, given)}.dtype.newbyteorder('='))")
    return Finding(text, verified(case, Candidate(spliced(case.site.source, node, {given: native}))))


RULES = (
    Rule(
        "byte order",
        ("ValueError",),
        r"^given numpy array has byte order different from the native byte order",
        _not_native,
        "arrays/array-dtypes",
    ),
)
