"""What one line says of a container, module, optimizer or DataLoader."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ptrepl.engine.watch.facts import TensorFacts
from ptrepl.engine.watch.kinds import Kind, class_dict, own_dict, type_name
from ptrepl.engine.watch.parts import Parts


def counted(number: int, noun: str) -> str:
    """``1 tensor``, ``2 tensors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary_parts(kind: Kind, parts: Parts, facts: Iterable[TensorFacts]) -> tuple[str, ...]:
    """How many tensors of which role, and for parameters how many values in all."""
    roles = Counter(part.role for part in parts.found)
    more = "+" if parts.truncated else ""
    if kind is Kind.LOADER:
        return ()
    if kind is Kind.OPTIMIZER:
        return (counted(roles["parameter"], "parameter"),)
    said = []
    if kind is not Kind.MODULE and (roles["tensor"] or not parts.modules):
        said.append(f"{roles['tensor']}{more} tensor{'' if roles['tensor'] == 1 and not more else 's'}")
    if kind is Kind.MODULE or parts.modules:
        said.append(counted(roles["parameter"], "parameter"))
        sizes = [_count(fact.shape) for part, fact in zip(parts.found, facts, strict=True) if part.role == "parameter"]
        known = [size for size in sizes if size is not None]
        said.append(counted(sum(known), "value"))
        if len(known) < len(sizes):
            said.append(f"{len(sizes) - len(known)} not initialized yet")
        if roles["buffer"]:
            said.append(counted(roles["buffer"], "buffer"))
        if kind is Kind.MODULE and roles["tensor"]:
            said.append(counted(roles["tensor"], "tensor"))
    return tuple(said)


def _count(shape: object) -> int | None:
    if not isinstance(shape, tuple):
        return None
    product = 1
    for size in shape:
        if not isinstance(size, int):
            return None
        product *= size
    return product


def details_of(kind: Kind, value: Any) -> tuple[tuple[str, str], ...]:
    """Settings worth a word, as (name, text): an optimizer's learning rate, a loader's batches."""
    namespace = own_dict(value)
    if kind is Kind.OPTIMIZER:
        groups = namespace.get("param_groups")
        rates = [group.get("lr") for group in groups if type(group) is dict] if type(groups) is list else []
        texts = list(dict.fromkeys(f"{rate:g}" for rate in rates if type(rate) is float or type(rate) is int))
        return (("lr", ", ".join(texts)),) if texts else ()
    if kind is Kind.LOADER:
        return tuple(_loader_details(namespace))
    return ()


def _loader_details(namespace: dict[str, Any]) -> Iterable[tuple[str, str]]:
    dataset = namespace.get("dataset")
    data = sys.modules.get("torch.utils.data")
    yield "dataset", type_name(dataset)
    if data is not None and type(dataset) is data.TensorDataset:
        tensors = own_dict(dataset).get("tensors")
        if type(tensors) is tuple and tensors:
            size = class_dict(sys.modules["torch"]._C.TensorBase)["shape"].__get__(tensors[0])
            yield "samples", str(size[0])
    if type(batch_size := namespace.get("batch_size")) is int:
        yield "batch_size", str(batch_size)
