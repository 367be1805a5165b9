"""A PackedSequence that is taken apart, indexed or measured as if it were a tensor."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import module_name, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import of_tensors
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_PACKING = ("pack_padded_sequence", "pack_sequence")
_MORE = "modules/packed-sequence"


def _taken_apart(case: Case) -> Finding | None:
    """``scores, _ = pack_padded_sequence(…)``, as it was written when there were two fields."""
    target, parents = case.node, case.parents
    match parents[0] if parents else None:
        case ast.Assign(targets=[ast.Tuple(elts=elements) as whole], value=value) if whole is target:
            pass
        case _:
            return None
    if not _is_packed(case, value):
        return None
    text = gettext(
        "{value} is a PackedSequence. It has four fields: data, batch_sizes, sorted_indices and unsorted_indices. data "
        "has the values, without the padding: take .data of it.",
        value=_called(case, value),
    )
    match elements:
        case [ast.Name(id=first), ast.Name(id="_")]:
            code = f"{first} = {postfix(case.site.source, value, '.data')}"
            return Finding(text, verified(case, Candidate(code, replaces_line=True, gives="")))
    return Finding(text)


def _called(case: Case, value: ast.expr) -> str:
    """The name of the function that packs, or the name of what is packed."""
    return case.text(value.func) + "(…)" if isinstance(value, ast.Call) else operand_text(case, value)


def _is_packed(case: Case, value: ast.expr) -> bool:
    if _is_packed_sequence(case.real(value)):
        return True
    called: Any = case.real(value.func) if isinstance(value, ast.Call) else None
    return getattr(called, "__module__", "") == "torch.nn.utils.rnn" and getattr(called, "__name__", "") in _PACKING


def _is_packed_sequence(held: Any) -> bool:
    return type_name(held) == "PackedSequence" and module_name(type(held)) == "torch.nn.utils.rnn"


def _as_tensor(case: Case) -> Finding | None:
    """``packed.size(0)``, ``packed.shape``, ``out[:, -1]`` of what a recurrent layer gives for a packed sequence."""
    match case.node:
        case ast.Attribute(value=base, attr=word) if word in of_tensors():
            pass
        case ast.Subscript(value=base):
            pass
        case _:
            return None
    if not _is_packed_sequence(case.real(base)):
        return None
    text = gettext(
        "{name} is a PackedSequence, not a tensor: the steps of all sequences one after the other, without the "
        "padding. padded, lengths = nn.utils.rnn.pad_packed_sequence({name}, batch_first=True) gives a tensor with one "
        "row for each sequence, and their lengths.",
        name=operand_text(case, base),
    )
    return Finding(text)


BEFORE = (
    "arrays.other_forms",
    "containers.parts",
    "data.unpack",
    "modules.class_slips",
    "modules.network_call",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "python.attribute",
    "python.own_objects",
    "sequences.two_states",
)

RULES = (
    Rule("packed fields", ("ValueError",), r"^too many values to unpack \(expected", _taken_apart, _MORE, "", False),
    Rule(
        "packed fields",
        ("AttributeError", "TypeError"),
        r"^'PackedSequence' object has no attribute|^tuple indices must be integers or slices",
        _as_tensor,
        _MORE,
    ),
)
