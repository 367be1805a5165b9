"""Sequences of different lengths: padded, and packed for an RNN."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _packing(case: Case) -> tuple[ast.Call, str, tuple[int, ...] | None, ast.expr | None, Any] | None:
    """The call, the data's text and shape, the node of the lengths, and these."""
    node = case.node
    if not isinstance(node, ast.Call) or getattr(case.real(node.func), "__name__", "") != "pack_padded_sequence":
        return None
    named = {each.arg: each.value for each in node.keywords}
    data = node.args[0] if node.args else named.get("input")
    lengths = node.args[1] if len(node.args) > 1 else named.get("lengths")
    if data is None:
        return None
    frame = case.inner("pack_padded_sequence")
    held = frame.f_locals.get("lengths") if frame is not None else None
    return node, operand_text(case, data), case.shape(data), lengths, held


def _unsorted(case: Case) -> Finding | None:
    found = _packing(case)
    if found is None or found[3] is None:
        return None
    node, name, _, lengths, _ = found
    assert lengths is not None
    text = gettext(
        "The longest sequence of {name} has to come first, and {lengths} is in another order. With "
        "enforce_sorted=False, PyTorch sorts them and puts the results back in your order.",
        name=name,
        lengths=operand_text(case, lengths),
    )
    given = [*node.args, *(each.value for each in node.keywords)]
    written = next((each.value for each in node.keywords if each.arg == "enforce_sorted"), None)
    source = case.site.source
    if written is not None:
        new = spliced(source, node, {written: "False"})
    else:
        last = max(given, key=lambda each: (each.end_lineno or 0, each.end_col_offset or 0))
        new = spliced(source, node, {last: f"{segment(source, last)}, enforce_sorted=False"})
    return Finding(text, tried(case, [Candidate(new, gives="")]) or _unverified(case, new))


def _unverified(case: Case, code: str) -> tuple[Any, ...]:
    """The fix that torch's own message names, where a packed sequence has no stand-in."""
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return ()
    return (Fix(spliced(site.source, site.line, {site.node: code}), ""),)


def _lengths(case: Case) -> Finding | None:
    found = _packing(case)
    if found is None or found[3] is None or found[2] is None:
        return None
    node, name, shape, lengths, held = found
    assert lengths is not None
    first = any(each.arg == "batch_first" and case.value(each.value) is True for each in node.keywords)
    batch = shape[0 if first else 1] if shape is not None and len(shape) > 1 else None
    shown, count = operand_text(case, lengths), _count(held)
    if "greater than 0" in case.message or "<= 0" in case.message:
        return Finding(
            gettext(
                "{lengths} holds a length of 0: a sequence has at least one element. Leave empty sequences out before "
                "packing.",
                lengths=shown,
            )
        )
    if batch is None or count is None or count == batch:
        return None
    said = gettext(
        "{name} is {shape} with a batch of {batch}, and {lengths} holds {count} lengths: one for each sequence is "
        "needed.",
        name=name,
        shape=shape_text(shape or ()),
        batch=batch,
        lengths=shown,
        count=count,
    )
    if not first and shape is not None and count == shape[0]:
        order = gettext("Without batch_first=True, dim 1 is the batch.")
        return Finding(f"{said} {order}")
    return Finding(said)


def _count(lengths: Any) -> int | None:
    if is_tensor_class(type(lengths)):
        shape = sizes(read(lengths))
        return shape[0] if shape else None
    return len(lengths) if type(lengths) in (list, tuple) else None


def _padded(case: Case) -> Finding | None:
    """``pad_packed_sequence`` of a tensor."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args:
        return None
    facts = case.facts(node.args[0])
    if facts is None or getattr(case.real(node.func), "__name__", "") != "pad_packed_sequence":
        return None
    return Finding(
        gettext(
            "{name} is a tensor, already padded. pad_packed_sequence takes what pack_padded_sequence gave, or the "
            "output of an RNN that was given that.",
            name=operand_text(case, node.args[0]),
        )
    )


def _pad_rows(case: Case) -> Finding | None:
    """``pad_sequence`` of tensors that differ in more than their length."""
    node = case.node
    if (
        not isinstance(node, ast.Call)
        or getattr(case.real(node.func), "__name__", "") != "pad_sequence"
        or not node.args
    ):
        return None
    held = case.real(node.args[0])
    if type(held) not in (list, tuple):
        return None
    shapes = [sizes(read(each)) for each in held if is_tensor_class(type(each))]
    first = shapes[0] if shapes else None
    other = next(((at, each) for at, each in enumerate(shapes) if first and each and each[1:] != first[1:]), None)
    if first is None or other is None or other[1] is None:
        return None
    return Finding(
        gettext(
            "pad_sequence fills up dim 0 only, and all other dims have to be equal: {name}[0] is {first} and "
            "{name}[{index}] is {other}.",
            name=operand_text(case, node.args[0]),
            first=shape_text(first),
            index=other[0],
            other=shape_text(other[1]),
        )
    )


_MORE = "modules/packed-sequence"

BEFORE = ("arrays.growing", "shapes.product", "shapes.broadcast")

RULES = (
    Rule(
        "packed lengths",
        ("RuntimeError",),
        r"`lengths` array must be sorted in decreasing order",
        _unsorted,
        more=_MORE,
    ),
    Rule(
        "packed lengths",
        ("RuntimeError", "ValueError"),
        r"Expected `len\(lengths\)` to be equal to batch_size|Length of all samples has to be greater than 0",
        _lengths,
        more=_MORE,
    ),
    Rule(
        "packed lengths",
        ("AttributeError",),
        r"has no attribute '(batch_sizes|data|sorted_indices|unsorted_indices)'",
        _padded,
        more=_MORE,
    ),
    Rule(
        "padded rows",
        ("RuntimeError",),
        r"must match the size of tensor b",
        _pad_rows,
        more=_MORE,
    ),
)
