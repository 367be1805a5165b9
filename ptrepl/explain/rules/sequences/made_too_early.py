"""``emb = nn.Embedding(len(vocab), 16)`` that ran before the vocabulary was complete: the same statement again."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.made_again import optimizers_again
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.operands.state import submodules
from ptrepl.explain.provenance.gathered import has_gathered
from ptrepl.explain.provenance.origins import earlier, origin_at_prompt
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_CHANGE = r"\b%s\s*(?:\[[^\]]*\][^=\n]*=(?!=)|\.(?:add|append|update|extend|setdefault|insert)|\+=|\|=|=(?!=))"


def made_too_early(case: Case, layer: Layer, rows: int, most: int) -> Finding | None:
    """What to say where the table would have the row ``most`` if its statement ran now; None elsewhere."""
    names = [
        str(name)
        for name, held in [*case.names.items()][:_MOST_NAMES]
        if kind_of(held) is Kind.MODULE and not str(name).startswith("_") and _holds(held, layer.module)
    ]
    made = origin_at_prompt(case, names[0]) if len(names) == 1 else None
    if made is None or not made.is_alone or not isinstance(made.value, ast.Call):
        return None
    given = [*made.value.args, *(each.value for each in made.value.keywords)]
    sizes = [(each, now) for each in given if (now := _now(case, each)) is not None and now != rows and now > most]
    if len(sizes) != 1 or case.real(made.value.func) is not type(case.names[names[0]]):
        return None
    [(size, now)] = sizes
    if any(_now(case, each) == rows for each in given) or made.entry is None:
        return None  # that one is the size of this table
    if not any(_grows(entry.source, size) for entry in earlier(case) if entry.number > made.entry.number):
        return None
    text = gettext(
        "When `{statement}` ran, {size} was {rows}, and now it is {now}: make {name} again.",
        statement=made.label,
        size=in_one_line(made.source, size),
        rows=rows,
        now=now,
        name=made.name,
    )
    if has_gathered(case, made.name, made.entry.number):
        return Finding(text)
    lines = [segment(made.source, made.statement), *optimizers_again(case, case.names[names[0]])]
    return Finding(text, (Fix("\n".join(lines)),))


def _grows(source: str, size: ast.expr) -> bool:
    """Whether a statement puts something into what ``size`` counts, by its text."""
    names = names_within(size) - {"len"}
    return any(re.search(_CHANGE % re.escape(name), source) for name in names)


def _holds(network: Any, layer: Any) -> bool:
    return network is layer or any(each is layer for _, each in submodules(network))


def _now(case: Case, node: ast.expr) -> int | None:
    """What ``len(vocab)`` or ``len(words) + 1`` is now; None for others."""
    counts = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    if not isinstance(node, (ast.Call, ast.BinOp)) or not counts:
        return None
    if any(not isinstance(each.func, ast.Name) or each.func.id != "len" for each in counts):
        return None
    try:
        found = Evaluator(FrameScope(case.names, case.names), StandIns()).value(node)
    except (Unknown, Failed):
        return None
    return found if type(found) is int else None
