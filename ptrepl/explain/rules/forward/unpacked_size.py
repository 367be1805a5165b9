"""``b, t, d = x.shape`` of an ``x`` with other dims: what brings the argument to those that were named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_BATCH = re.compile(r"^(?:b|bs|bsz|n|batch\w*|n_batch|num_samples)$", re.IGNORECASE)
_IMAGE = re.compile(r"^(?:c|ch|channels?|h|height)$", re.IGNORECASE)
_WIDTH = re.compile(r"^(?:w|width|c|ch|channels?|in_channels|_)$|_(?:w|width|channels?)$", re.IGNORECASE)
_Shape = tuple[int, ...]


def of_other_dims(case: Case, names: Sequence[ast.expr], value: ast.expr, shape: _Shape) -> Finding | None:
    """What to say where ``value``, ``x.shape`` or ``x.size()`` of an argument, has one dim more or less than names."""
    tensor = _measured(value)
    passed = call_that_gave(case, tensor.id) if isinstance(tensor, ast.Name) else None
    wanted = len(names)
    if passed is None or abs(len(shape) - wanted) != 1:
        return None
    outer, given = passed
    first = ast.unparse(names[0])
    if len(shape) == wanted + 1 and _IMAGE.search(first) and not _BATCH.search(first):
        return Finding(
            gettext(
                "{given} has a dim more, of {count}, before those that are named: give it a name too, before {first}, "
                "or take one part of it, {one}.",
                given=operand_text(outer, given),
                count=shape[0],
                one=in_one_line(code := postfix(outer.site.source, given, "[0]"), ast.parse(code).body[0]),
                first=first,
            )
        )
    if wanted == 3 and len(shape) == 2 and _BATCH.search(first):
        return _one_or_many(case, outer, given, shape)
    if len(shape) < wanted and wanted == 4 and not any(_WIDTH.search(ast.unparse(each)) for each in names):
        return None  # (batch, heads, length, dim) of an input without heads: which dim is missing is not known
    for suffix, new in _ways(shape, wanted, first):
        code = postfix(outer.site.source, given, suffix)
        fixes = tried(outer, [Candidate(changed(outer, {given: code}))])
        if fixes or outer.too_long:
            case.too_long += outer.too_long
            said = gettext(
                "{code} is {shape}, which is {names}.",
                code=in_one_line(code, ast.parse(code).body[0]),
                shape=shape_text(new),
                names=f"({', '.join(map(ast.unparse, names))})",
            )
            return Finding(said, fixes)
    return None


def _one_or_many(case: Case, outer: Case, given: ast.expr, shape: _Shape) -> Finding:
    """(rows, features) for ``b, n, d = x.shape``: one example with so many places, or as many examples of one place."""
    one, many = (postfix(outer.site.source, given, f".unsqueeze({dim})") for dim in (0, 1))
    fixes = tried(outer, [Candidate(changed(outer, {given: each})) for each in (one, many)])
    case.too_long += outer.too_long
    said = gettext(
        "If {input} is one example with {count} places, {one} is a batch of it. If its rows are {count} examples, "
        "{many} has one place for each.",
        input=operand_text(outer, given),
        count=shape[0],
        one=in_a_sentence(one),
        many=in_a_sentence(many),
    )
    return Finding(said, fixes)


def _measured(value: ast.expr) -> ast.expr | None:
    match value:
        case ast.Attribute(value=tensor, attr="shape"):
            return tensor
        case ast.Call(func=ast.Attribute(value=tensor, attr="size"), args=[], keywords=[]):
            return tensor
    return None


def _ways(shape: _Shape, wanted: int, first: str) -> Iterator[tuple[str, _Shape]]:
    """What may follow the argument, and the shape that it has then, the likeliest first."""
    if len(shape) < wanted:
        yield ".unsqueeze(0)", (1, *shape)
        return
    ones = [dim for dim in range(len(shape)) if shape[dim] == 1 and (dim > 0 or not _BATCH.search(first))]
    for dim in ones:
        new = (*shape[:dim], *shape[dim + 1 :])
        yield f".squeeze({dim})", new
        if wanted == 3 and dim > 1:
            yield f".squeeze({dim}).permute(0, 2, 1)", (new[0], new[2], new[1])
    if wanted == 3 and not ones:
        rows = shape[2] * shape[3]
        yield ".flatten(2).transpose(1, 2)", (shape[0], rows, shape[1])
