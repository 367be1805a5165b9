"""How often a loop runs through, and what it gets first: without asking the learner's iterator for anything."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_one, kind_of, own_dict
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.standins import NoStandIn
from ptrepl.explain.traps.reading.reader import HIDDEN, CodeReader, Made, class_of


def passes_of(reader: CodeReader, node: ast.expr) -> tuple[int | None, Any]:
    """(how often, the first value); None and ``HIDDEN`` where that is not known.

    For ``enumerate(loader)`` of a loader with 3 batches, (3, (0, [a batch of stand-ins])).
    """
    match node:
        case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]):
            times, first = passes_of(reader, inner)
            return times, (0, first)
        case ast.Call(func=ast.Name(id="zip"), args=[_, *_] as parts, keywords=[]):
            found = [passes_of(reader, each) for each in parts if not isinstance(each, ast.Starred)]
            counts = [each for each, _ in found if each is not None]
            known = min(counts) if counts and len(counts) == len(parts) else None
            return known, tuple(first for _, first in found)
        case ast.Call(func=ast.Name(id="tqdm" | "trange"), args=[inner, *_]):
            return passes_of(reader, inner)
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters"), args=[], keywords=[]):
            module = reader.real(owner)
            if kind_of(module) is Kind.MODULE and type(module) is not Made:
                found_in = parameters_of(module)
                return len(found_in), found_in[0] if found_in else HIDDEN
            return None, HIDDEN
    real = reader.real(node)
    if real is None:
        real = reader.known(node)
        real = real if type(real) is Made else None
    if kind_of(real) is Kind.LOADER or (type(real) is Made and class_of(real).__name__ == "DataLoader"):
        return _batches(reader, real)
    try:
        value = real if real is not None else reader.value(node)
        if type(value) is range:
            return len(value), value[0] if value else HIDDEN
        if is_one(type(value), (list, tuple)):
            return len(value), value[0] if value else HIDDEN
        if is_plain_tensor(value) and value.dim():
            stand_in = reader.standins.of(value)
            return len(value), reader.standins.adopt(stand_in[0]) if len(value) else HIDDEN
    except (Unknown, Failed, NoStandIn):
        pass
    return None, HIDDEN


def rows_of(reader: CodeReader, tensor: Any, count: int) -> tuple[Any, ...]:
    """The rows of a tensor that has ``count`` of them, as stand-ins; none where it has another number."""
    try:
        if not tensor.dim() or len(tensor) != count:
            return ()
        stand_in = reader.standins.of(tensor)
        return tuple(reader.standins.adopt(stand_in[at]) for at in range(count))
    except NoStandIn:
        return ()


def is_plain_tensor(value: Any) -> bool:
    """Whether it is a tensor, and not one of a subclass, whose ``__len__`` may be the learner's."""
    torch = sys.modules["torch"]
    return is_one(type(value), (torch.Tensor, torch.nn.Parameter))


def parameters_of(module: Any) -> list[Any]:
    """The parameters of the module and of those in it, each once, as ``parameters()`` of torch gives them."""
    found: dict[int, Any] = {}
    for each in modules_in(module):
        held = own_dict(each).get("_parameters")
        if type(held) is dict:
            found |= {id(value): value for value in held.values() if value is not None}
    return [*found.values()]


def has_trained(module: Any) -> bool:
    """Whether it is a network with a parameter that requires a gradient."""
    return kind_of(module) is Kind.MODULE and any(read(each).requires_grad is True for each in parameters_of(module))


def modules_in(module: Any) -> list[Any]:
    """The module and the ones registered in it, each once."""
    found: dict[int, Any] = {}
    pending = [module]
    while pending:
        each = pending.pop(0)
        if id(each) in found or kind_of(each) is not Kind.MODULE:
            continue
        found[id(each)] = each
        held = own_dict(each).get("_modules")
        if type(held) is dict:
            pending += held.values()
    return [*found.values()]


def _batches(reader: CodeReader, loader: Any) -> tuple[int | None, Any]:
    """The batches of a loader over a TensorDataset, or over a list of tuples of tensors, by default means."""
    held = own_dict(loader)
    dataset, size, collate = held.get("dataset"), held.get("batch_size"), held.get("collate_fn")
    plain = collate is sys.modules["torch.utils.data"].default_collate
    tensors = own_dict(dataset).get("tensors") if class_of(dataset).__name__ == "TensorDataset" else None
    if not plain or type(size) is not int or type(tensors) is not tuple or not tensors:
        return None, HIDDEN
    if not all(is_plain_tensor(each) and each.dim() for each in tensors):
        return None, HIDDEN
    count = len(tensors[0])
    times = count // size if held.get("drop_last") else -(-count // size)
    try:
        batch = [reader.standins.adopt(reader.standins.of(each)[:size]) for each in tensors]
    except NoStandIn:
        return times, HIDDEN
    return times, batch
