"""The failing node → the learner's lines with the node marked, as Python's own tracebacks do it."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import MarkedLine
from ptrepl.explain.locate import Site

_MOST_LINES = 4


def marked_lines(site: Site) -> tuple[MarkedLine, ...]:
    """The lines of the node, without their common indent, at most ``_MOST_LINES`` of them."""
    node = site.node
    lines = site.source.split("\n")
    first, last = node.lineno, node.end_lineno or node.lineno
    picked = lines[first - 1 : last]
    indent = min((len(line) - len(line.lstrip()) for line in picked if line.strip()), default=0)
    focus = _focus(node, picked)
    marked = []
    for index, line in enumerate(picked[:_MOST_LINES]):
        start = _characters(line, node.col_offset) if index == 0 else len(line) - len(line.lstrip())
        end = _characters(line, node.end_col_offset or 0) if first + index == last else len(line.rstrip())
        here = (focus[1] - indent, focus[2] - indent) if focus is not None and focus[0] == index else None
        marked.append(MarkedLine(line[indent:].rstrip(), start - indent, end - indent, here))
    return tuple(marked)


def _characters(line: str, column: int) -> int:
    return len(line.encode()[:column].decode(errors="replace"))


def _focus(node: ast.expr | ast.stmt, lines: list[str]) -> tuple[int, int, int] | None:
    """(line, from, to): the operator of a binary operation, the brackets of an index, the name after a dot."""
    match node:
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            return _between(node, left, right, lines)
        case ast.Subscript(value=value) | ast.Attribute(value=value) if value.end_lineno == node.end_lineno:
            index = (value.end_lineno or node.lineno) - node.lineno
            line = lines[index]
            return index, _characters(line, value.end_col_offset or 0), _characters(line, node.end_col_offset or 0)
    return None


def _between(
    node: ast.expr | ast.stmt, left: ast.expr, right: ast.expr, lines: list[str]
) -> tuple[int, int, int] | None:
    if left.end_lineno != right.lineno:
        return None
    index = right.lineno - node.lineno
    line = lines[index]
    start, end = _characters(line, left.end_col_offset or 0), _characters(line, right.col_offset)
    gap = line[start:end].strip(" ()\t\\")
    if not gap:
        return None
    at = line.index(gap, start)
    return index, at, at + len(gap)
