"""A layer of another size than the last dim of its input, where an earlier dim, or another tensor, is of that size."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.callers import passed_at_prompt
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rewrite import in_a_sentence, postfix
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_NAMES = 500


def features_in_dim_one(case: Case, layer: Layer, size: int, parameter: str) -> Finding | None:
    """(batch, features, length) for a layer that takes the features last; None of other shapes."""
    node, shape = layer.argument, layer.shape
    if node is None or len(shape) != 3 or shape[1] != size or shape[2] == size:
        return None
    if shape[2] == 1 and layer.kind != "Linear":
        return None  # a series of single numbers
    turned = postfix(case.site.source, node, ".transpose(1, 2)")
    text = gettext(
        "Dim 1 of it is {size}: if the features are there, {code} has them last. If they are in the last dim, {layer} "
        "is to be made with {parameter}={last}.",
        size=size,
        code=in_a_sentence(turned),
        layer=layer.path,
        parameter=parameter,
        last=shape[2],
    )
    return Finding(text, tried(case, [Candidate(changed(case, {node: turned}))]))


def features_first(case: Case, layer: Layer, size: int) -> str:
    """A sentence on (features, examples), which the call at the prompt gave as it is; "" of other shapes."""
    if len(layer.shape) != 2 or layer.shape[0] != size:
        return ""
    if case.site.is_nested:
        passed = passed_at_prompt(case, layer.given)
        turned = f"{passed[1].id}.T" if passed is not None else ""
    else:
        turned = postfix(case.site.source, layer.argument, ".T") if layer.argument is not None else ""
    if not turned:
        return ""
    return gettext(
        "Dim 0 is {size}: if the features are there, and not the examples, {code} has a row for each example.",
        size=size,
        code=in_a_sentence(turned),
    )


def channels_last(shape: tuple[int, ...], channels: int, spatial: int) -> str:
    """A sentence on (batch, length, channels) for an nn.Conv1d that was made for one channel; "" of other shapes."""
    if spatial != 1 or channels != 1 or len(shape) != 3 or not 1 < shape[2] < shape[1]:
        return ""
    return gettext(
        "If its dims are (batch, length, channels), .transpose(1, 2) puts the channels into dim 1, and there are "
        "{count}: the layer is to be made with in_channels={count}. If dim 1 has the channels, with in_channels={has}.",
        count=shape[2],
        has=shape[1],
    )


def tensor_of_that_size(case: Case, layer: Layer, size: int) -> Finding | None:
    """``model(X_raw)`` where ``X_poly`` at the prompt has as many rows, and the features that are wanted."""
    node, shape = layer.argument, layer.shape
    if case.site.is_nested or not isinstance(node, ast.Name) or len(shape) < 2:
        return None
    names = [each for each in [*case.names][:_MOST_NAMES] if type(each) is str and not each.startswith("_")]
    fits = [name for name in names if name != node.id and _is_of(case.names[name], (*shape[:-1], size))]
    if len(fits) != 1:
        return None
    [name] = fits
    code = changed(case, {node: name})
    text = gettext(
        "{name}, {shape}, is of that size: if it was meant, write {code}.",
        name=name,
        shape=shape_text((*shape[:-1], size)),
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _is_of(value: object, shape: tuple[int, ...]) -> bool:
    """Whether it is a tensor of that shape, and no parameter."""
    if not is_tensor_class(type(value)):
        return False
    facts = read(value)
    return sizes(facts) == shape and not (facts.is_leaf and facts.requires_grad)
