"""A blank of the starter that was left open: in the lines that ran, or in a function that they call."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import BLANK, has_blank, tree_of


def open_blank(outcomes: Sequence[Outcome], earlier: Sequence[str]) -> str:
    """The sentence on the first blank that is left, and where; "" where none is.

    ``earlier``: the statements that ran before. One with a blank in it, as the body of a function may have, is named
    where the input fails by it.
    """
    source = "\n".join(outcome.source for outcome in outcomes)
    if any(map(_is_bound, (*earlier, source))):
        return ""
    if has_blank(source):
        if len(source.strip().splitlines()) == 1:
            return gettext("There is a blank ___ left to fill in.")
        return _in_line(source)
    error = outcomes[-1].error if outcomes and outcomes[-1].status is Status.RAISED else None
    if error is not None and error.type_name == "NameError" and f"'{BLANK}'" in error.message:
        return next((_in_line(each) for each in reversed(earlier) if has_blank(each)), "")
    return ""


def _in_line(source: str) -> str:
    line = next(each.strip() for each in source.splitlines() if has_blank(each))
    if name := _function_round(source):
        return gettext("There is a blank ___ left to fill in, inside of `{name}`: `{line}`", name=name, line=line)
    return gettext("There is a blank ___ left to fill in: `{line}`", line=line)


def _function_round(source: str) -> str:
    """The name of the function or class in which the first blank stands; "" for none."""
    tree = tree_of(source)
    for node in tree.body if tree is not None else ():
        if has_blank(ast.unparse(node)):
            return node.name if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else ""
    return ""


def _is_bound(source: str) -> bool:
    """Whether the learner has taken the blank for a name of their own."""
    tree = tree_of(source)
    nodes = ast.walk(tree) if tree is not None else ()
    return any(isinstance(node, ast.Name) and node.id == BLANK and isinstance(node.ctx, ast.Store) for node in nodes)
