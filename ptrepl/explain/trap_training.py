"""Traps of training: gradients, parameters and losses that are no longer what one takes them for."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from ptrepl.engine.facts import base_attribute, torch_functions_off
from ptrepl.engine.kinds import Kind, kind_of, own_dict
from ptrepl.engine.outcome import GroupChange
from ptrepl.explain.noticed import Noticed

__all__ = ["added_gradient", "loss_without_graph", "not_a_number", "rebound_parameter", "softmax_twice"]

_MOST_READ = 1 << 14
_SOFTMAX = frozenset({"softmax", "log_softmax"})


def added_gradient(noticed: Noticed) -> Iterator[str]:
    """A second ``backward`` on a gradient that was not cleared."""
    for change in noticed.noted("accumulated"):
        name = change.label.removesuffix(".grad")
        yield (
            f"{change.label} is the sum of this gradient and the one before it. To start afresh, clear it before "
            f"backward: {name}.grad = None."
        )
        return
    for group in noticed.changes:
        if isinstance(group, GroupChange) and group.noun == "gradients" and "accumulated" in group.what:
            yield (
                f"The gradients of {group.label} are sums of the new ones and the ones before them. To start afresh, "
                f"clear them before backward: {group.label}.zero_grad(), or zero_grad() of its optimizer."
            )
            return


def rebound_parameter(noticed: Noticed) -> Iterator[str]:
    """``w = w - lr * w.grad``: the name moves to a new tensor, which is no leaf and never gets a gradient."""
    lost = {change.label for change in noticed.noted("is_leaf was True") if change.facts.requires_grad is True}
    if not lost:
        return
    for node in noticed.nodes():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in lost:
                if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(value)):
                    yield (
                        f"{name} is another tensor now: is_leaf=False, and backward will leave its .grad empty. To "
                        f"change the one that you had, write into it: with torch.no_grad(): {name} -= …"
                    )
                    lost.discard(name)


def softmax_twice(noticed: Noticed) -> Iterator[str]:
    """``CrossEntropyLoss`` of something that went through softmax already: it trains, and badly."""
    for call in noticed.calls():
        if not call.args:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name != "cross_entropy" and not noticed.is_module(call.func, "CrossEntropyLoss"):
            continue
        if _went_through_softmax(noticed, call.args[0]):
            yield (
                f"Cross entropy takes the softmax itself, and {noticed.text(call.args[0])} went through one already. "
                "Give it the scores as they come out of the last linear layer."
            )


def _went_through_softmax(noticed: Noticed, node: ast.expr) -> bool:
    tensor = noticed.tensor(node)
    if tensor is not None:
        return type(base_attribute("grad_fn").__get__(tensor)).__name__ == "SoftmaxBackward0"
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return name == "softmax" or _ends_in_softmax(noticed.real(node.func))


def _ends_in_softmax(module: object) -> bool:
    while kind_of(module) is Kind.MODULE:
        if type(module).__name__ == "Softmax":
            return True
        parts = own_dict(module).get("_modules")
        if type(module).__name__ != "Sequential" or type(parts) is not dict or not parts:
            return False
        module = next(reversed(parts.values()))
    return False


def not_a_number(noticed: Noticed) -> Iterator[str]:
    """A small tensor has become nan or inf, and nothing that it was made from had any."""
    for kind in ("nan", "inf"):
        for change in noticed.noted(f"has {kind}"):
            if _made_from_such(noticed, change.label):
                return
            what = "nan, which is no number" if kind == "nan" else "inf, a number that is too large"
            yield (
                f"{change.label} has {what}, and this is where it came from. Look for a division by 0, the log or the "
                "root of 0 or less, exp of a large number, or a learning rate that is too large."
            )
            return


def _made_from_such(noticed: Noticed, label: str) -> bool:
    """Whether some tensor that the statement names, the one of ``label`` aside, holds nan or inf; or says so itself."""
    torch = sys.modules["torch"]
    for node in noticed.nodes():
        if isinstance(node, ast.Constant) and type(node.value) is float and node.value - node.value != 0:
            return True
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            if getattr(node, "attr", getattr(node, "id", "")) in ("nan", "inf"):
                return True
            tensor = noticed.tensor(node)
            if tensor is None or type(tensor) not in (torch.Tensor, torch.nn.Parameter) or noticed.text(node) == label:
                continue
            with torch_functions_off():
                if tensor.numel() > _MOST_READ or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
                    return True  # cannot be told
                if tensor.is_floating_point() and not bool(torch.isfinite(tensor.detach()).all()):
                    return True
        if isinstance(node, ast.Call) and any(
            isinstance(each, ast.Constant) and each.value in ("nan", "inf", "-inf") for each in node.args
        ):
            return True
    return False


def loss_without_graph(noticed: Noticed) -> Iterator[str]:
    """A loss that had a graph behind it, and has none any more: nothing would be learned from it."""
    for change in noticed.noted("grad_fn was"):
        facts = change.facts
        if facts.grad_fn is not None or facts.shape != () or "loss" not in change.label.casefold():
            continue
        if "no_grad" in noticed.source or "inference_mode" in noticed.source:
            continue
        yield (
            f"{change.label} no longer depends on your parameters: its grad_fn is None now. item(), detach(), .data "
            "and torch.tensor(…) cut it off."
        )
