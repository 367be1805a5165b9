"""A fix of a part of a statement at the prompt → the whole statement with it, as it is to be typed."""

from __future__ import annotations

import ast
import difflib

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.locate import is_top_level
from ptrepl.explain.rewrite import segment, spliced

_ALONE = ("retain_grad", "backward", "eval", "train", "zero_grad")
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def with_code(case: Case, part: ast.expr, code: str) -> str:
    """The statement that failed with ``code`` in place of ``part``; "" where it is ``code``, or no line at the prompt.

    A loop or a definition is no such statement: its fixes are the whole of it already.
    """
    statement = _at_prompt(case)
    if statement is None or "\n" in code or not any(part is each for each in ast.walk(statement)):
        return ""
    source = case.site.source
    plain, bracketed = (spliced(source, statement, {part: text}) for text in (code, f"({code})"))
    if _tree(bracketed) is None:
        return ""
    whole = plain if _tree(plain) == _tree(bracketed) else bracketed
    return "" if whole == code or _tree(whole) == _tree(code) else whole


def with_statement(case: Case, fix: Fix) -> str:
    """The assignment that failed with the fix in place of the part that is most like it; "" where it is none."""
    statement, code = _at_prompt(case), _only(fix.code)
    if not isinstance(code, ast.Expr) or not isinstance(statement, _ASSIGNMENTS) or statement.value is None:
        return ""
    if _stands_alone(code.value):
        return ""
    node = case.site.node
    around = [
        each
        for each in ast.walk(statement.value)
        if isinstance(each, ast.expr) and any(node is inner for inner in ast.walk(each))
    ]
    if not around:
        return ""
    meant = max(around, key=lambda each: _alike(ast.unparse(each), ast.unparse(code)))
    return with_code(case, meant, fix.code.strip())


def _stands_alone(node: ast.expr) -> bool:
    """Whether it is a line of its own, to be run before: ``x.requires_grad_()``, ``y.retain_grad()``."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _ALONE or (name.endswith("_") and not name.endswith("__"))
    return False


def _at_prompt(case: Case) -> ast.stmt | None:
    """The statement of one line at the prompt that failed in its own code, not in a function that it called."""
    site = case.maybe_site
    if site is None or site.outer.f_globals is not case.names or not is_top_level(site.outer.f_code):
        return None
    statement = site.statement
    if statement is not site.line or not isinstance(statement, (*_ASSIGNMENTS, ast.Expr)):
        return None
    return statement if "\n" not in segment(site.source, statement) else None


def _only(code: str) -> ast.stmt | None:
    try:
        body = ast.parse(code.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 else None


def _tree(code: str) -> str | None:
    only = _only(code)
    return ast.dump(only) if only is not None else None


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
