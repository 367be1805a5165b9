"""What one line says of a container, module, optimizer or DataLoader as a whole: how much it holds, how it is set."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from ptrepl.engine.watch.facts import TensorFacts
from ptrepl.engine.watch.kinds import Kind, class_dict, own_dict, type_name
from ptrepl.engine.watch.parts import Group, Parts


class Counts(NamedTuple):
    """How many tensors an object holds."""

    tensors: int = 0
    """In containers and attributes, those within other containers included."""
    truncated: bool = False
    """There are more than were looked at."""
    modules: int = 0
    """The object itself included, where it is one."""
    parameters: int = 0
    values: int = 0
    """Elements of all parameters together."""
    uninitialized: int = 0
    """Parameters of lazy modules, which have no size yet."""
    buffers: int = 0


class Setting(NamedTuple):
    """A setting of an optimizer (``lr``) or a DataLoader (``dataset``, ``samples``, ``batch_size``).

    ``value``: the learning rates of the parameter groups, each once, to six digits; the name of the dataset's class; a
    number.
    """

    name: Literal["lr", "dataset", "samples", "batch_size"]
    value: str | int | tuple[float, ...]


def counts_of(parts: Parts, facts: Iterable[TensorFacts]) -> Counts:
    """Count ``parts``; ``facts``: those of each tensor in it, in the same order."""
    roles = [part.role for part in parts.found]
    sizes = [_count(fact.shape) for role, fact in zip(roles, facts, strict=True) if role is Group.PARAMETERS]
    known = [size for size in sizes if size is not None]
    return Counts(
        tensors=roles.count(Group.TENSORS),
        truncated=parts.truncated,
        modules=parts.modules,
        parameters=len(sizes),
        values=sum(known),
        uninitialized=len(sizes) - len(known),
        buffers=roles.count(Group.BUFFERS),
    )


def _count(shape: object) -> int | None:
    if not isinstance(shape, tuple):
        return None
    try:
        product: object = math.prod(shape)
    except TypeError:  # two symbolic sizes, which are text
        return None
    return product if isinstance(product, int) else None


def settings_of(kind: Kind, value: Any) -> tuple[Setting, ...]:
    """Settings worth a word: an optimizer's learning rate, a loader's batches."""
    namespace = own_dict(value)
    if kind is Kind.OPTIMIZER:
        groups = namespace.get("param_groups")
        rates = [group.get("lr") for group in groups if type(group) is dict] if type(groups) is list else []
        rounded = dict.fromkeys(_rounded(rate) for rate in rates if type(rate) is float or type(rate) is int)
        return (Setting("lr", tuple(rounded)),) if rounded else ()
    if kind is Kind.LOADER:
        return tuple(_loader_settings(namespace))
    return ()


def _rounded(rate: float) -> float:
    number = float(f"{rate:g}")
    return math.nan if number != number else number  # one nan for all: else it would differ from itself


def _loader_settings(namespace: dict[str, Any]) -> Iterable[Setting]:
    dataset = namespace.get("dataset")
    data = sys.modules.get("torch.utils.data")
    yield Setting("dataset", type_name(dataset))
    if data is not None and type(dataset) is data.TensorDataset:
        tensors = own_dict(dataset).get("tensors")
        if type(tensors) is tuple and tensors:
            size = class_dict(sys.modules["torch"]._C.TensorBase)["shape"].__get__(tensors[0])[0]
            yield Setting("samples", size if type(size) is int else str(size))
    if type(batch_size := namespace.get("batch_size")) is int:
        yield Setting("batch_size", batch_size)
