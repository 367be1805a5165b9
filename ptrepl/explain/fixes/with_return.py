"""A function of the learner's that returns nothing, with its last value returned."""

from __future__ import annotations

import ast
import linecache
import types

from ptrepl.engine.explanation import Fix
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.texts.messages import gettext

_MOST_LINES = 16


def with_return(case: Case, function: types.FunctionType, cls: type | None) -> tuple[Fix, ...]:
    """The definition of ``function``, or of the class whose method it is, that returns what its last line computes.

    () where the last line computes nothing, or the definition would do more than define.
    """
    if cls is not None:
        held = class_text(case, cls)
        method = held.method(function.__code__.co_name) if held is not None else None
        texts = _returning(held.source, method) if held is not None and method is not None else {}
        return (
            held.anew(texts, gettext("then make {cls} again", cls=cls.__name__)) if held is not None and texts else ()
        )
    code = function.__code__
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and (node.name, node.lineno) == (code.co_name, code.co_firstlineno):
            texts = _returning(source, node)
            new = spliced(source, node, texts) if texts else ""
            plain = not node.decorator_list and not node.args.defaults and not any(node.args.kw_defaults)
            if new and plain and new.count("\n") < _MOST_LINES:
                return (Fix(new, gettext("then call it again")),)
    return ()


def _returning(source: str, function: ast.FunctionDef) -> dict[ast.expr | ast.stmt, str]:
    """The last line with its value returned: ``x = self.fc(x)`` and a line more, or the expression itself."""
    last = function.body[-1]
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant) and not _only_prints(last.value):
        return {last: f"return {segment(source, last)}"}
    gone_back = next((name for each in ast.walk(function) if (name := _gone_back(each))), "")
    if isinstance(last, ast.Expr) and gone_back and last.lineno != function.lineno:
        return {last: f"{segment(source, last)}\n{_indentation(source, last)}return {gone_back}.item()"}
    match last:
        case ast.Assign(targets=[ast.Name(id=name)]) if last.lineno != function.lineno:
            return {last: f"{segment(source, last)}\n{_indentation(source, last)}return {name}"}
    return {}


def _indentation(source: str, statement: ast.stmt) -> str:
    """That of the line in which the statement begins."""
    line = source.encode().splitlines()[statement.lineno - 1].decode()
    return line[: len(line) - len(line.lstrip())]


def _gone_back(node: ast.AST) -> str:
    """``loss`` of ``loss.backward()``: what a function that trains has to tell; "" of anything else."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward")):
            return name
    return ""


def _only_prints(node: ast.expr) -> bool:
    """Whether the last line is called for what it does: ``print(x)``, ``rows.append(x)``, ``loss.backward()``."""
    if not isinstance(node, ast.Call):
        return False
    word = called_name(node)
    return word in ("print", "append", "extend", "backward", "step", "zero_grad", "show", "plot", "save")
