"""Sequences of different lengths: padded, and packed for an RNN."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.texts.messages import gettext

_MOST = 4_096


def _packing(case: Case) -> tuple[ast.Call, str, tuple[int, ...] | None, ast.expr | None, Any] | None:
    """The call, the data's text and shape, the node of the lengths, and these."""
    return _packing_of(case, case.node)


def _packing_of(
    case: Case, node: ast.AST | None
) -> tuple[ast.Call, str, tuple[int, ...] | None, ast.expr | None, Any] | None:
    if not isinstance(node, ast.Call) or getattr(case.real(node.func), "__name__", "") != "pack_padded_sequence":
        return None
    named = {each.arg: each.value for each in node.keywords}
    data = _data(node)
    lengths = node.args[1] if len(node.args) > 1 else named.get("lengths")
    if data is None:
        return None
    frame = case.inner("pack_padded_sequence")
    held = frame.f_locals.get("lengths") if frame is not None else None
    at_prompt = any(each is node for each in ast.walk(case.site.statement))
    return node, operand_text(case, data) if at_prompt else "", case.shape(data), lengths, held


def _data(node: ast.Call) -> ast.expr | None:
    return node.args[0] if node.args else next((each.value for each in node.keywords if each.arg == "input"), None)


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
    written = next((each.value for each in node.keywords if each.arg == "enforce_sorted"), None)
    new = _with(case.site.source, node, "enforce_sorted", "False", written)
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
        return _empty(case, node, name, lengths, held)
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
        return Finding(f"{said} {_batch_is_dim_1()}", _with_batch_first(case, node))
    return Finding(said)


def _batch_is_dim_1() -> str:
    return gettext("Without batch_first=True, dim 1 is the batch.")


def _with_batch_first(case: Case, node: ast.Call) -> tuple[Fix, ...]:
    """The call that reads dim 0 as the batch."""
    written = next((each.value for each in node.keywords if each.arg == "batch_first"), None)
    new = _with(case.site.source, node, "batch_first", "True", written)
    return tried(case, [Candidate(new, gives="")]) or verified(case, Candidate(new))


def _with(source: str, node: ast.Call, name: str, value: str, written: ast.expr | None) -> str:
    if written is not None:
        return spliced(source, node, {written: value})
    last = max([*node.args, *(each.value for each in node.keywords)], key=lambda each: (each.lineno, each.col_offset))
    return spliced(source, node, {last: f"{segment(source, last)}, {name}={value}"})


def _empty(case: Case, node: ast.Call, name: str, lengths: ast.expr, held: Any) -> Finding:
    """A length of 0: which sequence it is, and that a length of 1 keeps its row."""
    shown = operand_text(case, lengths)
    frame = case.inner("pack_padded_sequence")
    order = _numbers(frame.f_locals.get("sorted_indices")) if frame is not None else None
    empty = [at for at, each in enumerate(_numbers(held) or ()) if each == 0]
    empty = [order[at] for at in empty] if order else empty
    if len(empty) == 1:
        text = gettext("{lengths}[{index}] is 0: that sequence is empty.", lengths=shown, index=empty[0])
    else:
        text = gettext("{lengths} holds a length of 0: a sequence of it is empty.", lengths=shown)
    if case.facts(lengths) is None:
        out = gettext(
            "A packed sequence has at least one element: leave the empty one out, with all that belongs to it."
        )
        return Finding(f"{text} {out}")
    clamped = postfix(case.site.source, lengths, ".clamp(min=1)")
    kept = gettext(
        "A packed sequence has at least one element. {clamped} keeps the row, with one step of padding; else leave it "
        "out of {name}, with all that belongs to it.",
        clamped=in_one_line(clamped, ast.parse(clamped, mode="eval").body),
        name=name,
    )
    new = spliced(case.site.source, node, {lengths: clamped})
    return Finding(f"{text} {kept}", tried(case, [Candidate(new, gives="")]) or verified(case, Candidate(new)))


def _too_few(case: Case) -> Finding | None:
    """What was packed has fewer steps than the lengths say, which only its reader finds."""
    call = case.node
    given = call.args[0] if isinstance(call, ast.Call) and call.args else None
    packed = _packed_value(case, given) if given is not None else None
    if given is None or packed is None:
        return None
    made, statement = _pack_call(case, given)
    if statement is not None and _is_rebound(case, statement):
        return None
    found = _packing_of(case, made) if made is not None else None
    if made is None or found is None or found[3] is None or found[2] is None or len(found[2]) < 2:
        return None
    _, _, shape, lengths, _ = found
    assert shape is not None
    assert lengths is not None
    source = case.site.source if statement is None else statement.source
    name, shown = (in_one_line(source, each) for each in (_data(made) or made, lengths))
    written = next((each.value for each in made.keywords if each.arg == "batch_first"), None)
    flag = written if written is not None else made.args[2] if len(made.args) > 2 else None
    first = flag is not None and case.value(flag) is True
    most, count = packed
    steps = shape[1 if first else 0]
    if most <= steps:
        return None
    if not first and flag is None and count == shape[0] and most <= shape[1]:
        text = gettext(
            "{name} is {shape}, and {lengths} holds {count} lengths, up to {most}: {count} sequences of {steps} steps. "
            "pack_padded_sequence reads dim 1 as the batch, unless it is called with batch_first=True.",
            name=name,
            shape=shape_text(shape),
            lengths=shown,
            count=count,
            most=most,
            steps=shape[1],
        )
        return Finding(text, _packed_anew(case, made, statement))
    text = gettext(
        "{lengths} holds a length of {most}, and {name} is {shape}: its steps are dim {dim}, and there are {steps} of "
        "them.",
        lengths=shown,
        most=most,
        name=name,
        shape=shape_text(shape),
        dim=1 if first else 0,
        steps=steps,
    )
    return Finding(text)


def _is_rebound(case: Case, made: Origin) -> bool:
    """Whether a name that it reads was given another value since it ran at the prompt."""
    if made.entry is None:
        return False
    names = names_within(made.value)
    return any(names.intersection(each.bound) for each in case.record or () if each.number > made.entry.number)


def _packed_value(case: Case, node: ast.expr) -> tuple[int, int] | None:
    """The greatest length and the number of sequences of a packed sequence that holds too few rows; else None."""
    value = case.real(node)
    if value is None:
        try:
            value = case.scope.result(node)
        except NotReadable:
            return None
    if type(value).__name__ != "PackedSequence" or not isinstance(value, tuple):
        return None
    data, sizes_ = tuple.__getitem__(value, 0), tuple.__getitem__(value, 1)
    rows, numbers = sizes(read(data)), _numbers(sizes_)
    if not rows or not numbers or sum(numbers) <= rows[0]:
        return None
    return len(numbers), numbers[0]


def _pack_call(case: Case, node: ast.expr) -> tuple[ast.Call | None, Origin | None]:
    """The call that packed it: the expression itself, or the last thing that its name was given."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    value = made.value if made is not None else node
    return (value, made) if isinstance(value, ast.Call) else (None, None)


def _packed_anew(case: Case, call: ast.Call, made: Origin | None) -> tuple[Fix, ...]:
    """The packing with batch_first=True: in the failing line, in its function, or at the prompt before it."""
    site = case.site
    if made is None:
        new = _with(site.source, call, "batch_first", "True", None)
        return verified(case, Candidate(spliced(site.source, site.node, {call: new})))
    code = spliced(made.source, made.statement, {call: _with(made.source, call, "batch_first", "True", None)})
    if made.entry is None:
        return with_lines_changed(case, {made.statement: code})
    if site.is_nested or site.line is not site.statement or not made.is_alone:
        return ()
    return (Fix(f"{code}\n{segment(site.source, site.line)}", ""),)


def _numbers(lengths: Any) -> list[int] | None:
    """The lengths themselves; None where they are many, or not on the CPU."""
    if is_tensor_class(type(lengths)):
        facts = read(lengths)
        shape = sizes(facts)
        known = shape is not None and len(shape) == 1 and 0 < shape[0] <= _MOST and facts.device == "cpu"
        return lengths.detach().tolist() if known and str(facts.dtype).startswith("int") else None
    return [*lengths] if type(lengths) in (list, tuple) and all(type(each) is int for each in lengths) else None


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
        "packed steps",
        ("RuntimeError", "IndexError"),
        r"^start \(\d+\) \+ length \(\d+\) exceeds dimension size|^shape '\[[\d, ]+\]' is invalid for input of size",
        _too_few,
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
