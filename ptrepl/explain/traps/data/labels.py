"""The class of each sample of a dataset, where it lies in memory: no code of the learner's runs for it."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.kinds import is_one, module_name, own_dict
from ptrepl.explain.traps.reading.own_code import method_of, own_code
from ptrepl.explain.traps.reading.passes import is_plain_tensor
from ptrepl.explain.traps.reading.place import stored_in

_MOST_READ = 1 << 17
_MOST_LISTED = 1 << 13
_DEEPEST = 4


def labels_of(dataset: Any, depth: int = _DEEPEST) -> Any:
    """A vector of the classes, in the order of the samples; None where that is not known.

    Of a TensorDataset, a part or a row of such, a list of pairs, a dataset of torchvision, and of a class of the
    learner's whose ``__getitem__`` only picks.
    """
    data = sys.modules["torch.utils.data"]
    cls, held = type(dataset), own_dict(dataset)
    if not depth:
        return None
    if cls is data.TensorDataset:
        tensors = held.get("tensors")
        found = [as_labels(each) for each in tensors[1:]] if type(tensors) is tuple else []
        return next((each for each in reversed(found) if each is not None), None)
    if cls is data.Subset:
        return _picked(labels_of(held.get("dataset"), depth - 1), held.get("indices"))
    if cls is data.ConcatDataset:
        return _joined([labels_of(each, depth - 1) for each in held.get("datasets") or ()])
    if is_one(cls, (list, tuple)):
        return _of_pairs(dataset)
    if module_name(cls).startswith("torchvision.datasets"):
        return as_labels(held.get("targets"))
    return _of_own(dataset)


def as_labels(value: Any) -> Any:
    """``value`` as a vector of classes: whole numbers, or zeros and ones; None for all else."""
    torch = sys.modules["torch"]
    if is_one(type(value), (list, tuple)) and 0 < len(value) <= _MOST_LISTED:
        if not all(type(each) is int for each in value):
            return None
        value = torch.tensor(value)
    if not is_plain_tensor(value):
        return None
    with torch_functions_off(), torch.no_grad():
        if value.device.type != "cpu" or value.layout is not torch.strided or not 1 < value.numel() <= _MOST_READ:
            return None
        if value.dim() != 1 and tuple(value.shape[1:]) != (1,):
            return None
        flat = value.detach().reshape(-1)
        if flat.dtype in (torch.int64, torch.int32, torch.uint8, torch.bool):
            return flat
        is_binary = flat.is_floating_point() and bool(((flat == 0) | (flat == 1)).all())
        return flat if is_binary else None


def _picked(labels: Any, indices: Any) -> Any:
    if labels is None or not is_one(type(indices), (list, tuple, range)) or len(indices) > _MOST_READ:
        return None
    if not all(type(each) is int and 0 <= each < len(labels) for each in indices):
        return None
    return labels[sys.modules["torch"].tensor([*indices])]


def _joined(parts: list[Any]) -> Any:
    if not parts or any(each is None for each in parts):
        return None
    return sys.modules["torch"].cat([each.long() for each in parts])


def _of_pairs(rows: Any) -> Any:
    """Of a list of (sample, class)."""
    if not 0 < len(rows) <= _MOST_LISTED or not all(type(each) is tuple and len(each) == 2 for each in rows):
        return None
    found = []
    for _, label in rows:
        if is_plain_tensor(label) and label.dim() == 0 and label.device.type == "cpu":
            label = label.item()
        if type(label) is not int:
            return None
        found.append(label)
    return as_labels(found)


def _of_own(dataset: Any) -> Any:
    """Of a dataset of the learner's whose ``__getitem__`` picks the class of one sample from an attribute."""
    code = own_code(method_of(type(dataset), "__getitem__"))
    if code is None or len(code.tree.args.args) != 2:
        return None
    index = code.tree.args.args[1].arg
    made: dict[str, tuple[ast.expr, bool]] = {}
    if index in stored_in(code.tree.body)[0]:
        return None
    for statement in code.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                made[name] = (value, False)
            case ast.Assign(targets=[ast.Tuple(elts=[*_, ast.Name(id=name)])], value=value):
                made[name] = (value, True)
            case ast.Return(value=ast.Tuple(elts=[_, last])):
                return _picked_by(dataset, last, index, made)
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Assign() | ast.If():
                for name in stored_in([statement])[0]:
                    made.pop(name, None)
            case _:
                return None
    return None


def _picked_by(dataset: Any, node: ast.expr, index: str, made: dict[str, tuple[ast.expr, bool]]) -> Any:
    is_last = False
    while True:
        match node:
            case ast.Name(id=name) if name in made and not is_last:
                node, is_last = made.pop(name)
            case ast.Call(func=ast.Attribute(attr="tensor" | "as_tensor") | ast.Name(id="int"), args=[node, *_]):
                pass
            case ast.Call(func=ast.Attribute(value=node, attr="long" | "item" | "float"), args=[]):
                pass
            case ast.Subscript(value=ast.Attribute(value=ast.Name(), attr=name), slice=ast.Name(id=used)):
                held = own_dict(dataset).get(name) if used == index else None
                if not is_last:
                    return as_labels(held)
                return _of_pairs(held) if is_one(type(held), (list, tuple)) else None
            case _:
                return None
