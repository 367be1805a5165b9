"""The traps of what is shuffled wrongly: two loaders, each in an order of its own, and a tensor by random.shuffle."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import sizes
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import gives_batches
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def shuffled_apart(noticed: Noticed) -> Iterator[Told]:
    """``for x, y in zip(x_loader, y_loader)``, where both loaders shuffle."""
    for place in noticed.places:
        match place.statement:
            case ast.For(iter=ast.Call(func=ast.Name(id="zip"), args=[first, second]) as paired) if place.certain:
                pass
            case _:
                continue
        one, other = place.reader.real(first), place.reader.real(second)
        if one is other or not (_shuffles(one) and _shuffles(other)) or not _are_as_long(one, other):
            continue
        if not _is_target(place, place.statement):
            continue
        text = gettext(
            "{first} and {second} are shuffled each on its own, so a batch of one does not belong to a batch of the "
            "other. Put both into one TensorDataset, and shuffle that.",
            first=place.text(first),
            second=place.text(second),
        )
        yield told_of(place, text, paired)


def _shuffles(loader: Any) -> bool:
    """Whether a loader shuffles in an order that no generator of its own gives: two with one seed go side by side."""
    sampler = own_dict(loader).get("sampler") if gives_batches(loader) else None
    if sampler is None or type(sampler) is not sys.modules["torch.utils.data"].RandomSampler:
        return False
    return own_dict(sampler).get("generator") is None


def _are_as_long(one: Any, other: Any) -> bool:
    first, second = (own_dict(each).get("dataset") for each in (one, other))
    if not is_tensor_class(type(first)) or not is_tensor_class(type(second)):
        return False
    shapes = (sizes(read(each)) for each in (first, second))
    return len({shape[:1] for shape in shapes if shape}) == 1


def _is_target(place: Place, loop: ast.For) -> bool:
    """Whether the second of the pair is a target in a loss and no input: two kinds of images may meet by chance."""
    match loop.target:
        case ast.Tuple(elts=[ast.Name(), ast.Name(id=name)]):
            pass
        case _:
            return False
    in_loss = False
    for node in ast.walk(loop):
        if not isinstance(node, ast.Call) or not any(getattr(each, "id", "") == name for each in node.args):
            continue
        called = place.reader.real(node.func)
        is_loss = type_name(called).endswith("Loss") or place.text(node.func).endswith(("loss", "entropy"))
        if not is_loss and kind_of(called) is Kind.MODULE:
            return False
        in_loss = in_loss or is_loss
    return in_loss


def shuffled_in_place(noticed: Noticed) -> Iterator[Told]:
    """``random.shuffle(order)`` of a tensor: swapping two of its rows writes one over the other."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            match node:
                case ast.Call(func=func, args=[given]) if _is_shuffle(place, func):
                    pass
                case _:
                    continue
            held = place.reader.real(given)
            shape = tuple(held.shape) if is_tensor_class(type(held)) else place.reader.shape(given)
            if not shape or shape[0] < 2:
                continue
            text = gettext(
                "{code} swaps rows of a tensor, and a row that is taken out is a view of its place: some rows are "
                "lost, and others come twice. Write {name} = {name}[torch.randperm(len({name}))].",
                code=place.text(node),
                name=place.text(given),
            )
            yield told_of(place, text, node)


def _is_shuffle(place: Place, node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name() as module, attr="shuffle"):
            return place.reader.real(module) is random
    return False
