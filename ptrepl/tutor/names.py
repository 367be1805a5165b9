"""Which names a piece of lesson code binds, uses and checks, read from its syntax without running it."""

from __future__ import annotations

import ast
import re
import types
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

CHECK_WORDS = (
    "tensor",
    "scalar",
    "grad",
    "result",
    "shares_memory",
    "function",
    "module",
    "trained",
    "raised",
    "calls",
    "computed",
    "again",
    "prints",
    "minibatches",
    "optimizer_class",
)
"""The vocabulary of a ``check`` fence. The parser needs the words, not the functions, which need torch."""

RESULT = "_"
"""Stands for the value of the last expression statement, as in Python."""

RAISED = "!"
"""Stands for "a statement raised", which no name of Python's can be."""

BLANK = "___"
"""What marks a blank in a starter."""

_BLANK = re.compile(rf"(?<!\w){BLANK}(?!\w)")
_DEEPEST = 200
"""Levels of a syntax tree; Python's own limit is 1,000 calls, and some walks take three for a level."""
KEPT = 2048
"""Sources of which it is remembered what stands in them: after each input, those of a lesson are asked many times."""
_NEW_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_INNER_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parse_python(source: str) -> ast.Module:
    """The syntax tree, without the warnings that odd backslashes give. Raises what ``ast.parse`` raises.

    Raises RecursionError too where it is so deep that whoever walks it might not come back.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree
    raise RecursionError


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree; None for what is no Python, or too deep."""
    try:
        return parse_python(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _top_level(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run in the namespace itself: not the inside of functions, classes and comprehensions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _NEW_SCOPE + _INNER_SCOPE):
            yield from _top_level(child)


@lru_cache(KEPT)
def names_bound_by(source: str) -> frozenset[str]:
    """The names that running ``source`` binds at top level; none where it does not parse."""
    tree = tree_of(source)
    return bound_in(tree) if tree else frozenset()


def bound_in(tree: ast.AST) -> frozenset[str]:
    """The names that running ``tree`` binds at top level."""
    found: set[str] = set()
    inside = () if isinstance(tree, _NEW_SCOPE + _INNER_SCOPE) else _top_level(tree)
    for node in (tree, *inside):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, _NEW_SCOPE):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return frozenset(found)


def read_in(tree: ast.AST) -> frozenset[str]:
    """Every name that is read anywhere in ``tree``; one that ``+=`` changes is read as well."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    found |= {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    return frozenset(found)


@lru_cache(KEPT)
def used_names(source: str) -> frozenset[str]:
    """Every name that ``source`` mentions, read or bound."""
    tree = tree_of(source)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else frozenset()


def names_in_code(code: types.CodeType) -> frozenset[str]:
    """The names that compiled code reads outside of itself, attributes among them."""
    inner = (each for each in code.co_consts if isinstance(each, types.CodeType))
    return frozenset(code.co_names).union(*map(names_in_code, inner))


def reached_from(name: str, namespace: Mapping[str, Any]) -> frozenset[str]:
    """The names that the function ``name`` reads, and those that the functions read that it can come to."""
    found, rest = set[str](), {name}
    while rest:
        value = namespace.get(rest.pop())
        if isinstance(value, types.FunctionType) and value.__globals__ is namespace:
            read = names_in_code(value.__code__)
            rest |= read - found
            found |= read
    return frozenset(found)


def has_blank(source: str) -> bool:
    """Whether the ``___`` of a starter is still there."""
    return _BLANK.search(source) is not None


def check_calls(source: str) -> tuple[tuple[str, ast.Call], ...]:
    """The calls of plain names in a check, each with its name, in the order of the text."""
    tree = tree_of(source)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return tuple((node.func.id, node) for node in nodes if isinstance(node.func, ast.Name))


@lru_cache(KEPT)
def asked_names(source: str, only: str = "") -> frozenset[str]:
    """The learner's names that a check looks at; RESULT and RAISED where it looks at those.

    ``only``: those that it looks at with this check word.
    """
    return frozenset(path.partition(".")[0] for path in _asked_paths(source, only))


@lru_cache(KEPT)
def asked_parts(source: str) -> frozenset[str]:
    """What a learner has to make, each by itself: the asked names, and ``x.grad`` where a gradient is to be filled."""
    return frozenset(
        path if path.endswith(".grad") and path.count(".") == 1 else path.partition(".")[0]
        for path in _asked_paths(source, "", parts=True)
    )


def _asked_paths(source: str, only: str, *, parts: bool = False) -> Iterator[str]:
    """What check words are given as names, such as ``net.weight``; ``x.grad`` for a gradient, unless it is cleared.

    ``parts``: without what a name shares its memory with, which need not be made.
    """
    for word, call in check_calls(source):
        if only and word != only:
            continue
        if word == "result":
            yield RESULT
        elif word == "raised":
            yield RAISED
        elif word in CHECK_WORDS and word not in ("calls", "prints"):
            arguments: list[ast.expr | None] = [
                *call.args[
                    : {"shares_memory": 1 if parts else 2, "trained": None, "computed": None, "minibatches": None}.get(
                        word, 1
                    )
                ]
            ]
            if word == "again":
                arguments = [key for each in call.args[1:2] if isinstance(each, ast.Dict) for key in each.keys]
            cleared = len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.args[1].value is None
            for argument in arguments:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    path = argument.value.partition("[")[0]
                    yield f"{path}.grad" if word == "grad" and not cleared else path
