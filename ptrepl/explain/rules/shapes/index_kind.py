"""Indices of a kind that tensors do not take: floats, negative steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.shapes.index_parts import instead, places
from ptrepl.texts.messages import gettext


def _not_integer(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=base, slice=index) if (shape := case.shape(base)) is not None:
            pass
        case _:
            return None
    for place in places(case, index, shape):
        value, facts = case.value(place.node), case.facts(place.node)
        name = case.called(place.node, gettext("The index"))
        if type(value) is float:
            if isinstance(place.node, ast.Constant):
                text = gettext("{index} is a float. An index must be an integer.", index=name)
            else:
                text = gettext("{index} is {number}, a float. An index must be an integer.", index=name, number=value)
            return Finding(text, tried(case, _whole(case, place.node, value)))
        if facts is not None and facts.dtype in ("float32", "float64", "float16", "bfloat16"):
            text = gettext(
                "{index} is {dtype}. A tensor of indices must hold integers: .long() makes int64.",
                index=name,
                dtype=facts.dtype,
            )
            source = case.site.source
            return Finding(text, tried(case, [instead(case, {place.node: postfix(source, place.node, ".long()")})]))
    return None


def _whole(case: Case, node: ast.expr, value: float) -> Iterator[Candidate]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield instead(case, {node: f"{case.text(node.left)} // {case.text(node.right)}"})
    if not isinstance(node, ast.Constant):
        yield instead(case, {node: f"int({case.text(node)})"})
    elif value.is_integer():
        yield instead(case, {node: str(int(value))})


def _backwards(case: Case) -> Finding | None:
    """``x[::-1]``."""
    match case.node:
        case ast.Subscript(value=base, slice=index) as node if case.shape(base):
            pass
        case _:
            return None
    text = gettext(
        "A slice of a tensor takes no negative step, unlike a slice of a list. .flip(dim) reverses the order along a "
        "dim."
    )
    source = case.site.source
    match index:
        case ast.Slice(lower=None, upper=None, step=ast.expr() as step) if case.value(step) == -1 and isinstance(
            node.ctx, ast.Load
        ):
            pass
        case _:
            return Finding(text)
    return Finding(text, tried(case, [Candidate(postfix(source, base, ".flip(0)"))]))


RULES = (
    Rule(
        "float index",
        ("IndexError",),
        r"tensors used as indices must be long|only integers, slices .* are valid indices",
        _not_integer,
        more="shapes/integer-index",
        lesson="indexing/one-number",
    ),
    Rule(
        "negative step",
        ("ValueError",),
        r"step must be greater than zero",
        _backwards,
        more="shapes/negative-step",
        lesson="indexing/slices",
    ),
)
