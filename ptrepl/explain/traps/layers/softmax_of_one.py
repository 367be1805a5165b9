"""The trap of a softmax over the one output of a layer: whatever the score is, its share is 1."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_CHANNELS = ("Conv1d", "Conv2d", "Conv3d")


def softmax_of_one(noticed: Noticed) -> Iterator[Told]:
    """``F.softmax(self.score(x), dim=1)`` of an nn.Conv1d with one channel, or of an nn.Linear with one output.

    A dim of size 1 that is no number of outputs, such as the length of a sequence, may well have one element once.
    """
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            found = _softmax(place, node)
            if found is None:
                continue
            given, dim = found
            shape = place.reader.shape(given)
            made = noticed.definition(place, given.id) if isinstance(given, ast.Name) else (place, given)
            if not shape or made is None or not -len(shape) <= dim < len(shape) or shape[dim] != 1:
                continue
            layer = _layer(*made)
            if layer is None or dim % len(shape) != _dim_of_outputs(layer, len(shape)):
                continue
            text = gettext(
                "{scores} is {shape}, and {softmax} goes over dim {dim}, the one output of a layer: a softmax of one "
                "score is 1, whatever the score is. For shares of other places, take the dim that they are in; for a "
                "chance of yes or no, a sigmoid.",
                scores=place.text(given),
                shape=shape_text(shape),
                softmax=place.text(node),
                dim=dim % len(shape),
            )
            yield told_of(place, text, node)
            return


def _softmax(place: Place, node: ast.expr) -> tuple[ast.expr, int] | None:
    """What a softmax is given, and its dim."""
    if not isinstance(node, ast.Call):
        return None
    named = [each.value for each in node.keywords if each.arg == "dim"]
    module = place.reader.real(node.func)
    if kind_of(module) is Kind.MODULE and type_name(module) in ("Softmax", "LogSoftmax") and len(node.args) == 1:
        held = own_dict(module).get("dim")
        return (node.args[0], held) if type(held) is int else None
    if place.is_function(node.func, "softmax", "log_softmax") and node.args:
        given, named = node.args[0], [*node.args[1:2], *named]
    elif isinstance(node.func, ast.Attribute) and node.func.attr in ("softmax", "log_softmax") and module is None:
        given, named = node.func.value, [*node.args[:1], *named]
    else:
        return None
    try:
        dim = place.reader.value(named[0]) if named else None
    except (Unknown, Failed):
        return None
    return (given, dim) if type(dim) is int else None


def _layer(place: Place, node: ast.expr) -> Any:
    """The layer whose call ``node`` is, of a Sequential the last one; None where it is none."""
    found = place.reader.real(node.func) if isinstance(node, ast.Call) else None
    while found is not None and type_name(found) == "Sequential":
        parts = own_dict(found).get("_modules")
        found = [*parts.values()][-1] if type(parts) is dict and parts else None
    return found


def _dim_of_outputs(layer: Any, dims: int) -> int | None:
    """The dim that holds the outputs of a layer with a single one."""
    held = own_dict(layer)
    if type_name(layer) == "Linear" and held.get("out_features") == 1:
        return dims - 1
    if type_name(layer) in _CHANNELS and held.get("out_channels") == 1:
        return dims - 1 - int(type_name(layer)[4])
    return None
