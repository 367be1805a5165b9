"""A line before the layer that mixed up the rows: ``x.squeeze()``, ``x.view(64, -1)``, ``x.view(-1, n)``."""

from __future__ import annotations

import ast
from math import prod

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer, rows_given
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def reshaped_before(case: Case, layer: Layer) -> Finding | None:
    """What keeps the batch dim where a ``view`` before ``layer`` gave other rows than forward was called with.

    None where no such view is in reach, or where the rows of the batch would have another number of features.
    """
    batch, size = rows_given(case, layer), layer.number("in_features")
    if batch is None or size is None or layer.shape[0] == batch or prod(layer.shape) != batch * size:
        return None
    node = layer.argument
    made = assigned_just_before(case, node.id) or origin(case, node.id) if isinstance(node, ast.Name) else None
    value = made.value if made is not None else node
    match value:
        case ast.Call(func=ast.Attribute(value=base, attr="view" | "reshape"), args=[_, *_]) as view:
            pass
        case _:
            return None
    if made is not None and made.entry is not None:
        return None
    flat = postfix(case.site.source, base, ".flatten(1)")
    said = gettext(
        "forward was called with a batch of {batch}, and {view} makes {rows} rows of it: {flat} keeps a row for each "
        "example.",
        batch=batch,
        view=in_one_line(case.site.source, view),
        rows=layer.shape[0],
        flat=in_a_sentence(flat),
    )
    if made is None:
        return Finding(said, tried(case, [Candidate(changed(case, {view: flat}))]))
    return Finding(
        said, with_lines_changed(case, {made.statement: spliced(case.site.source, made.statement, {view: flat})})
    )


def squeezed_before(case: Case, layer: Layer) -> Finding | None:
    """``x = pool(x).squeeze()`` of a batch of one, which lost the batch dim as well; None for other inputs."""
    node = layer.argument
    if not isinstance(node, ast.Name) or len(layer.shape) != 1:
        return None
    made = assigned_just_before(case, node.id) or origin(case, node.id)
    if made is None or made.entry is not None:
        return None
    match made.value:
        case ast.Call(func=ast.Attribute(value=base, attr="squeeze"), args=[], keywords=[]) as squeeze:
            pass
        case _:
            return None
    held = case.site.frame.f_locals.get("self")
    if class_text(case, type(held)) is None:
        return None
    flat = postfix(case.site.source, base, ".flatten(1)")
    said = gettext(
        "{squeeze} takes out every dim of size 1, the batch dim of one example too. {flat} leaves the batch dim alone.",
        squeeze=in_one_line(case.site.source, squeeze),
        flat=in_a_sentence(flat),
    )
    new = spliced(case.site.source, made.statement, {squeeze: flat})
    return Finding(said, with_lines_changed(case, {made.statement: new}))


def without_length(case: Case, layer: Layer, channels: int) -> Finding | None:
    """(batch, channels) for an nn.Conv1d, which takes a length too: ``h = h.squeeze(-1)`` may have taken it away."""
    if layer.kind != "Conv1d" or len(layer.shape) != 2 or layer.shape[1] != channels or layer.argument is None:
        return None
    wider = postfix(case.site.source, layer.argument, ".unsqueeze(-1)")
    fixes = tried(case, [Candidate(changed(case, {layer.argument: wider}))])
    made = assigned_just_before(case, layer.argument.id) if isinstance(layer.argument, ast.Name) else None
    match made.value if made is not None else layer.argument:
        case ast.Call(func=ast.Attribute(attr="squeeze")) as squeeze:
            source = case.site.source
            where = gettext("`{squeeze}` takes the length away.", squeeze=in_one_line(source, squeeze))
        case _:
            where = ""
    text = gettext(
        "If its {channels} numbers are the channels of each example, they need a length of 1, the last dim: {code}.",
        channels=channels,
        code=in_a_sentence(wider),
    )
    return Finding(f"{where} {text}" if where else text, fixes)
