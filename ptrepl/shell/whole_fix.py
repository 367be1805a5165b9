"""A fix of a part of a statement → the whole statement with it, as it is to be run again. From syntax alone. Pure."""

from __future__ import annotations

import ast
import difflib

from ptrepl.engine.explanation import Explanation


def fixes_at_the_prompt(why: Explanation, source: str) -> tuple[str, ...]:
    """What is offered for the next prompt after ``source``: its assignment is kept where a fix is about its value."""
    return tuple(_whole(fix.code, why, source) for fix in why.fixes)


def _whole(code: str, why: Explanation, source: str) -> str:
    statement, fix = _only(source), _only(code)
    if not isinstance(fix, ast.Expr) or not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return code
    value = statement.value
    if value is None or statement.lineno != statement.end_lineno or len(why.marked) != 1:
        return code
    marked, line = why.marked[0], source.strip()
    if marked.text != line or not line.isascii() or "\n" in code:
        return code  # it is about a line of a function, say
    around = [
        node
        for node in ast.walk(value)
        if isinstance(node, ast.expr) and node.col_offset <= marked.start and (node.end_col_offset or 0) >= marked.end
    ]
    if not around:
        return code
    meant = max(around, key=lambda node: _alike(ast.unparse(node), ast.unparse(fix)))
    return f"{line[: meant.col_offset]}{code.strip()}{line[meant.end_col_offset :]}"


def _only(source: str) -> ast.stmt | None:
    try:
        body = ast.parse(source.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 else None


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
