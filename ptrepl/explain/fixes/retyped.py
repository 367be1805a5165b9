"""A fix of several statements at the prompt: earlier ones again, perhaps changed, then the failing one."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.repeatable import draws_numbers, finds_its_way, repeatable
from ptrepl.explain.fixes.trial import result_text
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import segment
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.run_statement import run_block
from ptrepl.explain.standins.standins import StandIns

_MOST_STATEMENTS = 5


def typed(case: Case, code: str, gives: str | None = None) -> Fix | None:
    """``code``, if it runs on stand-ins as typed at the prompt."""
    try:
        tree = ast.parse(code)
        body = tree.body
        with sys.modules["torch"].enable_grad():
            result = run_block(Evaluator(FrameScope(case.names, case.names), StandIns()), body)
    except (SyntaxError, Unknown, Failed):
        return None
    if not finds_its_way(FrameScope(case.names, case.names), tree):
        return None
    return Fix(code, result_text(result) if gives is None else gives)


def retyped(
    case: Case,
    is_spent: Callable[[Any], bool],
    texts: Mapping[ast.stmt, str] | None = None,
    first: str = "",
    also: Mapping[int, str] | None = None,
) -> Fix | None:
    """The failing statement after the ones that compute again each tensor that ``is_spent``, in their order.

    ``texts``: other texts for statements of the session; ``first``: a line before them all; ``also``: more lines, each
    in the place of the statement of the session with that number. None where one of them is not known, is in a block,
    does not run on stand-ins, or may give something else now.
    """
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return None
    needed: dict[int, Origin] = {}
    if not _need(case, site.line, None, is_spent, needed) or not (needed or first):
        return None
    if draws_numbers(case, site.line) or not repeatable(case, needed, also or {}):
        return None
    texts = texts or {}
    lines = {at: texts.get(each.statement, segment(each.source, each.statement)) for at, each in needed.items()}
    lines = {0: first} | lines | dict(also or {})
    code = "\n".join(line for _, line in sorted(lines.items()) if line)
    return typed(case, f"{code}\n{segment(site.source, site.line)}", "")


def computing(case: Case, node: ast.expr, is_spent: Callable[[Any], bool]) -> str:
    """The statements at the prompt that computed ``node`` from what is not spent, in their order; "" if not known."""
    needed: dict[int, Origin] = {}
    if not _need(case, node, None, is_spent, needed):
        return ""
    return "\n".join(segment(each.source, each.statement) for _, each in sorted(needed.items()))


def computed_from(case: Case, source: str) -> list[Any]:
    """The tensors that the failing statement reads, directly or through others, which were computed from ``source``."""
    found: list[Any] = []

    def comes(node: ast.AST, before: int | None, depth: int) -> bool:
        names = names_within(node)
        reached = source in names
        for name in sorted(names - {source}):
            value = case.names.get(name)
            made = origin(case, name, before) if is_tensor_class(type(value)) and depth < _MOST_STATEMENTS else None
            if made is not None and made.entry is not None and comes(made.value, made.entry.number, depth + 1):
                found.append(value)
                reached = True
        return reached

    if case.maybe_site is not None:
        comes(case.site.line, None, 0)
    return found


def _need(
    case: Case, node: ast.AST, before: int | None, is_spent: Callable[[Any], bool], needed: dict[int, Origin]
) -> bool:
    for name in dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name)):
        value = case.names.get(name)
        if not is_tensor_class(type(value)) or not is_spent(value):
            continue
        found = origin(case, name, before)
        if found is None or found.entry is None or not found.is_alone or isinstance(found.statement, ast.AugAssign):
            return False
        if found.entry.number in needed:
            continue
        needed[found.entry.number] = found
        if len(needed) >= _MOST_STATEMENTS or not _need(case, found.value, found.entry.number, is_spent, needed):
            return False
    return True
