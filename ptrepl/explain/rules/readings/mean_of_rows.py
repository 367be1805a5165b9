"""``x - x.mean(dim=1)``: the mean of each row, where that of each column may have been meant."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import source_and_value
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext

_Operand = tuple[ast.expr, tuple[int, ...]]


def mean_of_rows(case: Case, left: _Operand, right: _Operand) -> str:
    """A sentence on the two meanings of a table and the mean or spread of each of its rows; "" elsewhere."""
    (table, whole), (part, shape) = left, right
    if len(whole) != 2 or shape != whole[:1]:
        return ""
    source, value = source_and_value(case, part)
    match value:
        case ast.Call(func=ast.Attribute(value=base, attr="mean" | "std" | "var"), args=[dim], keywords=[]):
            pass
        case ast.Call(
            func=ast.Attribute(value=base, attr="mean" | "std" | "var"), args=[], keywords=[ast.keyword("dim", dim)]
        ):
            pass
        case _:
            return ""
    if in_one_line(source, base) != case.text(table) or case.value(dim) not in (1, -1):
        return ""
    return gettext(
        "{statement} has a number for each row. If each column is to get its own, as for the features of a data set, "
        "it is dim=0, which fits as it is.",
        statement=in_one_line(source, value),
    )
