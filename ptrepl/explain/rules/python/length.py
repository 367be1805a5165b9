"""``len()`` of a number."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _no_length(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Name(id="len"), args=[value]):
            held = case.real(value)
        case _:
            return None
    if type(held) not in (int, float, bool):
        return None
    text = gettext(
        "{name} is {value}, a Python number ({type}), and len() counts the entries of a list or the rows of a tensor.",
        name=operand_text(case, value),
        value=held,
        type=type_name(held),
    )
    return Finding(text)


BEFORE = ("data.dataset",)

RULES = (
    Rule(
        "length",
        ("TypeError",),
        r"^object of type '(?:int|float|bool)' has no len\(\)",
        _no_length,
        more="python/numbers-and-tensors",
    ),
)
