"""Indices and sources of gather, scatter and index_select whose shape is another one than the function takes."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.losses import values
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.selecting.selection import selecting_call, without_dim
from ptrepl.texts.messages import gettext


def _one_hot_index(case: Case) -> Finding | None:
    """``logp.gather(1, target.view(-1, 1))``, where the target is one-hot and not a class index for each row."""
    found = selecting_call(case, "gather")
    given = found[0].argument(2, "index") if found is not None else None
    index = case.shape(given) if given is not None else None
    if found is None or given is None or index is None:
        return None
    shape = found[2]
    text = gettext(
        "{index} is {index_shape} and {tensor} is {shape}: gather takes indices that are no more than the tensor is "
        "large, along all dims but the one that it goes along.",
        index=operand_text(case, given),
        index_shape=shape_text(index),
        tensor=operand_text(case, found[1]),
        shape=shape_text(shape),
    )
    match given:
        case ast.Call(func=ast.Attribute(value=target, attr="view" | "reshape" | "unsqueeze")):
            rows = values(case, target)
        case _:
            return Finding(text)
    if len(shape) != 2 or rows is None or tuple(rows.shape) != shape or not bool(((rows == 0) | (rows == 1)).all()):
        return Finding(text)
    if not bool((rows.sum(1) == 1).all()):
        return Finding(text)
    source = case.site.source
    indices = postfix(source, target, ".argmax(1)")
    one_hot = gettext(
        "{target} is one-hot, with a 1 at the right class of each row: {code} gives the class indices.",
        target=operand_text(case, target),
        code=in_a_sentence(indices),
    )
    new = spliced(source, found[0].node, {target: indices})
    return Finding(f"{text} {one_hot}", tried(case, [Candidate(new)]))


def _source_dims(case: Case) -> Finding | None:
    """``torch.scatter(board, 0, rows, new)`` with a source that lacks a dim."""
    found = selecting_call(
        case, "scatter", "scatter_", "scatter_add", "scatter_add_", "scatter_reduce", "scatter_reduce_"
    )
    index = found[0].argument(2, "index") if found is not None else None
    given = found[0].argument(3, "src", "value") if found is not None else None
    places, shape = (case.shape(each) if each is not None else None for each in (index, given))
    if found is None or index is None or given is None or not places or not shape or len(shape) >= len(places):
        return None
    text = gettext(
        "{source} is {shape} and {index} is {places}: {call} takes a source with as many dims as the index has.",
        source=operand_text(case, given),
        shape=shape_text(shape),
        index=operand_text(case, index),
        places=shape_text(places),
        call=found[0].said,
    )
    missing = next((dim for dim in range(len(places)) if shape == places[:dim] + places[dim + 1 :]), None)
    if missing is None or len(shape) != len(places) - 1:
        return Finding(text)
    source = case.site.source
    new = spliced(source, found[0].node, {given: postfix(source, given, f".unsqueeze({missing})")})
    return Finding(text, tried(case, [Candidate(new)]))


def _index_matrix(case: Case) -> Finding | None:
    """``heads.index_select(-1, best)`` with an index for each place."""
    found = selecting_call(case, "index_select")
    given = found[0].argument(2, "index") if found is not None else None
    index = case.shape(given) if given is not None else None
    dim = case.value(asked) if found is not None and (asked := found[0].argument(1, "dim")) is not None else None
    if found is None or given is None or index is None or type(dim) is not int:
        return None
    shape = found[2]
    text = gettext(
        "{index} is {shape}, and index_select takes one list of indices, a tensor with one dim, for the whole tensor.",
        index=operand_text(case, given),
        shape=shape_text(index),
    )
    if not shape or index != without_dim(shape, dim):
        return Finding(text)
    source = case.site.source
    code = (
        f"{postfix(source, found[1], '.gather')}({dim}, {postfix(source, given, f'.unsqueeze({dim})')}).squeeze({dim})"
    )
    each = gettext("For an index of its own at each place: gather.")
    return Finding(f"{text} {each}", tried(case, [Candidate(code)]))


_MORE = "shapes/selection"

BEFORE = (
    "selecting.selection",
    "inputs.one_example",
    "inputs.first_of_one",
    "shapes.join",
    "shapes.join_dims",
    "shapes.dim",
)

RULES = (
    Rule(
        "one-hot index",
        ("RuntimeError",),
        r"Size does not match at dimension \d+ expected index \[[\d, ]+\] to be no larger than self",
        _one_hot_index,
        more=_MORE,
    ),
    Rule(
        "source dims",
        ("IndexError", "RuntimeError"),
        r"^Dimension out of range|same number of dim",
        _source_dims,
        _MORE,
    ),
    Rule("index matrix", ("IndexError",), r"^index_select\(\): Index is supposed to be a vector", _index_matrix, _MORE),
)
