"""``torch.quantile(x, q)`` whose levels have another dtype than the numbers."""

from __future__ import annotations

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import conversion
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _levels(case: Case) -> Finding | None:
    call = invocation(case)
    numbers = call.argument(0, "input") if call is not None else None
    levels = call.argument(1, "q") if call is not None else None
    if numbers is None or levels is None:
        return None
    one, other = case.facts(numbers), case.facts(levels)
    if one is None:
        return None
    text = gettext(
        "{name} is {dtype}, and the levels, {levels}, have another dtype: both need the same.",
        name=operand_text(case, numbers),
        dtype=one.dtype,
        levels=operand_text(case, levels),
    )
    if other is not None:
        text = gettext(
            "{name} is {dtype}, and the levels, {levels}, are {other}: both need the same dtype.",
            name=operand_text(case, numbers),
            dtype=one.dtype,
            levels=operand_text(case, levels),
            other=other.dtype,
        )
    new = Candidate(changed(case, {levels: postfix(case.site.source, levels, conversion(str(one.dtype)))}))
    return Finding(text, tried(case, [new]) or verified(case, new))


BEFORE = ("dtypes.dtype", "sequences.recurrent")

RULES = (
    Rule(
        "quantile levels",
        ("RuntimeError",),
        r"quantile\(\) q tensor must be same dtype as the input tensor",
        _levels,
        "dtypes/layer-input",
    ),
)
