"""Traps of training by hand: parameters that are rebound, gradients of what is no leaf, losses without a graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.notes import GradFnWas, IsLeafWas
from ptrepl.engine.watch.static_read import keeps_gradient
from ptrepl.engine.watch.targets import Name, target_code
from ptrepl.explain.called_name import names_within
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


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
                if _reads_gradient(value, name) and not _is_attack(value):
                    yield gettext(
                        "{name} is another tensor now: is_leaf=False, and backward() will store no gradient in it. To "
                        "update the tensor that you had, change it in place: with torch.no_grad(): {name} -= …",
                        name=name,
                    )
                    lost.discard(name)


def rebound_in_loop(noticed: Noticed) -> Iterator[Told]:
    """``for p in params: p = p - lr * p.grad``: only the name ``p`` gets the new tensor."""
    for place in noticed.places:
        match place.statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Sub()) as value):
                pass
            case _:
                continue
        loop = place.loops[-1].tree if place.loops else None
        if not isinstance(loop, ast.For) or not _reads_gradient(value, name):
            continue
        looped = names_within(loop.target)
        used = any(isinstance(each, ast.Name) and each.id == name for after in place.after for each in ast.walk(after))
        if name in looped and not used:
            text = gettext(
                "{name} = … binds the name {name} to a new tensor, and the parameters stay as they are. Change them in "
                "place: with torch.no_grad(): {name} -= …",
                name=name,
            )
            yield told_of(place, text)


def _is_attack(node: ast.expr) -> bool:
    """Whether it moves an input by the sign of its gradient, which leaves the tensor that it was alone."""
    return any(isinstance(each, ast.Attribute) and each.attr in ("sign", "sgn") for each in ast.walk(node))


def _reads_gradient(node: ast.expr, name: str) -> bool:
    return any(
        isinstance(each, ast.Attribute)
        and each.attr == "grad"
        and isinstance(each.value, ast.Name)
        and each.value.id == name
        for each in ast.walk(node)
    )


def gradient_of_no_leaf(noticed: Noticed) -> Iterator[str]:
    """``print(x.grad)`` of an ``x`` that was computed: there is none."""
    if not isinstance(noticed.tree, ast.Expr):
        return
    for node in noticed.ran():
        match node:
            case ast.Attribute(value=ast.Name(id=name) as owner, attr="grad"):
                tensor = noticed.tensor(owner)
            case _:
                continue
        if tensor is None or base_attribute("grad_fn").__get__(tensor) is None or keeps_gradient(tensor):
            continue
        yield gettext(
            "{name}.grad is None: {name} is not a leaf, and backward() stores gradients in leaves only. To have it "
            "stored here too, call {name}.retain_grad() before backward().",
            name=name,
        )
        return


def _went_backward(noticed: Noticed, name: str) -> bool:
    """Whether a backward pass came after the statement that gave ``name`` what it stood for."""
    for entry in noticed.earlier():
        if "backward" in entry.words:
            return True
        if name in entry.bound:
            return False
    return False


def loss_without_graph(noticed: Noticed) -> Iterator[str]:
    """A loss that had a graph and has none any more: nothing would be learned from it."""
    for change in noticed.noted(GradFnWas):
        name, facts = target_code(change.target), change.facts
        if facts.grad_fn is not None or facts.shape != () or "loss" not in name.casefold():
            continue
        if any(word in noticed.source for word in ("no_grad", "inference_mode", "backward(")):
            continue
        if _went_backward(noticed, name):
            continue  # it has done its work
        yield gettext(
            "{loss} no longer depends on your parameters: its grad_fn is None now. item(), detach(), .data and "
            "torch.tensor(…) cut it off from the graph.",
            loss=name,
        )
