"""Shown code, statement by statement, for a learner who wants to see each of them run. Pure."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ptrepl.tutor.names import parse_python, tree_of


def split_statements(source: str) -> tuple[str, ...]:
    """The top-level statements, each with the comments above it; what shares a line stays together.

    One piece where the code is no Python, which may be the point of it.
    """
    try:
        body = parse_python(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (source,)
    ends: list[int] = []
    for node in body:
        if ends and node.lineno <= ends[-1]:
            ends.pop()
        ends.append(node.end_lineno or node.lineno)
    lines = source.split("\n")
    ends[-1:] = [len(lines)]
    return tuple("\n".join(lines[start:end]).strip("\n") for start, end in zip([0, *ends], ends, strict=False))


def first_pieces(source: str, count: int) -> str:
    """The first ``count`` statements."""
    return "\n".join(split_statements(source)[:count])


def rest(source: str, count: int) -> str:
    """All but the first ``count`` statements."""
    return "\n".join(split_statements(source)[count:]) if count else source


_RANDOM = ("rand", "normal", "bernoulli", "multinomial", "shuffle", "ropout", "nn.", "exponential", "poisson")
"""In the names of what draws random numbers, which the lesson draws from a source of its own."""


def typed_pieces(source: str, count: int, typed: Sequence[str]) -> int:
    """How many statements of ``source``, after the first ``count``, were ``typed``; 0 where it was something else.

    0 too where random numbers are drawn: those of the lesson would be others.
    """
    waiting = split_statements(source)[count:]
    if not typed or len(typed) > len(waiting) or any(word in source for word in _RANDOM):
        return 0
    alike = all(_plain(mine) == _plain(shown) for mine, shown in zip(typed, waiting, strict=False))
    return len(typed) if alike else 0


def _plain(source: str) -> str:
    tree = tree_of(source)
    return ast.unparse(tree) if tree is not None else source
