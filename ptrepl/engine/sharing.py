"""Which names share memory with a tensor, or are the very same object."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ptrepl.engine.kinds import Kind
from ptrepl.engine.memory import Extent, array_extent, overlap
from ptrepl.engine.parts import join_path
from ptrepl.engine.seen import Seen
from ptrepl.engine.snapshot import Snapshot

__all__ = ["Neighbours"]


@dataclass
class Neighbours:
    """Everything that has a label in a namespace: names first, then gradients, parts of containers, numpy arrays."""

    now: Snapshot
    live: Mapping[int, Any]
    namespace: Mapping[str, Any]

    def notes(self, label: str, key: int, seen: Seen) -> list[str]:
        """``same object as NAME`` or ``shares memory with NAME``, for the first such name but ``label`` itself."""
        return self._note(self._named, label, key, seen) or self._note(self._parts, label, key, seen)

    def _note(self, places: list[_Place], label: str, key: int, seen: Seen) -> list[str]:
        for place in places:
            if place.key == key and place.label != label:
                return [f"same object as {place.label}"]
        if seen.extent is None:
            return []
        start, end = seen.extent.start, seen.extent.end
        for place in places:
            extent = place.extent
            if extent is not None and extent.start < end and start < extent.end and place.key != key:
                if overlap(extent, seen.extent):
                    return [f"shares memory with {place.label}"]
        return []

    @cached_property
    def _named(self) -> list[_Place]:
        tensors = self.now.tensors
        places = [_Place(name, key, tensors[key].extent) for name, key in self.now.names.items()]
        for name, key in self.now.names.items():
            if (grad := tensors[key].grad) is not None:
                places.append(_Place(f"{name}.grad", id(grad.ref()), grad.extent))
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            for name, value in list(self.namespace.items()):
                if type(value) is numpy.ndarray and name != "_":
                    places.append(_Place(name, id(value), array_extent(value)))
        return places

    @cached_property
    def _parts(self) -> list[_Place]:
        tensors = self.now.tensors
        return [
            _Place(join_path(name, path), key, tensors[key].extent)
            for name, holder in self.now.holders.items()
            for path, (role, key) in holder.roles.items()
            if role != "state tensor" and holder.kind is not Kind.OPTIMIZER
        ]


class _Place(NamedTuple):
    label: str
    key: int
    extent: Extent | None
