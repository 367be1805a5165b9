"""Programs that are nearly a given one: each has one small mistake that a learner could make. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ptrepl.tutor.names import parse_python
from ptrepl.tutor.verify.mutations import expressions, statements


@dataclass(frozen=True, slots=True)
class Mutant:
    """``source`` is the whole program. ``change`` is the line that differs, or ``without …`` for one left out.

    An author repeats ``change`` in the comment ``equivalent`` of a step, so it is the same in every language.
    ``line`` counts from 1 in the program that it was made from.
    """

    source: str
    change: str
    line: int


def mutants(source: str) -> tuple[Mutant, ...]:
    """All of them, each once, in the order of the text. Raises SyntaxError for what is not Python."""
    tree = parse_python(source)
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for statement, node, replacement in _changes(tree):
        changed = _rebuilt(tree, node, replacement)
        program = ast.unparse(ast.fix_missing_locations(changed))
        if program != original:
            found.setdefault(program, Mutant(program, _change(statement, node, replacement), node.lineno))
    return tuple(found.values())


def _changes(tree: ast.Module) -> Iterator[tuple[ast.stmt, Any, Sequence[ast.AST]]]:
    """(the statement, the node in it, what stands in its place)."""
    for statement in _statements(tree):
        for replacement in statements(statement):
            yield statement, statement, replacement
        for node in _expressions(statement):
            for expression in expressions(node):
                yield statement, node, (expression,)


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        yield from _statements(child)


def _expressions(statement: ast.AST) -> Iterator[ast.expr]:
    """Those of the statement itself: not of the statements inside it, nor annotations and texts."""
    if isinstance(statement, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
        return
    for name, value in ast.iter_fields(statement):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.expr):
                yield child
            if isinstance(child, ast.AST) and not isinstance(child, ast.stmt):
                yield from _expressions(child)


def _rebuilt(node: Any, target: ast.AST, replacement: Sequence[ast.AST]) -> Any:
    """A copy of the tree with ``replacement`` where ``target`` was; a body left empty holds ``pass``."""
    if node is target:
        return replacement[0]
    if not isinstance(node, ast.AST):
        return node
    fields: dict[str, Any] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            items: list[Any] = []
            for item in value:
                items += replacement if item is target else [_rebuilt(item, target, replacement)]
            fields[name] = items or ([ast.Pass()] if name == "body" else [])
        else:
            fields[name] = _rebuilt(value, target, replacement)
    return ast.copy_location(type(node)(**fields), node)


def _change(statement: ast.stmt, node: ast.AST, replacement: Sequence[ast.AST]) -> str:
    if node is statement and not replacement:
        return f"without {_first_line(statement)}"  # not a sentence: authors write it in the comment equivalent
    if isinstance(statement, (ast.With, ast.If)) and list(replacement) == statement.body:
        return f"its block without {_first_line(statement)}"  # not a sentence: likewise
    return _first_line(_rebuilt(statement, node, replacement))


def _first_line(statement: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(statement)).split("\n")[0]
