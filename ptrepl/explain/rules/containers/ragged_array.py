"""``np.array(rows)`` of rows that differ in their length: an array has rows of one length, as a tensor has."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_numpy_function
from ptrepl.texts.messages import gettext

_MAKING = ("array", "asarray", "stack")
_MOST = 1 << 14


def _ragged(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Attribute(attr=word) as func, args=[data, *_]) as node if word in _MAKING:
            pass
        case _:
            return None
    if not is_numpy_function(case.real(func)):
        return None
    held = case.held(data)
    shapes = [_shape(each) for each in held[:_MOST]] if type(held) in (list, tuple) else []
    if len(shapes) < 2 or None in shapes or len({*shapes}) < 2:
        return None
    odd = next(at for at, each in enumerate(shapes) if each != shapes[0])
    text = gettext(
        "Row 0 of {name} has shape {one} and row {at} has shape {other}. All rows of an array have one shape, as in a "
        "tensor.",
        name=operand_text(case, data),
        one=shape_text(shapes[0] or ()),
        at=odd,
        other=shape_text(shapes[odd] or ()),
    )
    lists = all(type(each) in (list, tuple) for each in held)
    if lists or len({each[1:] for each in shapes if each}) > 1:
        pad = gettext("Sequences are padded first, with nn.utils.rnn.pad_sequence of a tensor for each of them.")
        return Finding(f"{text} {pad}" if lists else text)
    joins = gettext("np.concatenate joins them, one after the other, as batches are joined.")
    return Finding(
        f"{text} {joins}", verified(case, Candidate(spliced(case.site.source, node, {func: _joining(func)})))
    )


def _joining(func: ast.Attribute) -> str:
    return f"{ast.unparse(func.value)}.concatenate"


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of a row: of a tensor, an array, or a list of numbers; None of anything else."""
    if is_tensor_class(type(value)):
        return sizes(read(value)) or None
    if is_numpy_array(value):
        return tuple(value.shape) or None
    numbers = type(value) in (list, tuple) and all(type(each) in (int, float, bool) for each in value)
    return (len(value),) if numbers else None


RULES = (
    Rule(
        "ragged array",
        ("ValueError",),
        r"setting an array element with a sequence.*inhomogeneous|all input arrays must have the same shape",
        _ragged,
        more="arrays/nested-lists",
        only_torch=False,
    ),
)
