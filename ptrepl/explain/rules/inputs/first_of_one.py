"""``outputs = model(x)[0]`` of a network that gives one tensor: [0] took the first example, not a first result."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.provenance.origins import earlier, origin, parsed
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.losses.first_row import row_text


def _first_of_one(case: Case) -> Finding | None:
    """What to say where a tensor in the failing operation is ``network(x)[0]``, and has one dim too few for it."""
    for node, _ in case.tensors():
        if (found := _taken(case, node)) is not None:
            return found
    return None


def _taken(case: Case, node: ast.expr) -> Finding | None:
    has = case.shape(node)
    for value, source, is_inside in _values(case, node):
        match value:
            case ast.Subscript(value=ast.Call(func=network) as call, slice=ast.Constant(value=0)):
                whole = case.shape(call)
            case _:
                continue
        if kind_of(case.real(network)) is not Kind.MODULE or not whole or whole[0] < 2 or whole[1:] != has:
            continue
        text = row_text(source, value, call, whole)
        return Finding(text, _fixes(case, node, value, call, source, is_inside=is_inside))
    return None


def _values(case: Case, node: ast.expr) -> Iterator[tuple[ast.expr, str, bool]]:
    """What may have given the tensor: the expression, its text, and whether it is in the failing statement."""
    if not isinstance(node, ast.Name):
        yield node, case.site.source, True
        return
    made = origin(case, node.id)
    if made is not None:
        yield made.value, made.source, made.entry is None
        return
    if case.site.is_nested:
        return
    entry = next((each for each in earlier(case) if node.id in each.bound), None)
    tree = parsed(entry.source) if entry is not None and entry.status is Status.OK else None
    for each in ast.walk(tree) if tree is not None else ():  # in the branches of an if
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == node.id and entry is not None:
                yield value, entry.source, False


def _fixes(
    case: Case, node: ast.expr, taken: ast.expr, call: ast.Call, source: str, *, is_inside: bool
) -> tuple[Fix, ...]:
    site, text = case.site, segment(source, call)
    if is_inside:
        there = replace(case, maybe_site=replace(site, node=taken))
        return verified(there, Candidate(text))
    if site.is_nested or site.line is not site.statement or not isinstance(site.line, (ast.Assign, ast.Expr)):
        return ()
    if not isinstance(node, ast.Name):
        return ()
    return verified(case, Candidate(f"{node.id} = {text}\n{segment(site.source, site.line)}", replaces_line=True))


BEFORE = ("shapes.dim", "shapes.index", "inputs.gone_dim", "inputs.one_example")

RULES = (
    Rule(
        "first result",
        ("IndexError",),
        r"^Dimension out of range|^too many indices for tensor",
        _first_of_one,
        more="shapes/index",
    ),
)
