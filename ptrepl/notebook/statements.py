"""A call between the statements of a cell, so that what each one did is seen as it has run."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

HOOK = "__ptrepl_after__"
"""Stands in ``builtins``: among the names of the learner it would be listed, and might be theirs."""


class BetweenStatements:
    """A transformer of IPython's ``ast_transformers``. It takes one module, that of the cell that begins, and lets all
    others pass: those of ``%timeit`` and ``%%time``, which measure what they run.

    ``after`` is called with the number of each statement that has run but the last, from 0; nothing is called after
    one that raises.
    """

    def __init__(self, after: Callable[[int], None]) -> None:
        self._taken: Callable[[list[ast.stmt]], None] | None = None
        self._after = after

    def install(self) -> None:
        """Put the hook into ``builtins``."""
        vars(builtins)[HOOK] = self._after

    def remove(self) -> None:
        """Take it out again."""
        vars(builtins).pop(HOOK, None)

    def expect(self, taken: Callable[[list[ast.stmt]], None]) -> None:
        """The next module is that of a cell: ``taken`` gets its statements."""
        self._taken = taken

    def expect_none(self) -> None:
        """The cell has ended without having a module."""
        self._taken = None

    def visit(self, node: ast.AST) -> ast.AST:
        """As IPython calls it."""
        taken, self._taken = self._taken, None
        if taken is None or not isinstance(node, ast.Module):
            return node
        taken(list(node.body))
        body: list[ast.stmt] = []
        for number, statement in enumerate(node.body):
            body.append(statement)
            if number + 1 < len(node.body):
                body.append(_call(number, statement))
        return ast.Module(body, node.type_ignores)


def _call(number: int, statement: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(number)], [])
    line, column = statement.end_lineno or statement.lineno, statement.end_col_offset or 0
    made = ast.Expr(call)
    for node in ast.walk(made):
        if isinstance(node, (ast.expr, ast.stmt)):
            node.lineno = node.end_lineno = line
            node.col_offset = node.end_col_offset = column
    return made
