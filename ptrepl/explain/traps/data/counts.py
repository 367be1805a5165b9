"""How many samples a loader gives, and how many its dataset has: without running the learner's dataset."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.kinds import is_one, own_dict
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.traps.reading.own_code import method_of, own_code
from ptrepl.explain.traps.reading.passes import is_plain_tensor
from ptrepl.explain.traps.reading.reader import CodeReader, Made, class_of


def dataset_length(reader: CodeReader, dataset: Any) -> int | None:
    """``len(dataset)``; None where only running the learner's code would tell."""
    data = sys.modules["torch.utils.data"]
    cls, held = class_of(dataset), own_dict(dataset)
    if cls is data.TensorDataset:
        tensors = held.get("tensors")
        return _length(tensors[0]) if type(tensors) is tuple and tensors else None
    if cls is data.Subset:
        return _length(held.get("indices"))
    if cls is data.ConcatDataset:
        sizes = held.get("cumulative_sizes")
        return sizes[-1] if type(sizes) is list and sizes and type(sizes[-1]) is int else None
    return _length(dataset) if is_one(cls, (list, tuple)) else _own_length(reader, dataset)


def samples_given(loader: Any, total: int) -> int | None:
    """How many samples the sampler of the loader gives in one round; ``total``: the length of its dataset."""
    data = sys.modules["torch.utils.data"]
    held = own_dict(loader)
    if type(loader) is Made:
        return total if held.get("collate_fn") is not None else None
    sampler, batches = held.get("sampler"), held.get("batch_sampler")
    if type(batches) is not data.BatchSampler or own_dict(batches).get("sampler") is not sampler:
        return None
    own = own_dict(sampler)
    if type(sampler) is data.SubsetRandomSampler:
        return _length(own.get("indices"))
    if type(sampler) is data.WeightedRandomSampler or type(sampler) is data.RandomSampler:
        asked = own.get("num_samples", own.get("_num_samples"))
        if asked is None and own.get("data_source") is held.get("dataset"):
            asked = total
        return asked if type(asked) is int else None
    return total if type(sampler) is data.SequentialSampler else None


def _length(value: Any) -> int | None:
    numpy = sys.modules.get("numpy")
    if is_one(type(value), (list, tuple, range)):
        return len(value)
    if is_plain_tensor(value) or (numpy is not None and type(value) is numpy.ndarray):
        return value.shape[0] if value.ndim else None
    return None


def _own_length(reader: CodeReader, dataset: Any) -> int | None:
    """What the learner's ``__len__`` gives, where that is one ``return`` of something that can be read."""
    code = own_code(method_of(class_of(dataset), "__len__"))
    body = [each for each in code.tree.body if not isinstance(each, ast.Expr)] if code is not None else []
    match body:
        case [ast.Return(value=ast.expr() as value)]:
            try:
                found = reader.binding("self", dataset).value(value)
            except (Unknown, Failed):
                return None
            return found if type(found) is int else None
    return None
