"""Shown code, statement by statement, for a learner who wants to see each of them run. Pure."""

from __future__ import annotations

from ptrepl.tutor.names import parse_python


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
