"""``x.imag`` of a tensor of real numbers."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _no_imaginary_part(case: Case) -> Finding | None:
    nodes = ast.walk(case.node) if case.node is not None else ()
    parts = [each for each in nodes if isinstance(each, ast.Attribute) and each.attr == "imag"]
    facts = case.facts(parts[0].value) if parts else None
    if facts is None:
        return None
    name = operand_text(case, parts[0].value)
    return Finding(
        gettext(
            "{name} is {dtype}: its numbers are real, and only complex ones have an imaginary part. "
            "torch.complex({name}, torch.zeros_like({name})) makes complex ones of it, with 0 for that part.",
            name=name,
            dtype=facts.dtype,
        )
    )


RULES = (
    Rule(
        "imaginary part",
        ("RuntimeError",),
        r"^imag is not implemented for tensors with non-complex",
        _no_imaginary_part,
        "dtypes/floating-point",
    ),
)
