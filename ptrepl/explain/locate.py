"""Where it failed: the learner's innermost frame, and the expression in it that Python was at.

The positions come from PEP 657: columns are bytes of UTF-8, as those of ``ast`` are. Without them
(``PYTHONNODEBUGRANGES``) or without the source there is no site.
"""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from ptrepl.engine.run.failure import is_learner_file

_MOST_FRAMES = 2_000
_trees: dict[str, tuple[str, ast.Module]] = {}
_MOST_TREES = 16
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


@dataclass(frozen=True, slots=True)
class Site:
    """The failing node, and what it stands in. ``node`` is an expression, or a statement such as ``x += y``."""

    frame: types.FrameType
    source: str
    """The whole text of the file or input."""
    node: ast.expr | ast.stmt
    parents: tuple[ast.AST, ...]
    """From the node's parent up to the statement at top level."""
    outer: types.FrameType
    """The frame that runs the statement which the node stands in: not that of a comprehension in it."""
    inner: tuple[types.FrameType, ...]
    """The frames of libraries below the learner's, the innermost last."""

    @property
    def statement(self) -> ast.stmt:
        """The statement at top level."""
        found = self.parents[-1] if self.parents else self.node
        assert isinstance(found, ast.stmt)
        return found

    @property
    def is_nested(self) -> bool:
        """Whether the node stands in a function, a lambda, a comprehension or a class."""
        return self.frame.f_code.co_name != "<module>"

    @property
    def line(self) -> ast.stmt:
        """The innermost statement that the node stands in, or is."""
        return next(each for each in (self.node, *self.parents) if isinstance(each, ast.stmt))


def frames_of(trace: types.TracebackType | None) -> Iterator[types.TracebackType]:
    """The entries of a traceback, the outermost first."""
    while trace is not None:
        yield trace
        trace = trace.tb_next


def locate(trace: types.TracebackType | None, learner_files: Callable[[str], bool] = is_learner_file) -> Site | None:
    """The site of an error, None where it cannot be found. ``learner_files``: whether a file of that name is theirs."""
    entries = [*islice(frames_of(trace), _MOST_FRAMES)]
    own = [index for index, entry in enumerate(entries) if learner_files(entry.tb_frame.f_code.co_filename)]
    if not own:
        return None
    entry = entries[own[-1]]
    code = entry.tb_frame.f_code
    line, end_line, column, end_column = next(islice(code.co_positions(), entry.tb_lasti // 2, None), (None,) * 4)
    if line is None or column is None:
        return None
    source = _source_of(entry.tb_frame)
    tree = _tree_of(code.co_filename, source)
    if tree is None:
        return None
    found = _find(tree, (line, end_line, column, end_column))
    if found is None:
        return None
    if isinstance(found[0], (ast.If, ast.While, ast.Assert, ast.IfExp)):
        found = found[0].test, (found[0], *found[1])  # asking a plain name for yes or no has the place of the whole
    outer = next(index for index in range(own[-1], -1, -1) if _runs_statements(entries[index], index))
    inner = tuple(each.tb_frame for each in entries[own[-1] + 1 :])
    return Site(entry.tb_frame, source, *found, entries[outer].tb_frame, inner)


def _runs_statements(entry: types.TracebackType, index: int) -> bool:
    return index == 0 or entry.tb_frame.f_code.co_name not in _COMPREHENSIONS


def _source_of(frame: types.FrameType) -> str:
    return "".join(linecache.getlines(frame.f_code.co_filename, None))


def _tree_of(filename: str, source: str) -> ast.Module | None:
    known = _trees.get(filename)
    if known is not None and known[0] == source:
        return known[1]
    try:
        tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    assert isinstance(tree, ast.Module)
    while len(_trees) >= _MOST_TREES:
        del _trees[next(iter(_trees))]
    _trees[filename] = source, tree
    return tree


_Place = tuple[int | None, int | None, int | None, int | None]


def _find(tree: ast.Module, place: _Place) -> tuple[ast.expr | ast.stmt, tuple[ast.AST, ...]] | None:
    """The node at exactly ``place``, an expression rather than a statement, and its parents, the nearest first."""
    best: tuple[ast.expr | ast.stmt, tuple[ast.AST, ...]] | None = None
    pending: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(node, ()) for node in tree.body if _covers(node, place)]
    while pending:
        node, parents = pending.pop()
        if isinstance(node, (ast.expr, ast.stmt)) and _place_of(node) == place:
            if isinstance(node, ast.expr):
                return node, parents
            best = node, parents
        pending += [(child, (node, *parents)) for child in ast.iter_child_nodes(node) if _covers(child, place)]
    return best


def _place_of(node: ast.expr | ast.stmt) -> _Place:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _covers(node: ast.AST, place: _Place) -> bool:
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if first is None or last is None or place[0] is None or place[1] is None:
        return True  # arguments, a comprehension's generator: nodes without a place of their own
    decorated = min((each.lineno for each in getattr(node, "decorator_list", ())), default=first)
    return bool(min(first, decorated) <= place[0] and place[1] <= last)
