"""A call between the statements of a cell, so that what each one did is seen as it has run."""

from __future__ import annotations

import ast
import builtins
import itertools
from collections.abc import Callable, Mapping
from typing import Any

HOOK = "__ptrepl_after_{}__"
"""Stands in ``builtins``: among the names of the learner it would be listed, and might be theirs. One for each shell,
and for each time that the extension is loaded: a cell may load it anew while its own statements still call."""
_loads = itertools.count(1)


class BetweenStatements:
    """A transformer of IPython's ``ast_transformers``. It takes one module, that of the cell that begins, and lets all
    others pass: those of ``%timeit`` and ``%%time``, which measure what they run.

    ``after`` is called with the number of the cell, and that of each statement that has run but the last, from 0;
    nothing is called after one that raises.
    """

    def __init__(self, after: Callable[[int, int], None]) -> None:
        self._taken: Callable[[list[ast.stmt]], None] | None = None
        self._cell = 0
        self._after = after
        self._hook = HOOK.format(next(_loads))

    def remove(self) -> None:
        """Take the hook out of ``builtins``."""
        vars(builtins).pop(self._hook, None)

    def expect(self, cell: int, taken: Callable[[list[ast.stmt]], None], names: Mapping[str, Any]) -> None:
        """The next module is that of the ``cell``, which runs among ``names``: ``taken`` gets its statements.

        Where the learner has given these other builtins than Python's, nothing is taken: no statement finds the hook.
        """
        vars(builtins)[self._hook] = self._after  # at each cell: some code tidies builtins up
        found = names.get("__builtins__", builtins)
        if found is builtins or found is vars(builtins):
            self._taken, self._cell = taken, cell

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
                body.append(_call(self._hook, (self._cell, number), statement))
        return ast.Module(body, node.type_ignores)


def _call(hook: str, numbers: tuple[int, int], statement: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(hook, ast.Load()), [ast.Constant(number) for number in numbers], [])
    placed = vars(statement)  # of another transformer's it has no place
    line: int = placed.get("end_lineno") or placed.get("lineno") or 1
    column: int = placed.get("end_col_offset") or 0
    made = ast.Expr(call)
    for node in ast.walk(made):
        if isinstance(node, (ast.expr, ast.stmt)):
            node.lineno = node.end_lineno = line
            node.col_offset = node.end_col_offset = column
    return made
