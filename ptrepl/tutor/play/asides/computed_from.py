"""What was computed from a value that was not as it should be, or is another one now. Reads lines, runs nothing."""

from __future__ import annotations

import ast

from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import bound_in, read_in, tree_of


def outdated(helper: str, names: frozenset[str], lines: str) -> str:
    """That ``lines`` have computed one of ``names`` from what ``helper`` held before; "" where none was."""
    for statement in _reversed(lines):
        if stale := sorted(names & bound_in(statement)):
            if helper in read_in(statement):
                return gettext(
                    "`{helper}` is right now, but `{name}` still holds what was computed before: run that line again.",
                    helper=helper,
                    name=stale[0],
                )
            break
    return ""


def without_grad(name: str, sources: frozenset[str], lines: str) -> str:
    """That ``name`` does not require grad; where ``lines`` made it from one of ``sources``, that one is at fault."""
    for statement in _reversed(lines):
        if name in bound_in(statement):
            if read_from := sorted(sources & read_in(statement)):
                return gettext(
                    "`{name}` was computed from `{source}`, which does not require grad: mend `{source}` first.",
                    name=name,
                    source=read_from[0],
                )
            break
    return gettext("`{name}` does not require grad yet.", name=name)


def _reversed(lines: str) -> list[ast.stmt]:
    tree = tree_of(lines)
    return tree.body[::-1] if tree is not None else []
