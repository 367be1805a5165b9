"""The trap of samples in the order of their classes, in batches that are not shuffled."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.data.labels import as_labels, labels_of
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import loader_of
from ptrepl.explain.traps.questions.losses_called import calls_of_losses
from ptrepl.explain.traps.questions.rounds import backward_in, loops_round, stepped, within
from ptrepl.explain.traps.reading.place import Loop, Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_FUNCTIONS = (
    "cross_entropy",
    "nll_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "multi_margin_loss",
)
_CLASSES = ("CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "MultiMarginLoss")


class _Order(NamedTuple):
    """How many batches there are in a round, and how many of them hold one class only."""

    batches: int
    pure: int


def batches_of_one_class(noticed: Noticed) -> Iterator[Told]:
    """``y = torch.arange(4).repeat_interleave(320)`` in a loader of batches of 32 that does not shuffle."""
    for place in noticed.places:
        if not place.certain or backward_in(place) is None:
            continue
        for loop in loops_round(place):
            text = _of_loader(place, loop) or _of_slices(noticed, loop)
            if text:
                if _learns_classes(noticed, loop):
                    yield told_of(place, text, loop.tree)
                return


def _learns_classes(noticed: Noticed, loop: Loop) -> bool:
    """Whether a loss over classes is computed, and the parameters are changed in the loop."""
    steps = (stepped(noticed, each) is not None or _subtracts(each) for each in within(noticed, loop))
    return any(True for _ in calls_of_losses(noticed, _FUNCTIONS, _CLASSES)) and any(steps)


def _subtracts(place: Place) -> bool:
    return isinstance(place.statement, ast.AugAssign) and isinstance(place.statement.op, ast.Sub)


def _of_loader(place: Place, loop: Loop) -> str:
    """What to say of a loop over a loader whose samples are in the order of their classes; "" for any other."""
    data, found = sys.modules.get("torch.utils.data"), loader_of(place, loop)
    if data is None or found is None or type(found[0]) is not data.DataLoader:
        return ""
    held = own_dict(found[0])
    sampler, batches, size = held.get("sampler"), held.get("batch_sampler"), held.get("batch_size")
    if type(sampler) is not data.SequentialSampler or type(batches) is not data.BatchSampler or type(size) is not int:
        return ""
    if own_dict(batches).get("sampler") is not sampler:
        return ""
    order = _order(labels_of(held.get("dataset")), size)
    if order is None:
        return ""
    return gettext(
        "The samples of {loader} come in the order of their classes, and it does not shuffle them: {pure} of its "
        "{batches} batches hold one class only, and each step pulls the network to that class. Make it with "
        "shuffle=True.",
        loader=place.text(found[1]),
        pure=order.pure,
        batches=order.batches,
    )


def _of_slices(noticed: Noticed, loop: Loop) -> str:
    """What to say of ``for i in range(0, n, 32)`` and ``y[i:i + 32]``, of labels that are in their order."""
    match loop.tree:
        case ast.For(target=ast.Name(id=index), iter=ast.Call(func=ast.Name(id="range"), args=[_, _, step])):
            pass
        case _:
            return ""
    for place in within(noticed, loop):
        for node in place.nodes():
            match node:
                case ast.Subscript(
                    value=ast.Name() | ast.Attribute() as labels, slice=ast.Slice(lower=ast.Name(id=first))
                ) if first == index:
                    pass
                case _:
                    continue
            size = step.value if isinstance(step, ast.Constant) else place.reader.real(step)
            order = _order(as_labels(place.reader.own_tensor(labels)), size) if type(size) is int else None
            if order is not None:
                return gettext(
                    "{labels} is in the order of the classes, and the batches are cut from it as it is: {pure} of "
                    "{batches} hold one class only, and each step pulls the network to that class. Shuffle before, by "
                    "one torch.randperm({length}) for samples and labels.",
                    labels=place.text(labels),
                    pure=order.pure,
                    batches=order.batches,
                    length=f"len({place.text(labels)})",
                )
    return ""


def _order(labels: Any, size: int) -> _Order | None:
    """How pure the batches are; None where the classes are not in blocks, or most batches hold several."""
    if labels is None or size < 2 or len(labels) < 2 * size:
        return None
    torch = sys.modules["torch"]
    with torch_functions_off(), torch.no_grad():
        borders = (labels[1:] != labels[:-1]).nonzero().flatten() + 1
        if not len(borders) or len(borders) + 1 != len(labels.unique()):
            return None
        mixed = len({int(each) // size for each in borders.tolist() if each % size})
    batches = -(-len(labels) // size)
    return _Order(batches, batches - mixed) if 2 * mixed <= batches else None
