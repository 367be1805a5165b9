"""The trap of targets that the last layer cannot give: a sigmoid, tanh or ReLU before values beyond its range."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.losses.softmax import last_operation
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import loader_of
from ptrepl.explain.traps.questions.losses_called import calls_of_losses
from ptrepl.explain.traps.reading.passes import is_plain_tensor
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_FUNCTIONS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_CLASSES = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
_RANGES = {
    "sigmoid": ("sigmoid", 0.0, 1.0),
    "softmax": ("softmax", 0.0, 1.0),
    "Tanh": ("tanh", -1.0, 1.0),
    "tanh": ("tanh", -1.0, 1.0),
    "ReLU": ("ReLU", 0.0, math.inf),
    "relu": ("ReLU", 0.0, math.inf),
    "Softplus": ("softplus", 0.0, math.inf),
    "softplus": ("softplus", 0.0, math.inf),
}
_VIEWS = ("view", "reshape", "squeeze", "unsqueeze", "flatten", "float", "to", "cpu", "cuda")
_MOST_READ = 1 << 17
_SHARE = 0.1
"""The part of the targets that must be out of reach: a few may be outliers."""
_MARGIN = 0.01
_DEEPEST = 6


class _Values(NamedTuple):
    """The least and the greatest of the targets, and the part of them that is out of reach."""

    low: float
    high: float
    share: float


def targets_out_of_range(noticed: Noticed) -> Iterator[Told]:
    """``nn.Sequential(…, nn.Sigmoid())`` and ``F.mse_loss(net(x), y)`` of a ``y`` from 5 to 15."""
    for place, node in calls_of_losses(noticed, _FUNCTIONS, _CLASSES):
        if len(node.args) < 2:
            continue
        found = _RANGES.get(last_operation(noticed, place, node.args[0]))
        target = None if found is None else _tensor(noticed, place, node.args[1])
        values = None if found is None or target is None else _values(target, found[1], found[2])
        if found is None or values is None or values.share < _SHARE:
            continue
        layer, low, high = found
        names = {"output": place.text(node.args[0]), "target": place.text(node.args[1]), "layer": layer}
        if high is math.inf:
            reach = gettext("{output} comes out of a {layer}, which gives nothing below 0.", **names)
        else:
            reach = gettext(
                "{output} comes out of a {layer}, which gives values from {low} to {high}.",
                low=int(low),
                high=int(high),
                **names,
            )
        beyond = gettext(
            "{target} has values from {least} to {most}: {share} % of them are out of its reach. Leave the last "
            "{layer} out, or scale the targets.",
            least=f"{values.low:.3g}",
            most=f"{values.high:.3g}",
            share=round(100 * values.share),
            **names,
        )
        yield told_of(place, f"{reach} {beyond}", node)
        return


def _tensor(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> Any:
    """The tensor whose values the targets are, or are a part of; None where that is not known."""
    found = place.reader.own_tensor(node)
    if found is not None:
        return found
    match node:
        case ast.Name(id=name) if depth:
            if name in place.defined:
                return _tensor(noticed, *place.defined[name], depth - 1)
            return _of_loader(place, name) if place.loops else _given(noticed, place, name, depth)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _VIEWS and depth:
            return _tensor(noticed, place, inner, depth - 1)
        case ast.Subscript(value=inner) if depth:
            return _tensor(noticed, place, inner, depth - 1)
    return None


def _given(noticed: Noticed, place: Place, name: str, depth: int) -> Any:
    found = noticed.argument(place, name)
    return None if found is None else _tensor(noticed, *found, depth - 1)


def _of_loader(place: Place, name: str) -> Any:
    """The tensor of the dataset that ``yb`` of ``for xb, yb in loader`` is rows of."""
    for loop in reversed(place.loops):
        if not isinstance(loop.tree, ast.For):
            continue
        target = loop.tree.target
        match loop.tree.iter, target:
            case ast.Call(func=ast.Name(id="enumerate")), ast.Tuple(elts=[_, inner]):
                target = inner
        found = loader_of(place, loop)
        tensors = own_dict(own_dict(found[0]).get("dataset")).get("tensors") if found is not None else None
        if not isinstance(target, (ast.Tuple, ast.List)) or type(tensors) is not tuple:
            continue
        for part, tensor in zip(target.elts, tensors, strict=False):
            if isinstance(part, ast.Name) and part.id == name:
                own = is_plain_tensor(tensor) and not place.reader.standins.is_stand_in(tensor)
                return tensor if own else None
    return None


def _values(tensor: Any, low: float, high: float) -> _Values | None:
    torch = sys.modules["torch"]
    with torch_functions_off(), torch.no_grad():
        if tensor.device.type != "cpu" or tensor.layout is not torch.strided or not 0 < tensor.numel() <= _MOST_READ:
            return None
        if not tensor.is_floating_point() or not bool(tensor.isfinite().all()):
            return None
        beyond = (tensor < low - _MARGIN) | (tensor > high + _MARGIN)
        return _Values(float(tensor.min()), float(tensor.max()), float(beyond.double().mean()))
