"""The node of a file's tree that a traceback stands at. Imported with the first error that is explained.

``executing`` knows where CPython's positions (PEP 657) are not those of the node: a method's call starts at the name
after the dot, a comparison in a chain has the place of the whole ``if``, a decorator's call that of the decorator.
Where it does not decide (an ``assert``, a pattern), the one node at exactly that position does.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from executing import Source


class FileSource(Source):
    """The text of a file and its tree, whose nodes know their ``parent``. ``executing``'s own keep both for ever.

    Raises SyntaxError where the text is not Python, ValueError, RecursionError or MemoryError where it is too deep.
    """

    def __init__(self, filename: str, lines: Sequence[str]) -> None:
        super().__init__(filename, lines)
        if self.tree is None:
            raise SyntaxError(filename)

    def statements_at_line(self, lineno: int) -> Any:  # type: ignore[override]
        """As ``Source`` has it, without its cache, which would keep this tree for ever."""
        return Source.statements_at_line.__wrapped__(self, lineno)


def failing_node(entry: types.TracebackType, source: FileSource) -> ast.expr | ast.stmt | None:
    """The expression, or the statement such as ``x += y``, that was running; None where it is not known."""

    class Once(FileSource):
        """``executing`` keeps on the class what it found; this one goes with the explanation."""

        @classmethod
        def for_frame(cls, frame: types.FrameType, use_cache: bool = True) -> Source:
            return source

    found = Once.executing(entry)
    node = found.decorator or found.node
    return node if isinstance(node, (ast.expr, ast.stmt)) else _at_position(entry, source)


def parents(node: ast.AST) -> Iterator[ast.AST]:
    """What ``node`` stands in, the nearest first, up to the statement at top level."""
    while not isinstance(above := node.parent, ast.Module):  # type: ignore[attr-defined]
        node = above
        yield node


def _at_position(entry: types.TracebackType, source: FileSource) -> ast.expr | ast.stmt | None:
    """The node at exactly the position of the instruction, an expression rather than a statement."""
    place = next(islice(entry.tb_frame.f_code.co_positions(), entry.tb_lasti // 2, None), None)
    if place is None or place[0] is None:
        return None
    line = place[0]
    assert source.tree is not None
    there = [
        node
        for statement in source.tree.body
        if (statement.end_lineno or line) >= line
        for node in ast.walk(statement)
        if isinstance(node, (ast.expr, ast.stmt)) and _place(node) == place
    ]
    return min(there, key=lambda node: isinstance(node, ast.stmt), default=None)


def _place(node: ast.expr | ast.stmt) -> tuple[int | None, ...]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
