"""The trap of ``kl_div`` of probabilities: it takes their logarithms, and checks nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import is_one, own_dict
from ptrepl.explain.traps.losses.softmax import last_operation
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import calls_of_losses
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MOST_READ = 1 << 14


def divergence_of_probabilities(noticed: Noticed) -> Iterator[Told]:
    """``F.kl_div(p, q)`` of a ``p`` that went through softmax, or of a ``q`` that went through log_softmax."""
    for place, node in calls_of_losses(noticed, ("kl_div",), ("KLDivLoss",)):
        given, target = _arguments(node)
        if given is not None and _are_probabilities(noticed, place, given):
            text = gettext(
                "kl_div takes log probabilities first, and {input} has probabilities: the number that it gives is not "
                "the divergence, and can be below 0. Take log_softmax in place of softmax, or {input}.log().",
                input=place.text(given),
            )
            yield told_of(place, text, given)
            return
        if target is None or _may_take_logarithms(place, node):
            continue
        if last_operation(noticed, place, target) == "log_softmax":
            text = gettext(
                "kl_div takes probabilities as its target, and {target} has log probabilities: say so by "
                "log_target=True, or take softmax in place of log_softmax for the target.",
                target=place.text(target),
            )
            yield told_of(place, text, target)
            return


def _arguments(node: ast.Call) -> tuple[ast.expr | None, ast.expr | None]:
    named = {each.arg: each.value for each in node.keywords}
    given = node.args[0] if node.args else named.get("input")
    target = node.args[1] if len(node.args) > 1 else named.get("target")
    return given, target


def _may_take_logarithms(place: Place, node: ast.Call) -> bool:
    """Whether it was told that the target is one of log probabilities, or that cannot be seen."""
    if any(each.arg in ("log_target", None) for each in node.keywords) or len(node.args) > 2:
        return True
    if place.is_function(node.func, "kl_div"):
        return False
    module = place.reader.real(node.func)
    return type(module) is not sys.modules["torch"].nn.KLDivLoss or own_dict(module).get("log_target") is not False


def _are_probabilities(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    last = last_operation(noticed, place, node)
    return last == "softmax" or _sums_to_one(None if place.function else place.reader.real(node))


def _sums_to_one(tensor: Any) -> bool:
    """Whether it is a small tensor of the prompt, none of whose rows is anything but probabilities."""
    torch = sys.modules["torch"]
    if not is_one(type(tensor), (torch.Tensor, torch.nn.Parameter)):
        return False
    with torch_functions_off():
        if tensor.numel() > _MOST_READ or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
            return False
        if not tensor.dim() or tensor.shape[-1] < 2 or not tensor.dtype.is_floating_point or not tensor.numel():
            return False
        values = tensor.detach()
        ones = torch.ones((), dtype=values.dtype)
        return bool((values >= 0).all() and torch.allclose(values.sum(-1), ones, atol=1e-4))
