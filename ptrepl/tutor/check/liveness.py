"""Which of several statements made the present values: a slice of a program, backwards from some names. Pure."""

from __future__ import annotations

import ast

from ptrepl.tutor.names import bound_in, read_in


def living(tree: ast.Module, names: frozenset[str]) -> ast.Module:
    """The top-level statements that ``names`` come from as they stand at the end.

    An earlier attempt that was overwritten is not among them. A statement that binds nothing is, where it mentions a
    name that is wanted.
    """
    wanted = set(names)
    kept: list[ast.stmt] = []
    for statement in reversed(tree.body):
        bound = bound_in(statement)
        reads = read_in(statement)
        if not (bound & wanted if bound else reads & wanted):
            continue
        kept.append(statement)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef)):
            wanted -= bound
        wanted |= reads
    return ast.Module(kept[::-1], [])
