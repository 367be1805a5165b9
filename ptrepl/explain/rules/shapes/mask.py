"""Masks of another shape than the tensor that they pick from, and indices that do not pair up."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.shapes.index_parts import instead
from ptrepl.explain.standins.bounds import broadcast
from ptrepl.texts.messages import gettext


def _mask(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=base, slice=index):
            shape = case.shape(base)
        case _:
            return None
    if not shape:
        return None
    elements = [*index.elts] if isinstance(index, ast.Tuple) else [index]
    masks = [(each, facts) for each in elements if (facts := case.facts(each)) is not None and facts.dtype == "bool"]
    if len(masks) != 1 or any(not isinstance(each, ast.Slice) for each in elements if each is not masks[0][0]):
        return None
    node = masks[0][0]
    sizes, at = case.shape(node), elements.index(node)
    if not sizes or shape[at : at + len(sizes)] == sizes:
        return None
    names = {
        "mask": case.called(node, gettext("The mask")),
        "mask_shape": shape_text(sizes),
        "tensor": case.called(base, gettext("the tensor")),
        "tensor_shape": shape_text(shape),
    }
    if len(sizes) == 1 and at < len(shape):
        text = gettext(
            "{mask} is {mask_shape} and {tensor} is {tensor_shape}: a mask has a True or False for each index of the "
            "dim that it picks from, and dim {dim} has {size}, not {mask_size}.",
            dim=at,
            size=shape[at],
            mask_size=sizes[0],
            **names,
        )
    else:
        text = gettext(
            "{mask} is {mask_shape} and {tensor} is {tensor_shape}: a mask needs the same sizes as the dims that it "
            "picks from.",
            **names,
        )
    return Finding(text, tried(case, _other_masks(case, base, node, shape, sizes)))


def _other_masks(
    case: Case, base: ast.expr, mask: ast.expr, shape: tuple[int, ...], sizes: tuple[int, ...]
) -> Iterator[Candidate]:
    source = case.site.source
    assert isinstance(case.node, ast.Subscript)
    index = case.node.slice
    text = segment(source, mask)
    if len(sizes) == 1 and shape.count(sizes[0]) == 1:
        dim = shape.index(sizes[0])
        yield instead(case, {index: ", ".join([*(":" for _ in range(dim)), text])})
    if len(sizes) == 2 and sizes[::-1] == shape[:2]:
        yield instead(case, {mask: postfix(source, mask, ".T")})
    if len(sizes) == len(shape) and 1 in sizes and broadcast(sizes, shape) == shape:
        kept = [dim for dim, size in enumerate(sizes) if size != 1 or shape[dim] == 1]
        if len(kept) == 1:
            picked = postfix(source, mask, ".flatten()")
            yield instead(case, {index: ", ".join([*(":" for _ in range(kept[0])), picked])})
        yield instead(case, {mask: postfix(source, mask, f".expand_as({segment(source, base)})")})


def _pairs(case: Case) -> Finding | None:
    """``x[[0, 1], [0, 1, 2]]``: indices of several dims are taken in pairs."""
    match case.node:
        case ast.Subscript(value=base, slice=ast.Tuple(elts=[first, second])):
            shape = case.shape(base)
        case _:
            return None
    many = [_count(case, each) for each in (first, second)]
    if not shape or many[0] is None or many[1] is None or many[0] == many[1]:
        return None
    one, two = case.called(first, gettext("The first index")), case.called(second, gettext("the second index"))
    lengths = gettext(
        "{first} has length {first_length} and {second} has length {second_length}.",
        first=one,
        first_length=many[0],
        second=two,
        second_length=many[1],
    )
    pairs = gettext(
        "Two indices are taken in pairs, one row and one column for each element, so they must be equally long. To "
        "pick rows and then columns, use two brackets."
    )
    text = f"{lengths} {pairs}"
    if not isinstance(case.node.ctx, ast.Load):
        return Finding(text)
    source = case.site.source
    return Finding(
        text, tried(case, [Candidate(f"{postfix(source, base, f'[{case.text(first)}]')}[:, {case.text(second)}]")])
    )


def _count(case: Case, node: ast.expr) -> int | None:
    shape = case.shape(node)
    if shape is not None:
        return shape[0] if len(shape) == 1 else None
    value = case.value(node)
    return len(value) if type(value) is list else None


RULES = (
    Rule(
        "mask",
        ("IndexError",),
        r"The shape of the mask|too many indices for tensor of dimension",
        _mask,
        more="shapes/mask",
        lesson="indexing/masks",
    ),
    Rule(
        "index pairs",
        ("IndexError",),
        r"indexing tensors could not be broadcast together",
        _pairs,
        more="shapes/index-lists",
        lesson="indexing/by-list",
    ),
)
