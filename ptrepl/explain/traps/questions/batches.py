"""Which tensors are the batches of a loader, with one sample in each row."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.passes import is_plain_tensor
from ptrepl.explain.traps.reading.place import Loop, Place
from ptrepl.explain.traps.reading.reader import Made, class_of

_DEEPEST = 10
_KEEPS = frozenset("float double long int to cuda cpu contiguous clone detach type requires_grad_ type_as half".split())
_LAYERS = ("Embedding", "Linear", "Dropout", "LayerNorm", "ReLU", "Tanh", "GELU", "Identity")


def gives_batches(found: Any) -> bool:
    """Whether it is a DataLoader of torch's own, or stands for one that a function made."""
    data = sys.modules.get("torch.utils.data")
    return data is not None and class_of(found) is data.DataLoader


def loader_of(place: Place, loop: Loop) -> tuple[Any, ast.expr] | None:
    """The loader whose batches the loop gets, and how it is named; ``place``: one in the loop."""
    if not isinstance(loop.tree, ast.For):
        return None
    where = next((each for each in (place, *reversed(place.callers)) if any(one is loop for one in each.loops)), place)
    for node in ast.walk(loop.tree.iter):
        if isinstance(node, (ast.Name, ast.Attribute)):
            found = where.reader.real(node)
            if gives_batches(found):
                return found, node
    return None


def batch_in(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> tuple[Any, str] | None:
    """``(the loader, its name)`` of a tensor whose rows are the samples of a batch of it; None where not known."""
    if not depth:
        return None
    match node:
        case ast.Name(id=name):
            return _named(noticed, place, name, depth)
        case ast.Subscript(value=ast.Name() as inner, slice=ast.Constant()) if place.reader.tensor(inner) is None:
            return batch_in(noticed, place, inner, depth - 1)  # batch[0]
        case ast.Call(func=ast.Attribute(value=inner)) if _keeps_rows(place, node, inner):
            return batch_in(noticed, place, inner, depth - 1)
        case ast.Call(func=func, args=[inner]) if place.module_class(func) in _LAYERS:
            return batch_in(noticed, place, inner, depth - 1)
        case ast.Call():
            returned = noticed.returned(place, node)
            return None if returned is None else batch_in(noticed, *returned, depth - 1)
        case ast.BinOp(left=left, right=right):
            whole = place.reader.shape(node)
            for each in (left, right):
                if whole is not None and place.reader.shape(each) == whole:
                    return batch_in(noticed, place, each, depth - 1)
    return None


def _named(noticed: Noticed, place: Place, name: str, depth: int) -> tuple[Any, str] | None:
    if name in place.defined:
        return batch_in(noticed, *place.defined[name], depth - 1)
    for loop in reversed(place.loops):
        if isinstance(loop.tree, ast.For) and name in {
            each.id for each in ast.walk(loop.tree.target) if isinstance(each, ast.Name)
        }:
            found = loader_of(place, loop)
            plain = found is not None and _is_one_sample_a_row(found[0])
            return (found[0], place.text(found[1])) if found is not None and plain else None
    known = noticed.definition(place, name)
    return None if known is None else batch_in(noticed, *known, depth - 1)


def _keeps_rows(place: Place, node: ast.Call, inner: ast.expr) -> bool:
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if place.reader.real(node.func) is not None:
        return False
    if method in _KEEPS:
        return True
    if method not in ("view", "reshape", "squeeze", "unsqueeze", "flatten"):
        return False
    before, after = place.reader.shape(inner), place.reader.shape(node)
    return before is not None and after is not None and before[:1] == after[:1]


def _is_one_sample_a_row(loader: Any) -> bool:
    """Whether its samples are stacked as they come: by torch's own function, in no order that could be that of time."""
    held = own_dict(loader)
    size = held.get("batch_size")
    if held.get("collate_fn") is not sys.modules["torch.utils.data"].default_collate or type(size) is not int:
        return False
    shuffles = held.get("shuffle") is True if type(loader) is Made else _draws(held.get("sampler"))
    return size > 1 and (shuffles or _has_label_each(held.get("dataset")))


def _draws(sampler: Any) -> bool:
    return class_of(sampler).__name__ in ("RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler")


def _has_label_each(dataset: Any) -> bool:
    """Whether a tensor of the dataset has one number for each sample."""
    tensors = own_dict(dataset).get("tensors") if class_of(dataset).__name__ == "TensorDataset" else None
    if type(tensors) is not tuple:
        return False
    shapes = [tuple(each.shape) for each in tensors if is_plain_tensor(each)]
    return any(len(each) == 1 or each[1:] == (1,) for each in shapes)
