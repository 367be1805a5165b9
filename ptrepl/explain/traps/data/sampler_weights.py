"""The trap of a ``WeightedRandomSampler`` with a weight for each class: it draws from the first few samples alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.case import sizes
from ptrepl.explain.rules.shapes.index_parts import limits
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.told import Told
from ptrepl.texts.messages import gettext


def weights_of_classes(noticed: Noticed) -> Iterator[Told]:
    """A loader of 200 samples whose sampler has two weights."""
    match noticed.tree:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
            loader: Any = noticed.names.get(name)
        case _:
            return
    data = sys.modules["torch"].utils.data
    if type(loader) is not data.DataLoader:
        return
    held = own_dict(loader)
    sampler, dataset = held.get("sampler"), held.get("dataset")
    if type(sampler) is not data.WeightedRandomSampler or type(dataset) is not data.TensorDataset:
        return
    tensors = own_dict(dataset).get("tensors")
    count, total = _length(own_dict(sampler).get("weights")), _length(tensors[0] if tensors else None)
    if count is None or total is None or count >= total:
        return
    weights = _weights_name(noticed, own_dict(sampler)["weights"])
    text = gettext(
        "The sampler of {loader} has {count} weights and the dataset {total} samples: it draws only the first {count}, "
        "since it takes one weight for each sample.",
        loader=name,
        count=count,
        total=total,
    )
    labels = _labels(noticed, tensors, count)
    if labels and weights:
        each = gettext(
            "{code} gives each sample the weight of its class.",
            code=f"WeightedRandomSampler({weights}[{labels}], …)",
        )
        text = f"{text} {each}"
    yield Told(text, noticed.source)


def _length(value: Any) -> int | None:
    shape = sizes(read(value)) if is_tensor_class(type(value)) else None
    return shape[0] if shape else None


def _weights_name(noticed: Noticed, weights: Any) -> str:
    """The name of a vector as long as the weights of the sampler, which are a copy in float64; "" if several are."""
    found = [
        name
        for name, value in noticed.names.items()
        if "weight" in name and is_tensor_class(type(value)) and sizes(read(value)) == sizes(read(weights))
    ]
    return found[0] if len(found) == 1 else ""


def _labels(noticed: Noticed, tensors: Any, classes: int) -> str:
    """The name of the one tensor of the dataset that holds an index below ``classes`` for each sample."""
    labels = [each for each in tensors if read(each).dtype == "int64" and len(sizes(read(each)) or ()) == 1]
    found = limits(labels[0]) if len(labels) == 1 else None
    if found is None or found[0] < 0 or found[1] >= classes:
        return ""
    return next((name for name, value in noticed.names.items() if value is labels[0]), "")
