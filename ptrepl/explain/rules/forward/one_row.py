"""Targets that were flattened with their batch, ``t.view(1, -1)``, beside predictions that have a row for each."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.in_loop import loop_at_prompt, with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.run_statement import is_definition
from ptrepl.texts.messages import gettext

_Side = tuple[ast.expr, tuple[int, ...]]


def put_into_one_row(case: Case, left: _Side, right: _Side) -> Finding | None:
    """What to say where one side of a loss or of a difference has the numbers of all rows of the other in one row.

    None where the text does not show what put them there.
    """
    for (node, shape), (other, wanted) in ((right, left), (left, right)):
        if len(wanted) < 2 or wanted[0] < 2 or shape not in (_one_row(wanted), _one_row(wanted)[1:]):
            continue
        made = origin(case, node.id) if isinstance(node, ast.Name) else None
        flat = made.value if made is not None else node
        base = _flattened(flat)
        if base is None or _rows_before(case, node, base, made) != wanted[0]:
            continue
        source = made.source if made is not None else case.site.source
        plain = isinstance(base, (ast.Name, ast.Attribute))  # a call would draw, load or compute once more
        rows = f"{operand(source, base)}.size(0)" if plain else str(wanted[0])
        keeps = postfix(source, base, f".view({rows}, -1)" if len(wanted) == 2 else f".view_as({case.text(other)})")
        text = gettext(
            "{flat} put the numbers of all {count} rows into one: {keeps} keeps a row for each.",
            flat=in_one_line(source, flat),
            count=wanted[0],
            keeps=in_a_sentence(keeps),
        )
        return Finding(text, _fixes(case, node, other, made, keeps))
    return None


def _rows_before(case: Case, node: ast.expr, base: ast.expr, made: Origin | None) -> int | None:
    """How many rows ``base`` had, also where the name holds the flat view of it by now."""
    shape = case.shape(base)
    if made is not None and isinstance(base, ast.Name) and base.id == made.name:
        whole = base_attribute("_base").__get__(case.real(node)) if is_tensor_class(type(case.real(node))) else None
        shape = sizes(read(whole)) if whole is not None else None
    return shape[0] if shape else None


def _one_row(wanted: tuple[int, ...]) -> tuple[int, int]:
    size = 1
    for each in wanted:
        size *= each
    return 1, size


def _flattened(node: ast.expr) -> ast.expr | None:
    """``t`` of ``t.view(1, -1)`` and ``t.flatten()``."""
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="view" | "reshape"), args=args, keywords=[]):
            return base if [ast.unparse(each) for each in args] in (["1", "-1"], ["-1"], ["(1, -1)"]) else None
        case ast.Call(func=ast.Attribute(value=base, attr="flatten" | "ravel"), args=[], keywords=[]):
            return base
        case ast.Call(func=ast.Attribute(value=base, attr=name), keywords=[]) if name in ("float", "to", "contiguous"):
            return _flattened(base)
    return None


def _fixes(case: Case, node: ast.expr, other: ast.expr, made: Origin | None, keeps: str) -> tuple[Fix, ...]:
    source = case.site.source
    if made is None:
        return tried(case, [Candidate(changed(case, {node: keeps}))])
    like = Candidate(changed(case, {node: postfix(source, node, f".view_as({segment(source, other)})")}))
    fixes = tried(case, [like])
    whole = case.site.statement
    if made.entry is not None or not fixes or not (is_definition(whole) or whole is loop_at_prompt(case)):
        return fixes  # the statement of the prompt has run
    return with_lines_changed(case, {made.statement: spliced(source, made.statement, {made.value: keeps})})
