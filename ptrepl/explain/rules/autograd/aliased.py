"""``out = x`` and then ``out += …`` in a ``forward``: two names of one tensor, so that x is changed too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.rewrite import in_one_line

_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class Alias:
    """``name`` was bound to the tensor of ``other``, and ``change`` writes into it. ``anew``: the line without that."""

    name: str
    other: str
    statement: str
    change: str
    anew: str
    cls: str


def aliased_in_forward(case: Case) -> Alias | None:
    """The one such pair in the ``forward`` methods of the networks at the prompt; None where there is none, or two."""
    found: dict[tuple[str, str], Alias] = {}
    for value in [*case.names.values()][:_MOST_NAMES]:
        text = class_text(case, type(value)) if kind_of(value) is Kind.MODULE else None
        forward = text.method("forward") if text is not None else None
        if text is not None and forward is not None:
            for each in _aliases(forward, text.source, text.node.name):
                found[each.cls, each.change] = each
    return next(iter(found.values())) if len(found) == 1 else None


def _aliases(forward: ast.FunctionDef, source: str, cls: str) -> Iterator[Alias]:
    nodes = [*ast.walk(forward)]
    for each in nodes:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)) if name != other:
                pass
            case _:
                continue
        changes = [
            part
            for part in nodes
            if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name) and part.target.id == name
        ]
        read = any(
            isinstance(part, ast.Name) and part.id == other and part.lineno > each.lineno
            for line in changes
            for part in ast.walk(line.value)
        )
        if len(changes) == 1 and read and isinstance(changes[0].op, (ast.Add, ast.Sub, ast.Mult)):
            line = changes[0]
            new = ast.Assign([ast.Name(name)], ast.BinOp(ast.Name(name), line.op, line.value), lineno=1)
            yield Alias(name, other, ast.unparse(each), in_one_line(source, line), ast.unparse(new), cls)
