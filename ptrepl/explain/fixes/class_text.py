"""The text of a class that the learner wrote, and the same class with a part of it replaced."""

from __future__ import annotations

import ast
import builtins
import linecache
import types
from collections.abc import Mapping

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import class_dict
from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import spliced

_MOST_LINES = 16


class ClassText:
    """A class and its text."""

    def __init__(self, case: Case, cls: type, source: str, node: ast.ClassDef) -> None:
        self.case, self.cls, self.source, self.node = case, cls, source, node

    def method(self, name: str) -> ast.FunctionDef | None:
        """The definition of a method in it."""
        found = (each for each in self.node.body if isinstance(each, ast.FunctionDef) and each.name == name)
        return next(found, None)

    def anew(self, texts: Mapping[ast.expr | ast.stmt, str], gives: str = "") -> tuple[Fix, ...]:
        """The definition with the nodes of ``texts`` replaced; () where it would do more than define the class."""
        if not self._only_defines():
            return ()
        code = spliced(self.source, self.node, texts)
        try:
            ast.parse(code)
        except SyntaxError:
            return ()
        return (Fix(code, gives),) if code.count("\n") < _MOST_LINES else ()

    def _only_defines(self) -> bool:
        known = {**vars(builtins), **self.case.names}
        parts = [*self.node.bases, *self.node.keywords]
        for each in self.node.body:
            if isinstance(each, ast.FunctionDef):
                parts += [*each.args.defaults, *(part for part in each.args.kw_defaults if part is not None)]
                parts += each.decorator_list
            elif not isinstance(each, ast.Pass) and not _is_plain(each):
                return False
        names = {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}
        calls = any(isinstance(each, ast.Call) for part in parts for each in ast.walk(part))
        return self.node.col_offset == 0 and not self.node.decorator_list and not calls and names <= known.keys()


def _is_plain(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Expr, ast.Assign)) and isinstance(node.value, ast.Constant)


def _defines(node: ast.stmt, name: str, code: types.CodeType) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name != name:
        return False
    return min(node.lineno, *(each.lineno for each in node.decorator_list), node.lineno) == code.co_firstlineno


def class_text(case: Case, cls: type) -> ClassText | None:
    """The text of ``cls``, if the learner typed it or has it in a file of their own."""
    for name, held in class_dict(cls).items():
        found = held.__func__ if isinstance(held, (staticmethod, classmethod)) else held
        if not isinstance(found, types.FunctionType) or not case.learner_files(found.__code__.co_filename):
            continue
        source = "".join(linecache.getlines(found.__code__.co_filename))
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            return None
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(_defines(each, name, found.__code__) for each in node.body):
                return ClassText(case, cls, source, node)
    return None
