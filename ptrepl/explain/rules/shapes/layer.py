"""Layers that were made for another number of features than the input has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from math import prod

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.layer_in_class import LayerAnew, layer_anew
from ptrepl.explain.fixes.remake_network import layer_call, rebuilt, with_layer_before
from ptrepl.explain.fixes.trial import MOST_FIXES, Candidate, tried
from ptrepl.explain.operands.callers import passed_at_prompt
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.joined import with_cat_along
from ptrepl.explain.operands.layers import Layer, failing_layer, rows_given
from ptrepl.explain.operands.recurrent_call import bidirectional
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.channels_for_features import channels_for_features
from ptrepl.explain.rules.forward.fixed_pool import fixed_pool, pooled_as_before
from ptrepl.explain.rules.forward.last_layer import behind_another_head
from ptrepl.explain.rules.forward.layer_input import input_is
from ptrepl.explain.rules.forward.lost_batch import reshaped_before, squeezed_before
from ptrepl.explain.rules.forward.turned import turned_before
from ptrepl.explain.rules.modules.assigned_twice import added_behind, assigned_twice
from ptrepl.explain.rules.modules.unused_input import unused_input
from ptrepl.explain.rules.modules.without_batch import batch_of_one, image_without_batch
from ptrepl.explain.rules.readings.empty_part import empty_part
from ptrepl.explain.rules.readings.flattened_whole import put_into_a_row
from ptrepl.explain.rules.readings.joined_with import joined_with
from ptrepl.explain.rules.readings.one_image import one_image
from ptrepl.explain.rules.readings.other_dim import features_first, features_in_dim_one, tensor_of_that_size
from ptrepl.texts.lists import either
from ptrepl.texts.messages import gettext, ngettext

_SIZES = {"Linear": "in_features", "LSTM": "input_size", "GRU": "input_size", "RNN": "input_size"}
"""Layers that work on the last dim, and the argument that sets its size."""


def _last_dim(case: Case) -> Finding | None:
    layer = failing_layer(case, *_SIZES)
    if layer is None:
        return None
    parameter = _SIZES[layer.kind]
    size, shape = layer.number(parameter), layer.shape
    if size is None or (shape and shape[-1] == size):
        return None
    told = [
        gettext(
            "{layer} expects a last dim of {size} ({parameter}={size}).",
            layer=layer.path,
            size=size,
            parameter=parameter,
        ),
        input_is(case, layer),
        gettext("The last dim of the input is {size}.", size=shape[-1])
        if shape
        else gettext("The input is a single number, a tensor without dims."),
    ]
    if empty := empty_part(case, layer.argument):
        return Finding(" ".join([*told, empty]))
    single = _one_number_each(case, layer, size)
    if single is not None:
        return single
    if twice := assigned_twice(case) or added_behind(case, layer):
        return Finding(" ".join([*told, twice]))
    if shape == (size, 1) and size > 1:
        return Finding(f"{told[0]} {told[1]} {_column(case, layer, size)}")
    if (other := unused_input(case, layer, lambda given: given[-1:] == (size,))) is not None:
        return Finding(f"{told[0]} {told[1]} {other.text}", other.fixes)
    if (again := turned_before(case, layer, lambda given: given[-1:] == (size,))) is not None:
        return Finding(f"{told[0]} {told[1]} {again.text}", again.fixes)
    if (image := image_without_batch(case, layer)) is not None:
        return Finding(f"{told[0]} {told[1]} {image.text}", image.fixes)
    if (whole := one_image(case, layer, size)) is not None:
        return Finding(f"{told[0]} {told[1]} {whole.text}", whole.fixes)
    if (row := put_into_a_row(case, layer, size)) is not None:
        return Finding(f"{told[0]} {told[1]} {row.text}", row.fixes)
    inputs = tried(case, _inputs(case, layer, size))
    if inputs and layer.argument is None and ".unsqueeze(0)" in inputs[0].code:
        told.append(gettext("The input has no batch dim: .unsqueeze(0) makes a batch of one of it."))
    if not inputs and (channels := channels_for_features(case, layer, size)) is not None:
        return Finding(f"{told[0]} {told[1]} {channels.text}", channels.fixes)
    features = features_in_dim_one(case, layer, size, parameter) if not inputs and not passed_before(case) else None
    if features is not None:
        return Finding(f"{told[0]} {told[1]} {features.text}", features.fixes)
    if (view := reshaped_before(case, layer)) is not None:
        return Finding(" ".join([told[0], told[1], view.text]), view.fixes)
    batch = rows_given(case, layer)
    if batch is not None and shape[0] != batch and prod(shape) == batch * size and _has_view(case):
        told.append(
            ngettext(
                "forward was called with a batch of {batch}, and {count} row reaches {layer}: .flatten(1), in place of "
                "a view or reshape to (-1, …) before it, keeps the batch dim.",
                "forward was called with a batch of {batch}, and {count} rows reach {layer}: .flatten(1), in place of "
                "a view or reshape to (-1, …) before it, keeps the batch dim.",
                shape[0],
                batch=batch,
                layer=layer.path,
            )
        )
        return Finding(" ".join(told), tried(case, _unflattened(case, layer)))
    if not inputs and (pool := fixed_pool(case, layer, size)) is not None:
        return Finding(f"{told[0]} {told[1]} {pool.text}", pool.fixes)
    if not inputs and passed_before(case):
        if (pooled := pooled_as_before(case, layer, size)) is not None:
            return Finding(f"{told[0]} {told[1]} {pooled.text}", pooled.fixes)
        told.append(gettext("What it was given before had the right size: this input has another one."))
        return Finding(" ".join(told))
    if not inputs and (head := behind_another_head(case, layer, size)):
        return Finding(f"{told[0]} {told[1]} {head}")
    fixes = inputs or tuple(_networks(case, layer, parameter))
    if not inputs and fixes and (other := tensor_of_that_size(case, layer, size)) is not None:
        return Finding(f"{' '.join(told)} {other.text}", (*other.fixes, *fixes)[:MOST_FIXES])
    if inputs and len(shape) == 2 and prod(shape) == size and shape[0] != shape[1] and min(shape) > 1:
        told.append(
            gettext(
                "If the whole input is one example, .flatten() makes a row of it; if its {count} rows are examples, "
                "{layer} is to be made with {parameter}={last}.",
                count=shape[0],
                layer=layer.path,
                parameter=parameter,
                last=shape[1],
            )
        )
        fixes = (*inputs, *_networks(case, layer, parameter))[:MOST_FIXES]
    if not inputs and not case.site.is_nested and (first := features_first(case, layer, size)):
        told.append(first)
    if fixes and "nn.Flatten()" in fixes[0].code and not inputs and len(shape) > 2:
        told.append(_not_flattened(layer))
    if not fixes and (flat := _flattened_before(case, layer, size)) is not None:
        return Finding(f"{told[0]} {told[1]} {flat.text}", flat.fixes)
    joined = joined_with(case, layer, size, len(shape) - 1) if not fixes and len(shape) > 1 else None
    if joined is not None:
        told.append(joined.text)
    if not fixes and shape and (anew := _in_class(case, layer, parameter)) is not None:
        if (recurrent := bidirectional(case, size)) and shape[-1] == 2 * size:
            told.append(
                gettext(
                    "{layer} is bidirectional: it gives the features of both directions, 2 * {size}.",
                    layer=recurrent,
                    size=size,
                )
            )
        if first := features_first(case, layer, size):
            told.append(first)
        told.append(anew.said)
        fixes = anew.fixes
    return Finding(" ".join(told), (*(joined.fixes if joined is not None else ()), *fixes))


def _column(case: Case, layer: Layer, size: int) -> str:
    """``(6, 1)`` for six features: one example that stands upright, or six examples of one number."""
    passed = passed_at_prompt(case, layer.given)
    name = passed[1].id if passed is not None else layer.argument and case.called(layer.argument, "")
    return gettext(
        "Rows are examples, so this is a column of {size} examples with one number each. If it is one example with "
        "{size} numbers, it has to be one row, (1, {size}): {tensor}.T. If these are {size} examples, {layer} takes "
        "one number, {parameter}=1.",
        size=size,
        tensor=name or gettext("the input"),
        layer=layer.path,
        parameter=_SIZES[layer.kind],
    )


def _one_number_each(case: Case, layer: Layer, size: int) -> Finding | None:
    """Series of single numbers, (batch, length), for a recurrent layer with ``input_size=1``."""
    node = case.node
    if layer.kind == "Linear" or size != 1 or not isinstance(node, ast.Call) or not node.args:
        return None
    shape = case.shape(node.args[0])
    if shape is None or len(shape) != 2:
        return None
    wider = postfix(case.site.source, node.args[0], ".unsqueeze(-1)")
    said = gettext(
        "{input} is {shape}, and with two dims {layer} reads it as one sequence of {length} places with {count} "
        "numbers each. It was made for one number at each place (input_size=1): that number is "
        "a dim of its own, {code}.",
        input=case.called(node.args[0], gettext("The input")),
        shape=shape_text(shape),
        layer=layer.path,
        length=shape[0],
        count=shape[1],
        code=in_a_sentence(wider),
    )
    return Finding(said, tried(case, [Candidate(changed(case, {node.args[0]: wider}))]))


def _in_class(case: Case, layer: Layer, parameter: str) -> LayerAnew | None:
    """The layer with the size of its input, where a class of the learner's makes it: images are flattened first."""
    node, shape = layer.argument, layer.shape
    if len(shape) == 4 and layer.kind == "Linear":
        if node is None or layer.steps:
            return None
        flat: dict[ast.expr | ast.stmt, str] = {node: postfix(case.site.source, node, ".flatten(1)")}
        return layer_anew(case, layer, parameter, prod(shape[1:]), flat)
    return layer_anew(case, layer, parameter, shape[-1])


def _inputs(case: Case, layer: Layer, size: int) -> Iterator[Candidate]:
    """The input in another shape, whose last dim is the one that the layer expects."""
    node, shape = layer.argument, layer.shape
    if node is None:
        yield from _batch(case)
        return
    if len(shape) == 2 and (wider := with_cat_along(case, node)):
        yield Candidate(changed(case, {node: wider}))
    suffixes = []
    if size == 1 and len(shape) < 2:
        suffixes.append(".unsqueeze(1)" if shape else ".unsqueeze(0)")
    starts = [start for start in range(len(shape) - 1) if prod(shape[start:]) == size]
    if starts and (layer.kind == "Linear" or len(shape) < 3):  # a recurrent layer would read the batch as a sequence
        start = 1 if 1 in starts else starts[0]
        if start or not case.site.is_nested:  # in a method it would lose the batch dim of every other call
            suffixes.append(f".flatten({start})" if start else ".flatten()")
    match node:
        case ast.Attribute(value=ast.Name() as tensor, attr="T" | "mT") if len(shape) > 1 and shape[-2] == size:
            yield Candidate(changed(case, {node: case.text(tensor)}))
    # never .T: a batch may have as many rows as the layer takes numbers
    for suffix in suffixes:
        yield Candidate(changed(case, {node: postfix(case.site.source, node, suffix)}))


def _has_view(case: Case) -> bool:
    """Whether the failing function has a ``view`` or a ``reshape`` in it."""
    inside = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
    return any(isinstance(each, ast.Attribute) and each.attr in ("view", "reshape") for each in ast.walk(inside))


def _unflattened(case: Case, layer: Layer) -> Iterator[Candidate]:
    """``self.fc(x.view(-1, n))`` as ``self.fc(x.flatten(1))``."""
    match layer.argument:
        case ast.Call(func=ast.Attribute(value=base, attr="view" | "reshape")) as node:
            yield Candidate(changed(case, {node: postfix(case.site.source, base, ".flatten(1)")}))


def _batch(case: Case) -> Iterator[Candidate]:
    """The input as a batch of one, where the layers before the failing one took its channels or rows for a batch."""
    match case.node:
        case ast.Call(args=[image], keywords=[]) as call if len(case.shape(image) or ()) in (2, 3):
            batch = postfix(case.site.source, image, ".unsqueeze(0)")
            yield Candidate(changed(case, {call.args[0]: batch}))


def _not_flattened(layer: Layer) -> str:
    """A sentence on maps, (batch, channels, height, width), that reach a layer of numbers in an nn.Sequential."""
    return gettext(
        "Nothing before {layer} flattens the maps: nn.Flatten() in front of it makes one row of {numbers} numbers of "
        "each example.",
        layer=layer.path,
        numbers=prod(layer.shape[1:]),
    )


def _flattened_before(case: Case, layer: Layer, size: int) -> Finding | None:
    """``nn.Flatten()`` before a Linear of the right size, in an nn.Sequential that the learner's class makes."""
    if layer.kind != "Linear" or len(layer.shape) < 3 or not layer.steps or prod(layer.shape[1:]) != size:
        return None
    said = _not_flattened(layer)
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
            held = case.site.frame.f_locals.get(owner)
        case _:
            return Finding(said)
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    made = [
        each
        for each in ast.walk(init or ast.Pass())
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"{owner}.{name}"
    ]
    call = layer_call(case, made[0].value, layer) if len(made) == 1 else None
    if text is None or call is None:
        return Finding(said)
    return Finding(
        said, text.anew({call: with_layer_before(text.source, call, "nn.Flatten()", segment(text.source, call))})
    )


def _networks(case: Case, layer: Layer, parameter: str) -> Iterator[Fix]:
    """The network with a layer of the right size for its input: images are flattened first."""
    if len(layer.shape) == 4 and layer.kind == "Linear":
        return rebuilt(case, layer, parameter, 0, prod(layer.shape[1:]), before="nn.Flatten()")
    return rebuilt(case, layer, parameter, 0, layer.shape[-1]) if layer.shape else iter(())


def _linear(case: Case) -> Finding | None:
    """``F.linear(x, w)``, which takes the weight as nn.Linear holds it."""
    call = invocation(case)
    if call is None or call.name != "linear":
        return None
    data, weight = call.argument(0, "input"), call.argument(1, "weight")
    one, two = (case.shape(data), case.shape(weight)) if data is not None and weight is not None else (None, None)
    if data is None or weight is None or not one or not two or len(two) != 2 or one[-1] == two[1]:
        return None
    first, second = case.called(data, gettext("The input")), case.called(weight, gettext("the weight"))
    text = gettext(
        "{input} is {input_shape} and {weight} is {weight_shape}: {call} needs the last dim of the input ({input_dim}) "
        "to equal the last dim of the weight ({weight_dim}), because it multiplies by the transposed weight.",
        input=first,
        input_shape=shape_text(one),
        weight=second,
        weight_shape=shape_text(two),
        call=call.said,
        input_dim=one[-1],
        weight_dim=two[1],
    )
    fixes = [Candidate(changed(case, {weight: postfix(case.site.source, weight, ".T")}))] if one[-1] == two[0] else []
    return Finding(text, tried(case, fixes))


_NORMS = {2: "nn.BatchNorm1d", 3: "nn.BatchNorm1d", 4: "nn.BatchNorm2d", 5: "nn.BatchNorm3d"}
"""The batch norm for an input of so many dims."""


def _count_of_dims(case: Case) -> Finding | None:
    """A layer that was given too few or too many dims."""
    layer = failing_layer(case, *_SIZES, "_BatchNorm")
    if layer is None:
        return None
    told = [
        gettext(
            "{layer} expects an input with {counts} dims.",
            layer=layer.path,
            counts=either(re.findall(r"\d", case.match["wants"])),
        ),
        input_is(case, layer),
        ngettext("The input has one dim.", "The input has {count} dims.", len(layer.shape)),
    ]
    if twice := assigned_twice(case) or added_behind(case, layer):
        return Finding(" ".join([*told, twice]))
    if (squeezed := squeezed_before(case, layer)) is not None:
        return Finding(f"{' '.join(told)} {squeezed.text}", squeezed.fixes)
    features, has = layer.number("num_features"), len(layer.shape)
    right = _NORMS.get(has, "") if layer.kind == "_BatchNorm" else ""
    if (
        layer.kind == "_BatchNorm"
        and (has in (3, 4) and layer.shape[0] == features)
        and "3D" not in case.match["wants"]
    ):
        if case.site.is_nested and (batch := batch_of_one(case)) is not None:
            return Finding(" ".join([*told, batch.text]), batch.fixes)
        told.append(gettext("The input has no batch dim: .unsqueeze(0) makes a batch of one of it."))
        if layer.argument is None or case.site.is_nested:  # the input of the network lacks it, not that of the layer
            return Finding(" ".join(told), () if case.site.is_nested else tried(case, _batch(case)))
    elif right and layer.shape[1] == features:
        told.append(
            gettext(
                "{layer} is made with {was}. For an input of {dims} dims it is {other}.",
                layer=layer.path,
                was=f"nn.{type(layer.module).__name__}({features})",
                dims=has,
                other=f"{right}({features})",
            )
        )
        anew = layer_anew(case, layer, right, None)
        return Finding(" ".join([*told, anew.said] if anew else told), anew.fixes if anew else ())
    text = " ".join(told)
    if layer.argument is None or (has != 1 and layer.shape[0] != features):
        return Finding(text)
    source = case.site.source
    code = changed(case, {layer.argument: postfix(source, layer.argument, ".unsqueeze(0)")})
    return Finding(text, tried(case, [Candidate(code)]))


RULES = (
    Rule(
        "layer input",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied|size mismatch, got input|need to be at least 1D|"
        r"input.size\(-1\) must be equal to input_size|^a and b must have same reduction dim",
        _last_dim,
        more="modules/layer-input",
    ),
    Rule(
        "layer weight",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied|^a and b must have same reduction dim",
        _linear,
        more="modules/linear-weight",
    ),
    Rule(
        "layer dims",
        ("ValueError", "RuntimeError"),
        r"[Ee]xpected (?:input to be )?(?P<wants>\dD(?: or \dD)?)(?: input \(got \dD input\)|, got \dD)",
        _count_of_dims,
        more="modules/layer-dims",
    ),
)
