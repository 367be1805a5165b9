"""Traps of training: gradients that add up, parameters that are rebound, losses without a graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.outcome import GroupChange
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.engine.watch.notes import Accumulated, GradFnWas, IsLeafWas
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.targets import Name, target_code
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.texts.messages import gettext


def added_gradient(noticed: Noticed) -> Iterator[str]:
    """A second ``backward`` on a gradient that was not cleared."""
    for one in noticed.noted(Accumulated):
        yield gettext(
            "{gradient} is the sum of this gradient and the one before it: backward() accumulates. To start again from "
            "zero, clear it before backward(): {gradient} = None.",
            gradient=target_code(one.target),
        )
        return
    for change in noticed.changes:
        if isinstance(change, GroupChange) and change.group is Group.GRADIENTS and change.what == Accumulated():
            yield gettext(
                "The gradients of {name} are sums of the new ones and the ones before them: backward() accumulates. To "
                "start again from zero, clear them before backward(): {name}.zero_grad(), or zero_grad() of its "
                "optimizer.",
                name=target_code(change.target),
            )
            return


def rebound_parameter(noticed: Noticed) -> Iterator[str]:
    """``w = w - lr * w.grad``: the name is bound to a new tensor, which is no leaf and never gets a gradient."""
    lost = {
        change.target.name
        for change in noticed.noted(IsLeafWas)
        if isinstance(change.target, Name) and IsLeafWas(True) in change.notes and change.facts.requires_grad is True
    }
    if not lost:
        return
    for node in noticed.nodes():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in lost:
                if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(value)):
                    yield gettext(
                        "{name} is another tensor now: is_leaf=False, and backward() will store no gradient in it. To "
                        "update the tensor that you had, change it in place: with torch.no_grad(): {name} -= …",
                        name=name,
                    )
                    lost.discard(name)


def softmax_twice(noticed: Noticed) -> Iterator[str]:
    """``CrossEntropyLoss`` of something that went through softmax already: it trains, and badly."""
    for call in noticed.ran():
        if not isinstance(call, ast.Call) or not call.args or not noticed.is_settled(call.args[0]):
            continue
        takes = noticed.is_function(call.func, "cross_entropy") or noticed.is_module(call.func, "CrossEntropyLoss")
        if takes and _went_through_softmax(noticed, call.args[0]):
            yield gettext(
                "Cross entropy applies softmax itself, and {input} went through softmax already. Give it the logits, "
                "as they come out of the last linear layer.",
                input=noticed.text(call.args[0]),
            )


def _went_through_softmax(noticed: Noticed, node: ast.expr) -> bool:
    tensor = noticed.tensor(node)
    if tensor is not None:
        return type(base_attribute("grad_fn").__get__(tensor)).__name__ == "SoftmaxBackward0"
    if not isinstance(node, ast.Call):
        return False
    if noticed.is_function(node.func, "softmax") or _ends_in_softmax(noticed.real(node.func)):
        return True
    match node.func:
        case ast.Attribute(value=base, attr="softmax"):
            return noticed.shape(base) is not None
    return False


def _ends_in_softmax(module: object) -> bool:
    while kind_of(module) is Kind.MODULE and is_torch_class(type(module)):
        if type(module).__name__ == "Softmax":
            return True
        parts = own_dict(module).get("_modules")
        if type(module).__name__ != "Sequential" or type(parts) is not dict or not parts:
            return False
        module = next(reversed(parts.values()))
    return False


def loss_without_graph(noticed: Noticed) -> Iterator[str]:
    """A loss that had a graph and has none any more: nothing would be learned from it."""
    for change in noticed.noted(GradFnWas):
        name, facts = target_code(change.target), change.facts
        if facts.grad_fn is not None or facts.shape != () or "loss" not in name.casefold():
            continue
        if "no_grad" in noticed.source or "inference_mode" in noticed.source:
            continue
        yield gettext(
            "{loss} no longer depends on your parameters: its grad_fn is None now. item(), detach(), .data and "
            "torch.tensor(…) cut it off from the graph.",
            loss=name,
        )
