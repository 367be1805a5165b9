"""Operations that sparse tensors do not have."""

from __future__ import annotations

from math import prod

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "sparse/operations"
_MOST_ELEMENTS = 10_000_000
"""A matrix is sparse because all its elements may be more than memory holds: such a one is not offered."""


def _dense_only(case: Case) -> Finding | None:
    """``torch.where(adjacency > 0, …)`` of a sparse matrix."""
    for node in case.operands():
        held = case.real(node)
        if not is_tensor_class(type(held)) or base_attribute("is_sparse").__get__(held) is not True:
            continue
        dense = postfix(case.site.source, node, ".to_dense()")
        text = gettext(
            "{name} is a sparse tensor, and this operation is not defined for those. {code} has all its elements, the "
            "zeros too.",
            name=operand_text(case, node),
            code=dense,
        )
        if prod(base_attribute("shape").__get__(held)) > _MOST_ELEMENTS:
            return Finding(text)
        return Finding(text, verified(case, Candidate(spliced(case.site.source, case.site.node, {node: dense}))))
    return None


RULES = (
    Rule(
        "sparse operation",
        ("NotImplementedError", "RuntimeError", "TypeError"),
        r"with arguments from the 'Sparse\w+' backend|is not implemented for sparse tensors|"
        r"^can't convert Sparse layout tensor to numpy",
        _dense_only,
        _MORE,
    ),
)
