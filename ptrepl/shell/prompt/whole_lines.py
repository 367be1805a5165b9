"""Whether what was typed into a blank is the whole line that the blank stands in. Pure.

Only a statement is: an expression fills a blank, whatever it begins with, as ``w.grad`` does in ``w -= 0.1 * ___``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast


def is_whole_line(typed: str, *, given: str, before: str, filled: str) -> bool:
    """Whether ``typed`` takes the place of ``given``, the starter's line, which has ``before`` in front of the blank.

    ``filled``: the line as it would be with ``typed`` in the blank.
    """
    import ast

    asked, made = _statement(given), _statement(typed)
    if asked is None or made is None:
        return False
    if _targets(asked):
        return _targets(made) == _targets(asked) and not _is_keyword(typed, given, filled)
    if isinstance(asked, ast.Expr):
        # "y." before an attribute, or the name of an argument, is nothing that an answer repeats
        return isinstance(made, ast.Expr) and before.rstrip()[-1:] in (".", "=") and typed.startswith(before.strip())
    return type(made) is type(asked) and _statement(filled) is None


def is_whole_def(typed: str, starter: str) -> bool:
    """Whether ``typed`` is the function that ``starter`` is, written anew on one line: ``def floors(n): return n``."""
    import ast

    if not typed.startswith("def "):
        return False
    try:
        bodies = [ast.parse(text).body for text in (typed, starter)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    match bodies:
        case [[ast.FunctionDef(name=made)], [ast.FunctionDef(name=asked)]]:
            return made == asked
    return False


def _is_keyword(typed: str, given: str, filled: str) -> bool:
    """Whether ``typed`` is an argument: ``dim=1``, without the spaces that an assignment is written with."""
    if not re.match(r"\w+=\S", typed) or _statement(filled) is None or "(" not in given:
        return False
    called = given.partition("=")[2].partition("(")[0].strip()
    return not typed.partition("=")[2].startswith(f"{called}(")


def _statement(line: str) -> ast.stmt | None:
    """The one statement of ``line``, the head of a block with any body; None where it is none, or several."""
    import ast
    import warnings

    text = line.strip()
    for source in (text, text + " pass"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                body = ast.parse(_in_function(source)).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        function = body[0]
        if len(body) == 1 and isinstance(function, ast.AsyncFunctionDef) and len(function.body) == 1:
            return function.body[0]
    return None


def _in_function(source: str) -> str:
    return "async def f():\n " + source  # not a sentence: Python, in which return and await may stand


def _targets(statement: ast.stmt) -> tuple[str, ...]:
    """What an assignment gives a value to, without what stands in the brackets of an index; () for what is none."""
    import ast

    match statement:
        case ast.Assign(targets=targets):
            return tuple(map(_name, targets))
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return (_name(target),)
        case _:
            return ()


def _name(target: ast.expr) -> str:
    import ast

    match target:
        case ast.Subscript(value=value):
            return f"{_name(value)}[]"
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return ", ".join(map(_name, elements))
        case _:
            return ast.unparse(target)
