"""A batch size that is given to the network as a number, and is another one in the last batch."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def fixed_batch(case: Case, loss: LossCall, gave: int, wanted: int) -> Finding | None:
    """``model(x, batch_size)`` that gives ``gave`` rows for the ``wanted`` ones of ``x``; None of other calls."""
    name = loss.input.id if isinstance(loss.input, ast.Name) else ""
    made = (assigned_just_before(case, name) or origin(case, name)) if name else None
    call = made.value if made is not None else loss.input
    source = made.source if made is not None else case.site.source
    if not isinstance(call, ast.Call) or kind_of(case.real(call.func)) is not Kind.MODULE:
        return None
    given = [*call.args, *(each.value for each in call.keywords)]
    sizes = [each for each in given if type(case.value(each)) is int and case.value(each) == gave]
    batch = next((each for each in given if (case.shape(each) or ())[:1] == (wanted,)), None)
    if len(sizes) != 1 or not isinstance(batch, ast.Name):
        return None
    code = f"{batch.id}.size(0)"
    text = gettext(
        "{network} is given the batch size {number}, {given}, and {batch} has {rows} rows here: {code} is right "
        "for the last batch too.",
        network=in_one_line(source, call.func),
        number=gave,
        given=in_one_line(source, sizes[0]),
        batch=batch.id,
        rows=wanted,
        code=code,
    )
    statement = made.statement if made is not None else case.site.line
    if made is not None and made.entry is not None:
        return Finding(text)
    new = spliced(source, statement, {sizes[0]: code})
    return Finding(text, with_lines_changed(case, {statement: new}))
