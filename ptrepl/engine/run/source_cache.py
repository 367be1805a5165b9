"""Typed source where ``traceback`` and ``inspect`` look for it: in ``linecache``.

Code finds its source by the file name in its code object, ``<ptrepl-3>``. A class has no code object: ``inspect``
takes the ``__file__`` of its module, and from Python 3.13 the line in ``__firstlineno__`` (cpython#126019). For classes
there is one file, ``<ptrepl>``, that holds every class statement.
"""

from __future__ import annotations

import ast
import io
import linecache
import sys
from collections.abc import Mapping
from typing import Any

CLASSES_FILE = "<ptrepl>"


def register(filename: str, source: str) -> None:
    """Make ``source`` the text of ``filename``. A modification time of None keeps ``checkcache`` from dropping it."""
    text = source if source.endswith("\n") else source + "\n"
    linecache.cache[filename] = (len(text), None, _lines(text), filename)


def _lines(text: str) -> list[str]:
    # str.splitlines() breaks at form feeds and U+2028 too, which are no ends of lines to Python
    return io.StringIO(text, newline=None).readlines()


class ClassSources:
    """The text of ``filename``: the class statements of one session, the last of each name."""

    def __init__(self, filename: str = CLASSES_FILE) -> None:
        self._filename = filename
        self._lines: list[str] = []
        self._spans: dict[str, tuple[int, int]] = {}

    def add(self, node: ast.stmt, source: str, namespace: Mapping[str, Any]) -> None:
        """Take the source of a statement that defined a class; an earlier class of that name loses its lines."""
        if not hasattr(node, "body") or not any(isinstance(each, ast.ClassDef) for each in ast.walk(node)):
            return
        name = getattr(node, "name", "")
        if name in self._spans:
            start, end = self._spans.pop(name)
            self._lines[start:end] = ["\n"] * (end - start)
        first = len(self._lines)
        self._lines += _lines(source + "\n")
        self._spans[name or f"<{first}>"] = (first, len(self._lines))
        register(self._filename, "".join(self._lines))
        if sys.version_info >= (3, 13) and isinstance(namespace.get(name), type):
            namespace[name].__firstlineno__ = first + 1
