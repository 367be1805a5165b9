"""Normalization layers that were made for another number of features than the input has: BatchNorm, LayerNorm."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.layer_in_class import layer_anew
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer, failing_layer
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.layer_input import input_is
from ptrepl.explain.rules.forward.turned import turned_before
from ptrepl.explain.rules.modules.assigned_twice import assigned_twice
from ptrepl.texts.messages import gettext, ngettext


def _normalized(case: Case) -> Finding | None:
    """BatchNorm, which works on dim 1, and LayerNorm."""
    layer = failing_layer(case, "_BatchNorm", "LayerNorm")
    if layer is None or not layer.shape:
        return None
    if layer.kind == "_BatchNorm":
        size = layer.number("num_features")
        if size is None or len(layer.shape) < 2 or layer.shape[1] == size:
            return None
        told = [
            ngettext(
                "{layer} expects one feature in dim 1 (num_features=1).",
                "{layer} expects {count} features in dim 1 (num_features={count}).",
                size,
                layer=layer.path,
            ),
            input_is(case, layer),
            gettext("Dim 1 of the input is {size}.", size=layer.shape[1]),
        ]
        if twice := assigned_twice(case):
            return Finding(" ".join([*told, twice]))
        if (turned := turned_before(case, layer, lambda given: given[1:2] == (size,))) is not None:
            return Finding(" ".join([*told, turned.text]), turned.fixes)
        if (flat := _rows_of_features(case, layer, size)) is not None:
            return Finding(" ".join([*told, flat.text]), flat.fixes)
        if (moved := _features_in(case, layer, size, 1)) is not None:
            return Finding(" ".join([*told, moved.text]), moved.fixes)
        fixes = tuple(rebuilt(case, layer, "num_features", 0, layer.shape[1]))
        anew = layer_anew(case, layer, "num_features", layer.shape[1]) if not fixes else None
        if anew is not None:
            return Finding(" ".join([*told, anew.said]), anew.fixes)
        return Finding(" ".join(told), fixes)
    wanted = layer.shape_of("weight")
    if not wanted or layer.shape[-len(wanted) :] == wanted:
        return None
    if len(wanted) > 1:
        expects = gettext(
            "{layer} expects an input that ends in the dims {dims}.", layer=layer.path, dims=shape_text(wanted)
        )
    else:
        expects = gettext("{layer} expects a last dim of {size}.", layer=layer.path, size=wanted[0])
    said = f"{expects} {input_is(case, layer)}"
    if (turned := turned_before(case, layer, lambda given: given[-len(wanted) :] == wanted)) is not None:
        return Finding(f"{said} {turned.text}", turned.fixes)
    if len(wanted) > 1:
        return Finding(said)
    anew = layer_anew(case, layer, "normalized_shape", layer.shape[-1])
    if anew is not None:
        return Finding(f"{said} {anew.said}", anew.fixes)
    if (moved := _features_in(case, layer, wanted[0], len(layer.shape) - 1)) is not None:
        return Finding(f"{said} {moved.text}", moved.fixes)
    return Finding(said, tuple(rebuilt(case, layer, "normalized_shape", 0, layer.shape[-1])))


def _rows_of_features(case: Case, layer: Layer, size: int) -> Finding | None:
    """A BatchNorm1d among layers that take features in the last dim: the positions become rows, and a dim again."""
    node, shape = case.node, layer.shape
    if len(shape) != 3 or shape[2] != size or shape[1] == size or not layer.steps:
        return None
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return None
    given, source = node.args[0], case.site.source
    if (case.shape(given) or ())[:2] != shape[:2] or len(case.shape(given) or ()) != 3:
        return None
    text = gettext(
        "Dim 2 of the input has {size}. BatchNorm1d takes features in the last dim only from rows, (rows, features): "
        ".flatten(0, 1) makes one dim of {batch} and {count}, and unflatten makes two of it again.",
        size=size,
        count=shape[1],
        batch=shape[0],
    )
    name = postfix(source, given, "")
    flat = changed(case, {given: f"{name}.flatten(0, 1)"})
    return Finding(text, tried(case, [Candidate(f"{flat}.unflatten(0, {name}.shape[:2])")]))


def _features_in(case: Case, layer: Layer, size: int, dim: int) -> Finding | None:
    """The dim of ``size`` moved to ``dim``, and back after the layer; None where it is not beyond doubt which it is."""
    shape, node = layer.shape, case.node
    other = len(shape) - 1 if dim == 1 else 1
    if len(shape) not in (3, 4) or other == dim or shape[other] != size or shape.count(size) > 1:
        return None
    last = ", ".join(map(str, (0, *range(2, len(shape)), 1)))
    first = ", ".join(map(str, (0, len(shape) - 1, *range(1, len(shape) - 1))))
    there, back = (first, last) if dim == 1 else (last, first)
    ways = (f".permute({there})", f".permute({back})") if len(shape) == 4 else (".transpose(1, 2)",) * 2
    text = gettext(
        "Dim {other} of the input has {size}: {there} moves it to dim {dim}, and {back} after the layer moves it back.",
        other=other,
        size=size,
        there=ways[0],
        dim=dim,
        back=ways[1],
    )
    if dim != 1 and len(shape) == 3:
        rows = gettext(
            "If its features are in the last dim, {layer} is to be made for {last}.", layer=layer.path, last=shape[-1]
        )
        text = f"{text} {rows}"
    if layer.argument is None or not isinstance(node, ast.Call):
        return Finding(text)
    new = changed(case, {layer.argument: postfix(case.site.source, layer.argument, ways[0])}) + ways[1]
    return Finding(text, tried(case, [Candidate(new)]))


RULES = (
    Rule(
        "normalization features",
        ("RuntimeError",),
        r"running_mean should contain|Given normalized_shape",
        _normalized,
        more="modules/normalization",
    ),
)
