"""What one line says of a container, module, optimizer or DataLoader as a whole: how much it holds, how it is set."""

from __future__ import annotations

import math
import sys
import weakref
from collections.abc import Iterable
from typing import Any, NamedTuple

from ptrepl.engine.watch.datasets import batches_of, size_of
from ptrepl.engine.watch.facts import TensorFacts, Unreadable, attempt, read, shape_text
from ptrepl.engine.watch.kinds import Kind, is_one, mro, own_dict, type_name
from ptrepl.engine.watch.parts import MOST_SHAPES, Group, Parts, parts_of


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
    unregistered: tuple[tuple[str, str, int], ...] = ()
    """What a module holds in plain containers: "layer" or "parameter", the type of the container, how many."""
    shapes: tuple[tuple[str, str], ...] = ()
    """Shape and dtype of the first tensors in a container, as text."""


class Setting(NamedTuple):
    """A setting of an optimizer (``lr``), of a DataLoader (``dataset``, ``batch_size``), of a module (``training``).

    ``value``: the learning rates of the parameter groups, each once, to six digits; the name of the dataset's class; a
    number.
    """

    name: str
    """As the attribute is called, where there is one."""
    value: str | int | float | bool | tuple[float, ...]


def counts_of(parts: Parts, facts: list[TensorFacts]) -> Counts:
    """Count ``parts``; ``facts``: those of each tensor in it, in the same order."""
    roles = [part.role for part in parts.found]
    sizes = [_count(fact.shape) for role, fact in zip(roles, facts, strict=True) if role is Group.PARAMETERS]
    known = [size for size in sizes if size is not None]
    return Counts(
        tensors=max(parts.tensors, 0),
        truncated=parts.truncated,
        modules=parts.modules,
        parameters=len(sizes),
        values=sum(known),
        uninitialized=len(sizes) - len(known),
        buffers=roles.count(Group.BUFFERS),
        unregistered=tuple((what, container, count) for (what, container), count in parts.unregistered.items()),
        shapes=_shapes(parts, facts),
    )


def _shapes(parts: Parts, facts: list[TensorFacts]) -> tuple[tuple[str, str], ...]:
    if not parts.first:
        return ()
    wanted = set(map(id, parts.first))
    by_tensor: dict[int, TensorFacts] = {}
    for part, fact in zip(parts.found, facts, strict=True):
        if id(part.tensor) in wanted:
            by_tensor[id(part.tensor)] = fact
            if len(by_tensor) == len(wanted):
                break
    found = [by_tensor[id(tensor)] for tensor in parts.first if id(tensor) in by_tensor]
    return tuple((fact.text("shape"), fact.text("dtype")) for fact in found)


def _count(shape: object) -> int | None:
    if not isinstance(shape, tuple):
        return None
    try:
        product: object = math.prod(shape)
    except TypeError:  # two symbolic sizes, which are text
        return None
    return product if isinstance(product, int) else None


def settings_of(kind: Kind, value: Any) -> tuple[Setting, ...]:
    """Settings worth a word: an optimizer's learning rate, a loader's batches, whether a module is in training mode."""
    namespace = own_dict(value)
    if kind is Kind.OPTIMIZER:
        groups = namespace.get("param_groups")
        rates = [group.get("lr") for group in groups if type(group) is dict] if type(groups) is list else []
        rounded = dict.fromkeys(_rounded(rate) for rate in rates if type(rate) is float or type(rate) is int)
        return (Setting("lr", tuple(rounded)),) if rounded else ()
    if kind is Kind.LOADER:
        return tuple(_loader_settings(namespace))
    if kind is Kind.RECORD:
        size = size_of(value)
        return (Setting("samples", size),) if size is not None else ()
    if kind is Kind.MODULE:
        training = namespace.get("training")
        mode = (Setting("training", training),) if type(training) is bool else ()
        return (
            mode if namespace.get("_parameters") or namespace.get("_modules") else (*mode, *_layer_settings(namespace))
        )
    return ()


_OF_A_LAYER = ("p", "kernel_size", "negative_slope", "output_size", "scale_factor", "start_dim", "dim")


def _layer_settings(namespace: dict[str, Any]) -> Iterable[Setting]:
    """What tells one layer without parameters from another of its class: ``Dropout  p=0.5``."""
    for name in _OF_A_LAYER:
        found = namespace.get(name)
        if type(found) is int or type(found) is float:
            yield Setting(name, found)
        elif type(found) is tuple and found and all(type(each) is int for each in found):
            yield Setting(name, str(found))


def _rounded(rate: float) -> float:
    number = float(f"{rate:g}")
    return math.nan if number != number else number  # one nan for all: else it would differ from itself


def _loader_settings(namespace: dict[str, Any]) -> Iterable[Setting]:
    dataset, batch_size = namespace.get("dataset"), namespace.get("batch_size")
    yield Setting("dataset", type_name(dataset))
    if (samples := size_of(dataset)) is not None:
        yield Setting("samples", samples)
    if type(batch_size) is int:
        yield Setting("batch_size", batch_size)
    if (batches := batches_of(namespace, samples)) is not None:
        yield Setting("batches", batches)


def is_described(cls: type) -> bool:
    """Whether a value of ``cls``, which holds no watched tensor, has a summary line when a statement makes it."""
    plain = type(cls) is type  # else hashing it would call its metaclass
    if plain and cls in _described:
        return _described[cls]
    found = any(is_one(base, mro(cls)) for base in _bases()) or is_one(cls, _tables())
    if plain:
        _described[cls] = found
    return found


_described: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()


def _bases() -> Iterable[type]:
    for module, name in (
        ("torch.utils.data", "Dataset"),
        ("torch.utils.data.dataloader", "_BaseDataLoaderIter"),
        ("torch.optim.lr_scheduler", "LRScheduler"),
        ("torch.distributions", "Distribution"),
    ):
        found = getattr(sys.modules.get(module), name, None)
        if type(found) is type:
            yield found


def _around_a_dataset() -> list[type]:
    data = sys.modules.get("torch.utils.data")
    loader = sys.modules.get("torch.utils.data.dataloader")
    names = ((data, "Subset"), (loader, "_SingleProcessDataLoaderIter"), (loader, "_MultiProcessingDataLoaderIter"))
    return [getattr(module, name) for module, name in names if hasattr(module, name)]


def _tables() -> list[type]:
    """The very classes: a subclass may say anything of itself."""
    found = [
        getattr(sys.modules.get(module), name, None)
        for module, name in (("numpy", "ndarray"), ("pandas", "DataFrame"), ("pandas", "Series"))
    ]
    return [cls for cls in found if type(cls) is type]


def is_numpy_array(value: Any) -> bool:
    """Whether it is exactly a ``numpy.ndarray``."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def description(value: Any, learner_module: str = "__main__") -> tuple[tuple[Setting, ...], Counts] | None:
    """Settings and counts of what ``is_described``; None where there is nothing to say of it."""
    cls, attributes = type(value), own_dict(value)
    if is_one(cls, _tables()):
        found = attempt(lambda: tuple(_of_table(value)))
        return None if isinstance(found, Unreadable) else (found, Counts())
    if is_one(cls, _around_a_dataset()):
        dataset = attributes.get("_dataset", attributes.get("dataset"))
        size = size_of(dataset if "_dataset" in attributes else value)
        samples = (Setting("samples", size),) if size is not None else ()
        return (Setting("dataset", type_name(dataset)), *samples), Counts()
    rates = attributes.get("_last_lr")
    if type(rates) is list and "optimizer" in attributes:
        rounded = dict.fromkeys(_rounded(rate) for rate in rates if type(rate) is float or type(rate) is int)
        optimizer = Setting("optimizer", type_name(attributes["optimizer"]))
        return (optimizer, *((Setting("lr", tuple(rounded)),) if rounded else ())), Counts()
    parts = parts_of(value, Kind.RECORD, learner_module)
    counts = counts_of(parts, [read(part.tensor) for part in parts.found])
    settings = settings_of(Kind.RECORD, value)
    return (settings, counts) if settings or counts.tensors else None


def _of_table(value: Any) -> Iterable[Setting]:
    """Shape and dtype of an array, rows, columns and dtypes of a data frame, by their own classes' code."""
    if hasattr(type(value), "columns"):
        rows, columns = value.shape
        yield Setting("rows", int(rows))
        yield Setting("columns", int(columns))
        dtypes = dict.fromkeys(map(str, list(value.dtypes)))
        yield Setting("dtypes", ", ".join([*dtypes][:MOST_SHAPES]) + (", …" if len(dtypes) > MOST_SHAPES else ""))
        return
    yield Setting("shape", shape_text(value.shape))
    yield Setting("dtype", str(value.dtype))
