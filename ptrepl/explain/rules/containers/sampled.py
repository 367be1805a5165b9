"""``random.sample`` of more than there are: a replay memory that is drawn from before it holds a batch."""

from __future__ import annotations

import ast
from collections import deque
from typing import Any

from ptrepl.engine.watch.kinds import is_one
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _too_many(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Attribute(attr="sample") | ast.Name(id="sample"), args=[population, count], keywords=[]):
            pass
        case ast.Call(
            func=ast.Attribute(attr="sample") | ast.Name(id="sample"),
            args=[population],
            keywords=[ast.keyword(arg="k", value=count)],
        ):
            pass
        case _:
            return None
    held: Any = case.real(population)
    asked: Any = case.value(count)
    if not is_one(type(held), (list, tuple, range, deque)) or type(asked) is not int or asked <= len(held):
        return None
    name = operand_text(case, population)
    return Finding(
        gettext(
            "{name} holds {length}, and {count} are to be drawn, each of them once at most. Draw only where "
            "len({name}) >= {asked}.",
            name=name,
            length=len(held),
            count=asked,
            asked=operand_text(case, count),
        )
    )


RULES = (
    Rule(
        "sample",
        ("ValueError",),
        r"^Sample larger than population or is negative",
        _too_many,
        "containers/drawn",
        only_torch=False,
    ),
)
