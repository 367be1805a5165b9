"""The text of a function of the learner's, by the function that was called."""

from __future__ import annotations

import ast
import linecache
import types
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text


def function_text(case: Case, called: Any) -> tuple[str, ast.FunctionDef] | None:
    """The source and the definition of ``called``; of a network, of its ``forward``. None where it is not known."""
    if kind_of(called) is Kind.MODULE:
        text = class_text(case, type(called))
        forward = text.method("forward") if text is not None else None
        return (text.source, forward) if text is not None and forward is not None else None
    held = called.__func__ if type(called) is types.MethodType else called
    if type(held) is not types.FunctionType or not case.learner_files(held.__code__.co_filename):
        return None
    code = held.__code__
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for each in ast.walk(tree):
        lines = (
            (each.lineno, *(part.lineno for part in each.decorator_list)) if isinstance(each, ast.FunctionDef) else ()
        )
        if isinstance(each, ast.FunctionDef) and each.name == code.co_name and code.co_firstlineno in lines:
            return source, each
    return None
