"""The trap of logits that went through ReLU: none is below 0, and the ones that were get no gradient."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import given_to_losses
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_CROSS = (("cross_entropy",), ("CrossEntropyLoss",))
_NEGATIVE = (("nll_loss",), ("NLLLoss",))
_BINARY = (("binary_cross_entropy_with_logits",), ("BCEWithLogitsLoss",))
_LAYERS = ("ReLU", "ReLU6")
_FUNCTIONS = ("relu", "relu_", "relu6")
_KEEPS = frozenset("float double clone contiguous squeeze unsqueeze flatten view reshape to cpu cuda".split())
_DEEPEST = 12

_Found = tuple[Place, ast.expr, str]
"""Where the ReLU stands, its call, and how it is named."""


def logits_through_relu(noticed: Noticed) -> Iterator[Told]:
    """``nn.Sequential(…, nn.Linear(32, 10), nn.ReLU())`` whose output ``nn.CrossEntropyLoss`` gets."""
    for place, given in (*given_to_losses(noticed, *_CROSS), *given_to_losses(noticed, *_NEGATIVE)):
        found = _relu_of(noticed, place, given)
        if found is not None:
            where, node, owner = found
            text = gettext(
                "The scores go through {relu} before the loss: none is below 0 then, and a score that was gets no "
                "gradient. Cross entropy takes the logits, which have both signs: leave {relu} out.",
                relu=owner,
            )
            yield told_of(where, text, node)
            return
    for place, given in given_to_losses(noticed, *_BINARY):
        found = _relu_of(noticed, place, given)
        if found is not None:
            where, node, owner = found
            text = gettext(
                "The logits go through {relu} before the loss: none is below 0 then, and their sigmoid, the "
                "probability, is never below 0.5. Leave {relu} out.",
                relu=owner,
            )
            yield told_of(where, text, node)
            return


def _relu_of(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> _Found | None:
    """The ReLU that gave ``node``, but for a log_softmax after it; None where it did not, or it is not known."""
    if not depth:
        return None
    if isinstance(node, ast.Name):
        known = noticed.definition(place, node.id)
        return None if known is None else _relu_of(noticed, *known, depth - 1)
    if not isinstance(node, ast.Call):
        return None
    called = place.reader.real(node.func)
    if kind_of(called) is Kind.MODULE and is_torch_class(type(called)):
        return _of_module(noticed, place, node, called, depth)
    if place.is_function(node.func, *_FUNCTIONS):
        return place, node, f"{place.text(node.func)}()"
    if place.is_function(node.func, "log_softmax") and node.args:
        return _relu_of(noticed, place, node.args[0], depth - 1)
    inside = noticed.returned(place, node)
    if inside is not None:
        return _relu_of(noticed, *inside, depth - 1)
    if isinstance(node.func, ast.Call):
        return (place, node, place.text(node.func)) if place.is_module(node.func, *_LAYERS) else None
    if isinstance(node.func, ast.Attribute) and called is None:
        if node.func.attr in _FUNCTIONS and place.reader.shape(node.func.value) is not None:
            return place, node, f"{node.func.attr}()"
        if node.func.attr in _KEEPS or node.func.attr == "log_softmax":
            return _relu_of(noticed, place, node.func.value, depth - 1)
    return None


def _of_module(noticed: Noticed, place: Place, node: ast.Call, module: Any, depth: int) -> _Found | None:
    layers = [*_layers(module, place.text(node.func))]
    while layers and type_name(layers[-1][0]) == "LogSoftmax":
        layers.pop()
    if not layers:
        return _relu_of(noticed, place, node.args[0], depth - 1) if node.args else None
    layer, name = layers[-1]
    return (place, node, name) if type_name(layer) in _LAYERS and is_torch_class(type(layer)) else None


def _layers(module: Any, name: str) -> Iterator[tuple[Any, str]]:
    """The layers in their order, and how each is named: ``net[2]``."""
    if type_name(module) != "Sequential":
        yield module, name
        return
    parts = own_dict(module).get("_modules")
    for key, part in parts.items() if type(parts) is dict else ():
        yield from _layers(part, f"{name}[{key}]" if key.isdecimal() else f"{name}.{key}")
