"""Indices below 0 for an embedding: what stands for padding, and what marks the targets that do not count."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.operands.callers import passed_at_prompt
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext

_IGNORED = -100
"""The ``ignore_index`` of the cross entropy, where it is given none."""


def not_padding(least: int) -> str:
    """A sentence on -100; "" on any other number."""
    if least != _IGNORED:
        return ""
    return gettext(
        "Rows are counted from 0. -100 marks the targets that the cross entropy leaves out (its ignore_index), so "
        "these are probably targets: an embedding takes the ids of the input."
    )


def padding(case: Case, layer: Layer, rows: int) -> str:
    """What stands for padding in place of -1: the row that the table has for it, or a new one behind the others."""
    own, value = own_dict(layer.module).get("padding_idx"), _padding_value(case, layer)
    if type(own) is int:
        if value:
            return gettext(
                "Rows are counted from 0, and row {row} of this table is the one for padding (padding_idx={row}): pad "
                "with it, padding_value={row} in place of {value}.",
                row=own,
                value=value,
            )
        return gettext(
            "Rows are counted from 0, and row {row} of this table is the one for padding (padding_idx={row}): pad with "
            "it.",
            row=own,
        )
    code = f"nn.Embedding({rows + 1}, {layer.number('embedding_dim')}, padding_idx={rows})"
    if value:
        return gettext(
            "Rows are counted from 0. Padding needs a row that no other index uses: pad with {row} in place of {value},"
            " and make the table with one row more, {code}.",
            row=rows,
            value=value,
            code=code,
        )
    return gettext(
        "Rows are counted from 0. If it stands for padding, that needs a row that no other index uses: take {row} in "
        "its place, and make the table with one row more, {code}.",
        row=rows,
        code=code,
    )


def _padding_value(case: Case, layer: Layer) -> str:
    """The text of ``padding_value`` where ``pad_sequence`` at the prompt made the indices; "" elsewhere."""
    passed = passed_at_prompt(case, layer.given)
    name = passed[1] if passed is not None else layer.argument
    made = origin(passed[0] if passed is not None else case, name.id) if isinstance(name, ast.Name) else None
    match made.value if made is not None else None:
        case ast.Call(func=ast.Name(id="pad_sequence") | ast.Attribute(attr="pad_sequence"), keywords=keywords):
            given = next((each.value for each in keywords if each.arg == "padding_value"), None)
            return in_one_line(made.source, given) if made is not None and given is not None else ""
    return ""
