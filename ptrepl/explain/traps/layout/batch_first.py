"""The trap of a recurrent layer, or an attention, without ``batch_first=True`` that is given the samples first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import batch_in
from ptrepl.explain.traps.questions.spelled import unpacked
from ptrepl.explain.traps.questions.time_layers import ENCODERS, WITH_STATE, batch_first_setting
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MEANS = ("mean", "amax", "max", "sum")
_TURNS = ("transpose", "permute", "swapaxes", "movedim", "rearrange", "swapdims")
_DEEPEST = 6


class _Output(NamedTuple):
    """What a layer gave in the call: (length, batch, size), since it has no ``batch_first=True``."""

    place: Place
    call: ast.Call
    shape: tuple[int, ...]


def samples_read_as_steps(noticed: Noticed) -> Iterator[Told]:
    """``out, _ = self.lstm(x)`` without ``batch_first=True``, then ``self.head(out[:, -1])``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            text = _dim_1_taken_for_time(noticed, place, node) or _given_a_batch(noticed, place, node)
            if text:
                yield told_of(place, text, node)
                return


def _dim_1_taken_for_time(noticed: Noticed, place: Place, node: ast.expr) -> str:
    """What to say of ``out[:, -1]`` and of ``out.mean(dim=1)``; "" where dim 1 may be meant."""
    read = _last_of_dim_1(node)
    output = read or _mean_of_dim_1(node)
    if output is None or not _goes_on(noticed, place, node):
        return ""
    found = _output_of(noticed, place, output)
    if found is None or len(found.shape) != 3 or found.shape[1] < 2:
        return ""
    names = {"layer": found.place.text(found.call.func), "code": place.text(node), "output": place.text(output)}
    length, batch = found.shape[:2]
    if read is not None:
        text = gettext(
            "{layer} has no batch_first=True: in its output, of shape {shape}, dim 0 is the time ({length} steps) and "
            "dim 1 the batch ({batch} samples). {code} is the last sample at each step, not the last step of each "
            "sample.",
            shape=shape_text(found.shape),
            length=length,
            batch=batch,
            **names,
        )
    else:
        text = gettext(
            "{layer} has no batch_first=True: in its output, of shape {shape}, dim 0 is the time ({length} steps) and "
            "dim 1 the batch ({batch} samples). {code} puts the samples together, not the steps.",
            shape=shape_text(found.shape),
            length=length,
            batch=batch,
            **names,
        )
    given = found.call.args[0]
    if _is_turned(noticed, found.place, given):
        advice = gettext("The time is dim 0 of {output}.", output=names["output"])
    else:
        advice = gettext(
            "If dim 0 of {input} is the batch, make {layer} with batch_first=True.",
            input=found.place.text(given),
            layer=names["layer"],
        )
    return f"{text} {advice}"


def _given_a_batch(noticed: Noticed, place: Place, node: ast.expr) -> str:
    """What to say of a layer that is given a batch of a loader, samples first."""
    if (
        not isinstance(node, ast.Call)
        or not node.args
        or batch_first_setting(place.reader.real(node.func)) is not False
    ):
        return ""
    shape = place.reader.shape(node.args[0])
    if shape is None or len(shape) != 3 or min(shape[:2]) < 2:
        return ""
    found = batch_in(noticed, place, node.args[0])
    if found is None:
        return ""
    return gettext(
        "{layer} has no batch_first=True, so it reads {input}, of shape {shape}, as {length} steps of {batch} samples. "
        "Dim 0 has the {length} samples of a batch of {loader}, which so run into each other. Make {layer} with "
        "batch_first=True.",
        layer=place.text(node.func),
        input=place.text(node.args[0]),
        shape=shape_text(shape),
        length=shape[0],
        batch=shape[1],
        loader=found[1],
    )


def _last_of_dim_1(node: ast.expr) -> ast.expr | None:
    """``out`` of ``out[:, -1]`` and ``out[:, -1, :]``."""
    match node:
        case ast.Subscript(
            value=output,
            slice=ast.Tuple(
                elts=[
                    ast.Slice(lower=None, upper=None, step=None),
                    ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
                    *others,
                ]
            ),
        ) if all(isinstance(each, ast.Slice) and each.lower is each.upper is None for each in others):
            return output
    return None


def _mean_of_dim_1(node: ast.expr) -> ast.expr | None:
    """``out`` of ``out.mean(1)`` and ``torch.mean(out, dim=1)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=name), args=[output, *dims], keywords=named):
            pass
        case ast.Call(func=ast.Attribute(value=output, attr=name), args=dims, keywords=named):
            pass
        case _:
            return None
    dims = [*dims, *(each.value for each in named if each.arg in ("dim", "axis"))]
    one = len(dims) == 1 and isinstance(dims[0], ast.Constant) and dims[0].value == 1
    return output if name in _MEANS and one else None


def _goes_on(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether a prediction is made of it: in ``forward``, or as what a module is given."""
    if place.function:
        return place.function == "forward"
    calls = (each for each in place.nodes() if isinstance(each, ast.Call) and node in each.args)
    return any(kind_of(place.reader.real(each.func)) is Kind.MODULE for each in calls)


def _output_of(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> _Output | None:
    """The call of a layer without ``batch_first=True`` that gave ``node``, with its dims in this order."""
    shape = place.reader.shape(node)
    if not depth or shape is None:
        return None
    match node:
        case ast.Name(id=name):
            found = unpacked(noticed, place, name)
            if found is not None:
                layer = found[0].func if isinstance(found[0], ast.Call) else None
                recurrent = layer is not None and type_name(place.reader.real(layer)) in WITH_STATE
                if found[1] or not recurrent or not isinstance(found[0], ast.Call):
                    return None
                return _as_output(_place_of(noticed, place, found[0]), found[0], shape)
            known = noticed.definition(place, name)
            return None if known is None else _output_of(noticed, *known, depth - 1)
        case ast.Subscript(value=ast.Call(func=func) as call, slice=ast.Constant(value=0)):
            if type_name(place.reader.real(func)) in WITH_STATE:
                return _as_output(place, call, shape)
        case ast.Call(func=ast.Attribute(value=inner, attr="contiguous" | "relu" | "tanh")):
            return _output_of(noticed, place, inner, depth - 1)
        case ast.Call(func=func, args=[inner, *_]):
            if place.module_class(func) in ("Dropout", "LayerNorm", "ReLU"):
                return _output_of(noticed, place, inner, depth - 1)
            if type_name(place.reader.real(func)) in ENCODERS:
                return _as_output(place, node, shape)
    return None


def _as_output(place: Place, call: ast.Call, shape: tuple[int, ...]) -> _Output | None:
    return (
        _Output(place, call, shape)
        if call.args and batch_first_setting(place.reader.real(call.func)) is False
        else None
    )


def _place_of(noticed: Noticed, place: Place, call: ast.Call) -> Place:
    """Where the call stands; ``place`` where that was a statement before this one."""
    return next((each for each in noticed.places if any(node is call for node in each.nodes())), place)


def _is_turned(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether its dims were swapped on the way to the layer, as one does to bring the time first."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _TURNS:
                return True
            case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
                if _is_turned(noticed, *found, depth - 1):
                    return True
    return False
