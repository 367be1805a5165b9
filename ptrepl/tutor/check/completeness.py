"""Could what the learner typed be a whole answer, or is it only begun? From syntax alone. Pure."""

from __future__ import annotations

import ast
from collections import Counter
from functools import lru_cache

from ptrepl.tutor.names import KEPT, bound_in, names_bound_by, tree_of

_BLOCKS = (ast.For, ast.While, ast.With)
_BACKWARD = frozenset({"backward", "grad"})
"""Two calls that compute the same gradient: one of them is enough."""


def may_be_whole(typed: str, made: frozenset[str], asked: frozenset[str], ways: list[str]) -> bool:
    """Whether ``typed`` may be all of an answer: it has made each name of ``asked`` that all of the ``ways`` make, and
    the call that all of them end with, or some block where they end with one. ``made``: names bound or changed so far.
    """
    if not ways:
        return True
    wanted = asked & frozenset[str].intersection(*map(names_bound_by, ways))
    if not wanted <= made | names_bound_by(typed):
        return False
    if all(map(_ends_in_block, ways)) and not _does_something(typed):
        return False
    ends = {_last_call(way) for way in ways}
    if len(ends) > 1 or "" in ends:
        return True
    return bool(_called(typed) & (_BACKWARD if ends <= _BACKWARD else ends))


@lru_cache(KEPT)
def _ends_in_block(way: str) -> bool:
    tree = tree_of(way)
    return bool(tree and tree.body) and isinstance(tree.body[-1], _BLOCKS)  # type: ignore[union-attr]


@lru_cache(KEPT)
def _does_something(typed: str) -> bool:
    """Whether a block or a call stands in it, not values alone that get their names."""
    tree = tree_of(typed)
    return any(isinstance(node, (*_BLOCKS, ast.Expr, ast.AugAssign)) for node in (tree.body if tree else ()))


def covers(typed: str, way: str) -> bool:
    """Whether each statement of ``way`` has a counterpart of its kind in ``typed``, whatever else stands in it."""
    return not _kinds(way) - _kinds(typed)


def _kinds(source: str) -> Counter[str]:
    tree = tree_of(source)
    return Counter(kind for node in (tree.body if tree else ()) for kind in _kinds_of(node))


def _kinds_of(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Expr):
        return [f"{name}()" for name in [_callee(node.value)] if name]
    if isinstance(node, _BLOCKS):
        return ["block"]
    if isinstance(node, ast.Assign) and not all(isinstance(each, (ast.Name, ast.Tuple)) for each in node.targets):
        return [ast.unparse(node.targets[0]).partition(".")[0].partition("[")[0]]
    return sorted(bound_in(node))


@lru_cache(KEPT)
def _last_call(source: str) -> str:
    tree = tree_of(source)
    last = tree.body[-1] if tree and tree.body else None
    return _callee(last.value) if isinstance(last, ast.Expr) else ""


@lru_cache(KEPT)
def _called(source: str) -> frozenset[str]:
    tree = tree_of(source)
    return frozenset(_callee(node) for node in ast.walk(tree)) if tree else frozenset()


def _callee(node: ast.AST) -> str:
    """The last name of what is called: ``backward`` of ``y.backward()``; "" where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
