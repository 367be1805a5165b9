"""How long an answer is, for lessons that keep the shortest one. Reads syntax, runs nothing.

Names, numbers, texts and signs are counted, each as one: a name that says something costs no more than a single letter,
and layout and comments cost nothing. Of a function its body counts, without ``return``, as that of a lambda does.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

from ptrepl.tutor.names import bound_in, tree_of
from ptrepl.tutor.program_slice import program_slice

_COUNTED = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)


def answer_in(typed: str, asked: frozenset[str]) -> str:
    """The lines of ``typed`` that the ``asked`` names come from, as they were typed; "" where none makes one of them.

    Attempts that were overwritten are left out.
    """
    tree = tree_of(typed)
    if tree is None or not bound_in(tree) & asked:
        return ""
    lines = typed.split("\n")
    kept = program_slice(tree, asked).body
    return "\n".join("\n".join(lines[_first_line(node) - 1 : node.end_lineno]) for node in kept)


def length_of(source: str) -> int:
    """How long ``source`` is; 0 where it is no Python."""
    tree = tree_of(source)
    parts = [part for statement in tree.body for part in _counted(statement)] if tree is not None else []
    return sum(sum(1 for _ in _tokens(ast.unparse(part))) for part in parts)


def _counted(statement: ast.stmt) -> Iterator[ast.AST]:
    match statement:
        case ast.FunctionDef(body=body):
            described = ast.get_docstring(statement, clean=False) is not None
            yield from body[1:] if described else body
        case ast.Assign(value=ast.Lambda(body=value)):
            yield value
        case _:
            yield statement


def _tokens(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in _COUNTED and token.string != "return":
            yield token.string


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
    return min([node.lineno, *(each.lineno for each in decorators)])
