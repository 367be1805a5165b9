"""One image without a batch dim, which convolutions take, and what flattens their maps does not."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from math import prod
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_MODULES = 500
_CONVOLUTION = re.compile(r"Conv(?:Transpose)?([123])d$")


def image_without_batch(case: Case, layer: Layer) -> Finding | None:
    """What is said where the network was called with one image of shape (channels, height, width).

    None where it was given something else, or where the rows that reach ``layer`` are no channels.
    """
    if len(layer.shape) != 2 or prod(layer.shape) != layer.number("in_features"):
        return None
    found = _network_of_one_image(case)
    if found is None:
        return None
    outer, call, shape = found
    image = call.args[0]
    batch = postfix(outer.site.source, image, ".unsqueeze(0)")
    text = gettext(
        "{image} is {shape}: one example, without a batch dim. Convolutions take it as it is, but what flattens "
        "their output keeps dim 0, and that is the channels here: {rows} rows reach {layer}. {code} makes a batch "
        "of one.",
        image=operand_text(outer, image),
        shape=shape_text(shape),
        rows=layer.shape[0],
        layer=layer.path,
        code=in_a_sentence(batch),
    )
    if outer.site.is_nested:
        return Finding(text)
    return Finding(text, tried(outer, [Candidate(spliced(outer.site.source, call, {image: batch}))]))


def batch_of_one(case: Case) -> Finding | None:
    """The call of the whole network with its one image as a batch of one; None where it was given something else."""
    found = _network_of_one_image(case)
    if found is None:
        return None
    outer, call, shape = found
    image = call.args[0]
    code = spliced(outer.site.source, call, {image: postfix(outer.site.source, image, ".unsqueeze(0)")})
    text = gettext(
        "{image} is {shape}, one example without a batch dim: {code} makes a batch of one.",
        image=operand_text(outer, image),
        shape=shape_text(shape),
        code=in_a_sentence(code),
    )
    return Finding(text, tried(outer, [Candidate(code)]))


def _network_of_one_image(case: Case) -> tuple[Case, ast.Call, tuple[int, ...]] | None:
    """The call of a network with one image, as a case, its node, and the shape of the image; None for another input."""
    outer = _call_of_network(case)
    if outer is None:
        return None
    call = outer.node
    assert isinstance(call, ast.Call)
    shape, first = outer.shape(call.args[0]), _first_convolution(outer.real(call.func))
    if shape is None or first is None or len(shape) != first[0] + 1 or shape[0] != first[1]:
        return None
    return outer, call, shape


def _call_of_network(case: Case) -> Case | None:
    """The outermost of the learner's calls of a network with one tensor that led to the failure, as a case."""
    found = None
    for site in own_sites(case):
        node = site.node
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        outer = case if site.node is case.node else replace(case, maybe_site=site)
        if kind_of(outer.real(node.func)) is Kind.MODULE:
            found = outer
    return found


def _first_convolution(network: Any) -> tuple[int, int] | None:
    """Over how many dims the first convolution of a network goes, and how many channels it takes."""
    pending = [network]
    for _ in range(_MOST_MODULES):
        if not pending:
            return None
        each = pending.pop()
        own = own_dict(each)
        match = _CONVOLUTION.fullmatch(type(each).__name__)
        if match is not None and type(own.get("in_channels")) is int:
            return int(match[1]), own["in_channels"]
        inner = own.get("_modules")
        below = [*inner.values()] if type(inner) is dict else []
        pending += [module for module in reversed(below) if kind_of(module) is Kind.MODULE]
    return None
