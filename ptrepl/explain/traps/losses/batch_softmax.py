"""The trap of a softmax over the batch: the scores of one sample are set against those of the others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import given_to_losses
from ptrepl.explain.traps.questions.spelled import unpacked
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_LOSSES = (("nll_loss",), ("NLLLoss",))
_FUNCTIONS = ("softmax", "log_softmax")
_KEEPS = ("float", "double", "clone", "contiguous", "to", "cpu", "cuda", "log")
_DEEPEST = 8


def softmax_over_batch(noticed: Noticed) -> Iterator[Told]:
    """``log_softmax(scores, dim=0)`` of scores of shape (batch, classes), given to a loss that takes a row a sample."""
    for place, given in (*given_to_losses(noticed, *_LOSSES), *_judged_by_row(noticed)):
        shape = place.reader.shape(given)
        if shape is None or len(shape) != 2 or 1 in shape:
            continue
        found = _softmax(noticed, place, given)
        if found is None or found[2] not in (0, -2):
            continue
        where, node, dim, owner = found
        text = gettext(
            "{softmax} has dim={dim}: for scores of shape {shape} that is the batch, so each class sums to 1 over the "
            "{count} samples, and not each sample over the classes. Write dim=1.",
            softmax=owner,
            dim=dim,
            shape=shape_text(shape),
            count=shape[0],
        )
        yield told_of(where, text, node)
        return


def _judged_by_row(noticed: Noticed) -> Iterator[tuple[Place, ast.expr]]:
    """The scores of which ``scores.argmax(1) == y`` takes the largest of each row, ``gather(1, …)`` one of each."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            match node:
                case ast.Call(func=ast.Attribute(attr="gather")):
                    picked = _one_of_each_row(place, node)
                    if picked is not None and not _is_square(place, picked):
                        yield place, picked
                case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                    for side in (left, right):
                        known = _definition(noticed, place, side)
                        given = None if known is None else _largest_of_rows(*known)
                        if known is not None and given is not None and not _is_square(known[0], given):
                            yield known[0], given


def _definition(noticed: Noticed, place: Place, side: ast.expr) -> tuple[Place, ast.expr] | None:
    if not isinstance(side, ast.Name):
        return place, side
    parts = unpacked(noticed, place, side.id)  # values, indices = scores.max(1)
    return (place, parts[0]) if parts is not None and parts[1] == 1 else noticed.definition(place, side.id)


def _is_square(place: Place, node: ast.expr) -> bool:
    """Whether its rows and columns may both stand for samples, as in a contrastive loss."""
    shape = place.reader.shape(node)
    return shape is not None and len(set(shape)) == 1


def _largest_of_rows(place: Place, node: ast.expr) -> ast.expr | None:
    """``scores`` of ``scores.argmax(1)``, of ``torch.argmax(scores, dim=1)``, and of ``scores.max(1)``."""
    match node:
        case ast.Call(func=func, args=[base, *dims]) if place.is_function(func, "argmax", "max"):
            pass
        case ast.Call(func=ast.Attribute(value=base, attr="argmax" | "max"), args=[*dims]):
            pass
        case _:
            return None
    dims += [each.value for each in node.keywords if each.arg == "dim"]
    return base if dims and ast.unparse(dims[0]) in ("1", "-1") else None


def _one_of_each_row(place: Place, node: ast.Call) -> ast.expr | None:
    """``probs`` of ``probs.gather(1, actions.view(-1, 1))``, and of ``torch.gather(probs, 1, …)``."""
    named = {each.arg: each.value for each in node.keywords}
    assert isinstance(node.func, ast.Attribute)
    args = [*node.args] if place.is_function(node.func, "gather") else [node.func.value, *node.args]
    dim = args[1] if len(args) > 1 else named.get("dim")
    index = args[2] if len(args) > 2 else named.get("index")
    if not args or dim is None or index is None or ast.unparse(dim) not in ("1", "-1"):
        return None
    one, two = place.reader.shape(args[0]), place.reader.shape(index)
    return args[0] if one is not None and two is not None and two == (one[0], 1) else None


_Found = tuple[Place, ast.expr, int, str]
"""Where the softmax stands, its call, its dim, and how it is named."""


def _softmax(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> _Found | None:
    """The softmax that computed ``node`` last; None where another operation did, or it is not known."""
    if not depth:
        return None
    if isinstance(node, ast.Name):
        known = noticed.definition(place, node.id)
        return None if known is None else _softmax(noticed, *known, depth - 1)
    if not isinstance(node, ast.Call):
        return None
    called = place.reader.real(node.func)
    if kind_of(called) is Kind.MODULE and is_torch_class(type(called)):
        layer, name = _last_layer(called, place.text(node.func))
        dim = own_dict(layer).get("dim") if type_name(layer) in ("Softmax", "LogSoftmax") else None
        return (place, node, dim, name) if type(dim) is int else None
    if place.is_function(node.func, *_FUNCTIONS):
        return _with_dim(place, node, [*node.args[1:2]])
    inside = noticed.returned(place, node)
    if inside is not None:
        return _softmax(noticed, *inside, depth - 1)
    if isinstance(node.func, ast.Call) and place.module_class(node.func) in ("Softmax", "LogSoftmax"):
        return _with_dim(place, node.func, [*node.func.args[:1]])
    if isinstance(node.func, ast.Attribute) and called is None:
        if node.func.attr in _FUNCTIONS and place.reader.shape(node.func.value) is not None:
            return _with_dim(place, node, [*node.args[:1]])
        if node.func.attr in _KEEPS:
            return _softmax(noticed, place, node.func.value, depth - 1)
    if place.is_function(node.func, "log") and node.args:
        return _softmax(noticed, place, node.args[0], depth - 1)
    return None


def _last_layer(module: Any, name: str) -> tuple[Any, str]:
    """The layer of torch's own that comes last in it, and its name: ``net[2]``."""
    while type_name(module) == "Sequential":
        parts = own_dict(module).get("_modules")
        if type(parts) is not dict or not parts:
            break
        key, module = [*parts.items()][-1]
        name = f"{name}[{key}]" if key.isdecimal() else f"{name}.{key}"
    return module, name


def _with_dim(place: Place, node: ast.Call, given: list[ast.expr]) -> _Found | None:
    given += [each.value for each in node.keywords if each.arg == "dim"]
    try:
        dim = place.reader.value(given[0]) if given else None
    except (Unknown, Failed):
        return None
    return (place, node, dim, place.text(node)) if type(dim) is int else None
