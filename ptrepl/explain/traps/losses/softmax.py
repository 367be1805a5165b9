"""Traps of losses that apply softmax, log softmax or sigmoid themselves, or want it applied before."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import base_attribute, torch_functions_off
from ptrepl.engine.watch.kinds import Kind, is_one, is_tensor_class, kind_of, own_dict
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import given_to_losses
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_CROSS = (("cross_entropy",), ("CrossEntropyLoss",))
_NEGATIVE = (("nll_loss",), ("NLLLoss",))
_BINARY = (("binary_cross_entropy_with_logits",), ("BCEWithLogitsLoss",))
_KEEPS = frozenset(
    "float double clone contiguous squeeze unsqueeze flatten view reshape to cpu detach requires_grad_".split()
)
_MOST_READ = 1 << 14
_DEEPEST = 12
_OPERATIONS = {"SoftmaxBackward0": "softmax", "LogSoftmaxBackward0": "log_softmax", "SigmoidBackward0": "sigmoid"}
_LAYERS = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid", "Linear": "linear"}


def softmax_twice(noticed: Noticed) -> Iterator[Told]:
    """``CrossEntropyLoss`` of something that went through softmax already: it trains, and badly."""
    for place, given in given_to_losses(noticed, *_CROSS):
        if last_operation(noticed, place, given) == "softmax":
            text = gettext(
                "Cross entropy applies softmax itself, and {input} went through softmax already. Give it the logits, "
                "as they come out of the last linear layer.",
                input=place.text(given),
            )
            yield told_of(place, text, given)
    for place, given in given_to_losses(noticed, *_BINARY):
        if last_operation(noticed, place, given) == "sigmoid":
            text = gettext(
                "This loss applies sigmoid itself, and {input} went through sigmoid already. Give it the logits, as "
                "they come out of the last linear layer, or take F.binary_cross_entropy.",
                input=place.text(given),
            )
            yield told_of(place, text, given)


def no_log_probabilities(noticed: Noticed) -> Iterator[Told]:
    """``nll_loss`` of logits or of probabilities: it takes their logarithms, and checks nothing."""
    for place, given in given_to_losses(noticed, *_NEGATIVE):
        last = last_operation(noticed, place, given)
        if last == "softmax":
            text = gettext(
                "nll_loss takes log probabilities, and {input} has probabilities: the number that it gives is not the "
                "loss. Use log_softmax in place of softmax, or give the logits to F.cross_entropy.",
                input=place.text(given),
            )
            yield told_of(place, text, given)
        elif last == "linear" or (last == "" and _has_positive(noticed, place, given)):
            text = gettext(
                "nll_loss takes log probabilities, and {input} has logits: the number that it gives is not the loss. "
                "Use F.cross_entropy for logits, or apply log_softmax(dim=1) before.",
                input=place.text(given),
            )
            yield told_of(place, text, given)


def last_operation(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> str:
    """What computed ``node`` last: softmax, log_softmax, sigmoid, linear, another's name; "" where not known."""
    if not depth:
        return ""
    if not place.function and (found := _from_graph(place.reader.real(node))):
        return found
    if isinstance(node, ast.Name):
        known = noticed.definition(place, node.id)
        return "" if known is None else last_operation(noticed, *known, depth - 1)
    if isinstance(node, ast.BinOp):
        return "linear" if isinstance(node.op, ast.MatMult) else "operator"
    if not isinstance(node, ast.Call):
        return ""
    called = place.reader.real(node.func)
    if called is not None and kind_of(called) is Kind.MODULE and is_torch_class(type(called)):
        return _of_module(noticed, place, called, node)
    if place.is_function(node.func, "softmax", "log_softmax", "sigmoid", "linear"):
        return str(called.__name__)
    inside = noticed.returned(place, node)
    if inside is not None:
        return last_operation(noticed, *inside, depth - 1)
    if isinstance(node.func, ast.Call):
        return _LAYERS.get(place.module_class(node.func), "")
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        if called is None and name in _KEEPS:
            return last_operation(noticed, place, node.func.value, depth - 1)
        if called is None and name in ("softmax", "log_softmax", "sigmoid"):
            return name if place.reader.shape(node.func.value) is not None else ""
        return name
    return ""


def _from_graph(tensor: Any) -> str:
    if not is_tensor_class(type(tensor)):
        return ""
    return _OPERATIONS.get(type(base_attribute("grad_fn").__get__(tensor)).__name__, "")


def _of_module(noticed: Noticed, place: Place, module: Any, node: ast.Call) -> str:
    while type(module).__name__ == "Sequential":
        parts = own_dict(module).get("_modules")
        if type(parts) is not dict or not parts:
            return ""
        module = next(reversed(parts.values()))
        if kind_of(module) is not Kind.MODULE or not is_torch_class(type(module)):
            return ""
    if type(module).__name__ in ("Flatten", "Identity", "Unflatten", "Dropout"):
        return ""
    return _LAYERS.get(type(module).__name__, type(module).__name__)


def _has_positive(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether it names a small tensor of the prompt with an element above 0, as no logarithm of a probability is."""
    tensor: Any = None if place.function else place.reader.real(node)
    torch = sys.modules["torch"]
    if not is_one(type(tensor), (torch.Tensor, torch.nn.Parameter)):
        return False
    with torch_functions_off():
        if tensor.numel() > _MOST_READ or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
            return False
        return bool((tensor.detach() > 1e-4).any())
