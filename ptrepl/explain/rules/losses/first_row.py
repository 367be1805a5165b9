"""``logits = model(x)[0]`` of a network that gives one tensor: [0] took the first row of the batch, not a result."""

from __future__ import annotations

import ast
from dataclasses import replace

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def row_text(source: str, taken: ast.expr, call: ast.Call, whole: tuple[int, ...]) -> str:
    """The sentence on ``taken``, the first row of the tensor of shape ``whole`` that ``call`` gave."""
    return gettext(
        "{network} gives one tensor, {shape}, and {taken} is its first row, not the first of several results. Leave "
        "[0] off: {call}.",
        network=in_one_line(source, call.func),
        shape=shape_text(whole),
        taken=in_one_line(source, taken),
        call=in_one_line(source, call),
    )


def first_row(case: Case, loss: LossCall, rows: int) -> Finding | None:
    """What to say where the prediction is the first row of what a network gave for ``rows`` rows; None elsewhere."""
    made = origin(case, loss.input.id) if isinstance(loss.input, ast.Name) else None
    taken = made.value if made is not None else loss.input
    match taken:
        case ast.Subscript(value=ast.Call(func=network) as call, slice=ast.Constant(value=0)):
            pass
        case _:
            return None
    whole = case.shape(call)
    if kind_of(case.real(network)) is not Kind.MODULE or not whole or whole[0] != rows or len(whole) < 2:
        return None
    source = made.source if made is not None else case.site.source
    text = row_text(source, taken, call, whole)
    if made is None:
        return Finding(text, verified(case, Candidate(loss.with_input_text(segment(source, call)))))
    return Finding(text, _without_index(case, made.entry is None, taken, call))


def _without_index(case: Case, is_inside: bool, taken: ast.expr, call: ast.expr) -> tuple[Fix, ...]:
    """The function or loop that failed, with the whole result; () where another statement made it."""
    if not is_inside:
        return ()
    text = segment(case.site.source, call)
    there = replace(case, maybe_site=replace(case.site, node=taken))
    return verified(there, Candidate(text))
