"""What holds the memory of tensors: each storage once, under the first of its names. Reads no element."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ptrepl.engine.watch.contents import has_dispatch
from ptrepl.engine.watch.facts import attempt, base_attribute, torch_functions_off
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.engine.watch.parts import join_path, parts_of
from ptrepl.engine.watch.static_read import gradient

_MOST_FRAMES = 1000
_FIRST = (Kind.MODULE, Kind.TENSOR)


@dataclass(frozen=True, slots=True)
class HeldMemory:
    """One row. ``size``: bytes that nothing in an earlier row holds; ``also``: other names of the same memory."""

    label: str
    type_name: str
    size: int
    device: str
    also: tuple[str, ...] = ()
    used: int | None = None
    """Bytes that the tensor itself reads, where it keeps a larger memory alive."""


@dataclass(slots=True)
class Holding:
    """``rows``: biggest first. ``value`` and ``error``: bytes that ``_`` and the last error alone keep alive."""

    rows: list[HeldMemory] = field(default_factory=list)
    value: int = 0
    error: int = 0
    uncounted: int = 0
    """Tensors that have no memory of the plain kind."""

    @property
    def total(self) -> int:
        """Bytes of all of it."""
        return sum(row.size for row in self.rows) + self.value + self.error


@dataclass(slots=True)
class _Count:
    """The storages that are counted already, and to which row each belongs."""

    owners: dict[tuple[str, int], str] = field(default_factory=dict)
    also: dict[str, list[str]] = field(default_factory=dict)
    uncounted: set[int] = field(default_factory=set)

    def add(self, label: str, tensors: Iterator[tuple[str, Any]]) -> tuple[int, str]:
        """Count what is new among ``tensors``, for ``label``: bytes, and the device of the first."""
        size, device = 0, ""
        for name, tensor in tensors:
            place = _storage(tensor)
            if place is None:
                self.uncounted.add(id(tensor))
                continue
            key, bytes_held = place
            owner = self.owners.get(key)
            if owner is None:
                self.owners[key] = label
                size += bytes_held
                device = device or key[0]
            elif owner != label and name not in self.also.setdefault(owner, []):
                self.also[owner].append(name)
        return size, device


def held_memory(namespace: Mapping[str, Any], error: BaseException | None, learner_module: str = "__main__") -> Holding:
    """What the names of ``namespace`` hold, then what ``_`` and the frames of ``error`` hold beside."""
    if "torch" not in sys.modules:
        return Holding()
    count = _Count()
    named = [(name, value, kind_of(value, learner_module)) for name, value in list(namespace.items())]
    holders = [(name, value, kind) for name, value, kind in named if kind is not None and name != "_"]
    # a parameter with a name of its own still belongs to its module, and an element of a list to its name
    holders.sort(key=lambda each: _FIRST.index(each[2]) if each[2] in _FIRST else len(_FIRST))
    counted: list[tuple[str, Any, Kind | None, int, str]] = []
    with torch_functions_off():
        for name, value, kind in holders:
            size, device = count.add(name, _tensors(name, value, kind, learner_module))
            if size:
                counted.append((name, value, kind, size, device))
        counted += _arrays(namespace, count)
        rows = [_row(name, value, kind, size, device, count) for name, value, kind, size, device in counted]
        return Holding(
            rows=sorted(rows, key=lambda row: -row.size),
            uncounted=len(count.uncounted),
            value=count.add("_", _of("_", builtins.__dict__.get("_"), learner_module))[0],
            error=count.add("", _of_error(error, learner_module))[0],  # it has no row
        )


def _row(name: str, value: Any, kind: Kind | None, size: int, device: str, count: _Count) -> HeldMemory:
    used = None
    if kind is Kind.TENSOR:
        needed = attempt(lambda: int(base_attribute("numel")(value) * base_attribute("element_size")(value)))
        place = _storage(value)
        used = needed if isinstance(needed, int) and place is not None and needed < place[1] else None
    return HeldMemory(name, type_name(value), size, device, tuple(count.also.get(name, ())), used)


def _tensors(label: str, value: Any, kind: Kind, learner_module: str) -> Iterator[tuple[str, Any]]:
    """The tensors in ``value`` with the name of each, and their gradients."""
    if kind is Kind.TENSOR:
        found = [(label, value)]
    else:
        parts = parts_of(value, kind, learner_module, asked_for=True)
        found = [(join_path(label, part.path), part.tensor) for part in parts.found]
    for name, tensor in found:
        yield name, tensor
        grad = _gradient(tensor)
        if grad is not None:
            yield f"{name}.grad", grad


def _gradient(tensor: Any) -> Any:
    grad = attempt(lambda: gradient(tensor))
    return grad if kind_of(grad) is Kind.TENSOR else None


def _storage(tensor: Any) -> tuple[tuple[str, int], int] | None:
    """((device, address), bytes) of the memory behind ``tensor``; None where it has none of its own, as on meta."""
    if has_dispatch(type(tensor)):
        return None
    try:
        storage = base_attribute("untyped_storage")(tensor)
        address, size = int(storage.data_ptr()), int(storage.nbytes())
        return ((str(base_attribute("device").__get__(tensor)), address), size) if address else None
    except Exception:
        return None  # sparse, nested, lazy …


def _arrays(namespace: Mapping[str, Any], count: _Count) -> Iterator[tuple[str, Any, None, int, str]]:
    """The numpy arrays that share no memory with a tensor."""
    numpy = sys.modules.get("numpy")
    for name, value in list(namespace.items()) if numpy is not None else ():
        if numpy is None or type(value) is not numpy.ndarray or name == "_":
            continue
        root = value
        while type(root.base) is numpy.ndarray:
            root = root.base
        key = ("cpu", int(root.__array_interface__["data"][0]))
        if key in count.owners:
            count.also.setdefault(count.owners[key], []).append(name)
        elif root.nbytes:
            count.owners[key] = name
            yield name, value, None, int(root.nbytes), "cpu"


def _of(label: str, value: Any, learner_module: str) -> Iterator[tuple[str, Any]]:
    kind = kind_of(value, learner_module)
    if kind is not None:
        yield from _tensors(label, value, kind, learner_module)


def _of_error(error: BaseException | None, learner_module: str) -> Iterator[tuple[str, Any]]:
    """The tensors in the frames of ``error`` and of those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        trace: TracebackType | None = error.__traceback__
        while trace is not None and len(seen) < _MOST_FRAMES:
            seen.add(id(trace))
            if trace.tb_frame.f_globals is not trace.tb_frame.f_locals:
                for name, value in list(trace.tb_frame.f_locals.items()):
                    yield from _of(name, value, learner_module)
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
