"""Lines that plainly were to do more than they did: ``x[0] == 1``, ``x.sub(3)``, ``dim=1`` by itself. Syntax alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import read_in, tree_of, used_names
from ptrepl.tutor.play.signs import picks_copies

_OPERATORS = {"add": "+", "sub": "-", "subtract": "-", "mul": "*", "multiply": "*", "div": "/", "divide": "/"}
"""Functions that compute what an operator does."""


def wrote_nothing(
    source: str,
    asked: frozenset[str],
    solutions: Sequence[str],
    touched: frozenset[str] = frozenset(),
    *,
    starter: bool = False,
) -> str:
    """What to say where the last statement of ``source`` changed nothing, and was to; ``""`` where that is not plain.

    Such are ``x[0] == 1``, ``x.sub(3)`` where a solution writes ``x -= 3``, ``dim=1`` by itself, a loop over ``x`` that
    gives names alone, and a function that is only defined. ``touched``: the names that ``source`` bound or changed.
    ``starter``: a starter with blanks was filled in before, so that a number or a list alone was meant for one of them.
    """
    tree = tree_of(source)
    statement = tree.body[-1] if tree is not None and tree.body else None
    roots = {name.partition(".")[0] for name in asked}
    unchanged = roots - touched
    match statement:
        case ast.Expr(ast.Compare(left=ast.Subscript() | ast.Attribute() as left, ops=[ast.Eq()])):
            if read_in(left) & roots:
                return gettext("== compares and gives True and False; it writes nothing. To write, use one =.")
        case ast.Expr(value) if starter and "\n" not in source.strip() and _is_written_down(value):
            return gettext(
                "That alone is a value without a name. Up brings your line back, and %redo the one with the blanks."
            )
        case ast.Assign(targets=[ast.Name(id=name)]) if name in _keywords(solutions):
            return gettext(
                "`{code}` by itself only makes a variable `{name}`. It belongs between the brackets of a call.",
                code=source.strip(),
                name=name,
            )
        case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Subscript() as part, attr=method))) if method.endswith("_"):
            if picks_copies(part) and read_in(part) & roots:
                return gettext(
                    "An index with a list or a mask gives a copy, and {method}() changed that. Write with = behind "
                    "the index instead.",
                    method=method,
                )
        case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method))) if name in unchanged:
            for sign in _in_place(method, name, solutions):
                return gettext(
                    "{method}() gives a new tensor and leaves `{name}` as it is. {sign} writes into `{name}` itself.",
                    method=method,
                    name=name,
                    sign=sign,
                )
        case ast.For(target=ast.Name(id=each), iter=ast.Name(id=name)) if name in unchanged and _only_names(
            statement, each
        ):
            return gettext(
                "In the loop, {each} = ... gives the name `{each}` to a new value each time, and `{name}` stays as it "
                "is.",
                each=each,
                name=name,
            )
        case ast.FunctionDef(name=name) if name not in asked and not any("def " in each for each in solutions):
            return gettext(
                "`{name}` is defined, and nothing of it has run yet: that comes when you call it.", name=name
            )
    return ""


def _is_written_down(value: ast.expr) -> bool:
    """Whether it is a number or a list of numbers."""
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.UnaryOp, ast.unaryop, ast.expr_context)
    return all(isinstance(node, allowed) for node in ast.walk(value)) and not (
        isinstance(value, ast.Constant) and not isinstance(value.value, (int, float))
    )


def _only_names(loop: ast.For, each: str) -> bool:
    """Whether the loop does nothing with ``each`` but to give that name to other values."""
    return all(
        isinstance(node, ast.Assign) and len(node.targets) == 1 and ast.unparse(node.targets[0]) == each
        for node in loop.body
    )


def only_compared(source: str, missing: frozenset[str]) -> str:
    """What to say of ``mine == torch.ones(2)`` where ``mine``, one of the ``missing`` names, was to be made; or ""."""
    tree = tree_of(source)
    match tree.body[-1:] if tree is not None else []:
        case [ast.Expr(ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()]))] if name in missing:
            return gettext(
                "== asks whether two values are equal. To give a value to the name `{name}`, write one =.", name=name
            )
    return ""


def _in_place(method: str, name: str, solutions: Sequence[str]) -> Iterator[str]:
    """How a solution does in place to ``name`` what ``method`` does beside it: ``-=``, ``sub_()``."""
    for tree in map(tree_of, solutions):
        for node in ast.walk(tree) if tree is not None else ():
            match node:
                case ast.AugAssign(target=ast.Name(id=target), op=operator) if target == name:
                    if OPERATOR_SIGNS.get(type(operator)) == _OPERATORS.get(method, ""):
                        yield f"{_OPERATORS[method]}="
                case ast.Call(func=ast.Attribute(value=ast.Name(id=target), attr=attr)) if target == name:
                    if attr == f"{method}_":
                        yield f"{attr}()"


def _keywords(solutions: Sequence[str]) -> frozenset[str]:
    """The arguments that are given by name in ``solutions``, those aside that are variables there too."""
    trees = [tree for source in solutions if (tree := tree_of(source)) is not None]
    given = {node.arg for tree in trees for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    return frozenset(given).difference(*map(used_names, solutions))
