"""Windows over a series whose loop goes too far: ``series[i + size]``, ``series[i:i + size]`` near the end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, operand
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def index_past_the_end(case: Case, base: ast.expr, index: ast.expr, size: int) -> Finding | None:
    """``series[i + size]`` in ``for i in range(len(series))``: how far the loop may go; None for other indices."""
    match index:
        case ast.BinOp(left=ast.Name(id=counter), op=ast.Add(), right=offset):
            pass
        case _:
            return None
    loop = next((each for each in _loops(case.parents) if _counts(each, counter)), None)
    last = _last_of_range(case, loop.iter) if loop is not None else None
    more = case.value(offset)
    if loop is None or last is None or type(more) is not int or more < 1 or case.value(last) != size:
        return None
    stop = f"{operand(case.site.source, last)} - {operand(case.site.source, offset)}"
    said = gettext(
        "{loop} goes on to the last one of {series}, and {index} is beyond it then: {range} stops in time.",
        loop=in_one_line(case.site.source, loop.iter),
        series=case.text(base),
        index=in_one_line(case.site.source, index),
        range=f"range({' '.join(stop.split())})",
    )
    return Finding(said, _with_stop(case, last, stop))


def shorter_windows(case: Case, name: str) -> Finding | None:
    """What to say of a list that a loop of the failing code fills with ``series[i:i + size]``; None for others."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
    made = origin(case, name) if name else None
    at_prompt = made is not None and made.entry is not None and isinstance(made.value, ast.ListComp)
    inside, source = (made.value, made.source) if made is not None and at_prompt else (function, case.site.source)
    for loop in _loops(ast.walk(inside)):
        for window, counter, offset in _windows(loop, name, inside):
            last = _last_of_range(case, loop.iter)
            if last is None or not _counts(loop, counter) or not _is_length_of(case, last, window.value):
                continue
            stop = f"{operand(source, last)} - {operand(source, offset)} + 1"
            said = gettext(
                "{window} ends where {series} does, so the last windows are shorter. {range} stops with the last whole "
                "one.",
                window=in_one_line(source, window),
                series=in_one_line(source, window.value),
                range=f"range({' '.join(stop.split())})",
            )
            return Finding(said, _with_stop(case, last, stop))
    return None


def _loops(nodes: object) -> Iterator[ast.For | ast.comprehension]:
    for each in nodes:  # type: ignore[attr-defined]
        if isinstance(each, (ast.For, ast.comprehension)):
            yield each
        elif isinstance(each, (ast.ListComp, ast.GeneratorExp)):
            yield from each.generators


def _counts(loop: ast.For | ast.comprehension, counter: str) -> bool:
    return isinstance(loop.target, ast.Name) and loop.target.id == counter


def _last_of_range(case: Case, over: ast.expr) -> ast.expr | None:
    match over:
        case ast.Call(func=ast.Name(id="range"), args=[stop] | [ast.Constant(value=0), stop], keywords=[]):
            return stop
    return None


def _is_length_of(case: Case, node: ast.expr, series: ast.expr) -> bool:
    shape, real = case.shape(series), case.real(series)
    length = shape[0] if shape else len(real) if type(real) in (list, tuple) else None
    return length is not None and case.value(node) == length


def _windows(
    loop: ast.For | ast.comprehension, name: str, inside: ast.AST
) -> Iterator[tuple[ast.Subscript, str, ast.expr]]:
    """The windows that the loop appends to the list ``name``, or that a comprehension in ``inside`` gives it."""
    if isinstance(loop, ast.For):
        given = [
            each.args[0]
            for each in ast.walk(loop)
            if isinstance(each, ast.Call) and ast.unparse(each.func) == f"{name}.append" and len(each.args) == 1
        ]
    else:
        holders = (each for each in ast.walk(inside) if isinstance(each, (ast.ListComp, ast.GeneratorExp)))
        holder = next((each for each in holders if loop in each.generators), None)
        given = [holder.elt] if holder is not None else []
    for each in given:
        match each:
            case ast.Subscript(
                slice=ast.Slice(
                    lower=ast.Name(id=start),
                    upper=ast.BinOp(left=ast.Name(id=end), op=ast.Add(), right=offset),
                    step=None,
                )
            ) if start == end:
                yield each, start, offset


def _with_stop(case: Case, last: ast.expr, stop: str) -> tuple[Fix, ...]:
    """The function or the loop that failed, with another end of the range."""
    site = case.site
    if not any(each is last for each in ast.walk(site.statement)):
        return ()
    parents, node = [], getattr(last, "parent", None)
    while isinstance(node, ast.AST) and not isinstance(node, ast.Module):
        parents.append(node)
        node = getattr(node, "parent", None)
    there = replace(case, maybe_site=replace(site, node=last, parents=tuple(parents)))
    fixes = verified(there, Candidate(stop))
    case.too_long += there.too_long
    return fixes
