"""Where it failed: the learner's innermost frame, and the expression in it that Python was evaluating.

Columns are bytes of UTF-8, as those of ``ast`` are. Without Python's positions (``PYTHONNODEBUGRANGES``) or without the
source there is no site.
"""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ptrepl.engine.run.failure import is_learner_file

if TYPE_CHECKING:
    from ptrepl.explain.failing_node import FileSource


_MOST_FRAMES = 2_000
_sources: dict[str, FileSource] = {}
_MOST_SOURCES = 16
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


def is_top_level(code: types.CodeType) -> bool:
    """Whether it is code of a module, or of a cell as IPython 7 and 8 name it."""
    return code.co_name == "<module>" or code.co_name.startswith("<cell line")


@dataclass(frozen=True, slots=True)
class Site:
    """The failing node and what holds it. ``node`` is an expression, or a statement such as ``x += y``."""

    frame: types.FrameType
    source: str
    """The whole text of the file or input."""
    node: ast.expr | ast.stmt
    parents: tuple[ast.AST, ...]
    """From the node's parent up to the statement at top level."""
    outer: types.FrameType
    """The frame that runs the statement with the node: not that of a comprehension in the statement."""
    inner: tuple[types.FrameType, ...]
    """The frames of libraries that the learner's frame called, the innermost last."""

    @property
    def statement(self) -> ast.stmt:
        """The statement at top level."""
        found = self.parents[-1] if self.parents else self.node
        assert isinstance(found, ast.stmt)
        return found

    @property
    def is_nested(self) -> bool:
        """Whether the node is in a function, a lambda, a comprehension or a class."""
        return not is_top_level(self.frame.f_code)

    @property
    def line(self) -> ast.stmt:
        """The innermost statement that holds the node, or is it."""
        return next(each for each in (self.node, *self.parents) if isinstance(each, ast.stmt))


def frames_of(trace: types.TracebackType | None) -> Iterator[types.TracebackType]:
    """The entries of a traceback, the outermost first."""
    while trace is not None:
        yield trace
        trace = trace.tb_next


def locate(trace: types.TracebackType | None, learner_files: Callable[[str], bool] = is_learner_file) -> Site | None:
    """The site of an error, None where it cannot be found. ``learner_files``: whether a file of that name is theirs."""
    from ptrepl.explain.failing_node import failing_node, parents

    entries = [*islice(frames_of(trace), _MOST_FRAMES)]
    own = [index for index, entry in enumerate(entries) if learner_files(entry.tb_frame.f_code.co_filename)]
    if not own:
        return None
    entry = entries[own[-1]]
    source = file_source(entry.tb_frame.f_code.co_filename)
    node = failing_node(entry, source) if source is not None else None
    if source is None or node is None:
        return None
    if isinstance(node, (ast.If, ast.While, ast.Assert, ast.IfExp)):
        node = node.test  # the truth test of a plain name has the position of the whole statement
    outer = next(index for index in range(own[-1], -1, -1) if _runs_statements(entries[index], index))
    inner = tuple(each.tb_frame for each in entries[own[-1] + 1 :])
    return Site(entry.tb_frame, source.text, node, tuple(parents(node)), entries[outer].tb_frame, inner)


def _runs_statements(entry: types.TracebackType, index: int) -> bool:
    return index == 0 or entry.tb_frame.f_code.co_name not in _COMPREHENSIONS


def file_source(filename: str) -> FileSource | None:
    """The file as ``linecache`` has it, not as it is on the disk now; None where it is missing, or is not Python."""
    from ptrepl.explain.failing_node import FileSource

    lines = linecache.getlines(filename, None)
    known = _sources.get(filename)
    if known is not None and known.text == "".join(lines):
        return known
    try:
        source = FileSource(filename, lines)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    _sources.pop(filename, None)
    while len(_sources) >= _MOST_SOURCES:
        del _sources[next(iter(_sources))]
    _sources[filename] = source
    return source
