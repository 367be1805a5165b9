"""Which names share memory with a tensor, or are the very same object."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.memory import Extent, array_extent, overlap
from ptrepl.engine.watch.parts import join_path
from ptrepl.engine.watch.snapshot import Snapshot


@dataclass
class Neighbours:
    """Everything that has a label in a namespace: names first, then gradients, parts of containers, numpy arrays."""

    now: Snapshot
    namespace: Mapping[str, Any]

    def notes(self, label: str, key: int, seen: Seen) -> list[str]:
        """``same object as NAME`` or ``shares memory with NAME``, for the first such name but ``label`` itself."""
        for search in (self._among_names, self._among_places):
            if found := search(label, key, seen):
                return [found]
        return []

    def _among_names(self, label: str, key: int, seen: Seen) -> str | None:
        names, tensors = self.now.names, self.now.tensors
        if list(names.values()).count(key) > (names.get(label) == key):
            for name, other in names.items():
                if other == key and name != label:
                    return f"same object as {name}"
        start, end = seen.start, seen.end
        if start == end:
            return None
        for name, other in [
            (name, other)
            for name, other in names.items()
            if (near := tensors[other]).start < end and start < near.end and other != key
        ]:
            if _overlap(tensors[other].extent, seen.extent):
                return f"shares memory with {name}"
        return None

    def _among_places(self, label: str, key: int, seen: Seen) -> str | None:
        for place in self._places:
            if place.key == key and place.label != label:
                return f"same object as {place.label}"
        for place in self._places:
            if place.key != key and _overlap(place.extent, seen.extent):
                return f"shares memory with {place.label}"
        return None

    @cached_property
    def _places(self) -> list[_Place]:
        """Gradients, numpy arrays, then the parts of containers and modules."""
        tensors = self.now.tensors
        owners: dict[int, str] = {}
        for name, key in self.now.names.items() if self.now.graded else ():
            owners.setdefault(key, name)
        places = [
            _Place(f"{name}.grad", id(grad.ref()), grad.extent)
            for key, name in owners.items()
            if (grad := tensors[key].grad) is not None
        ]
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            array_type = numpy.ndarray
            places += [
                _Place(name, id(value), array_extent(value))
                for name, value in list(self.namespace.items())
                if type(value) is array_type and name != "_"
            ]
        places += [
            _Place(join_path(name, path), key, tensors[key].extent)
            for name, holder in self.now.holders.items()
            for path, (role, key) in holder.roles.items()
            if role != "state tensor" and holder.kind is not Kind.OPTIMIZER
        ]
        return places


def _overlap(one: Extent | None, other: Extent | None) -> bool:
    return one is not None and other is not None and overlap(one, other)


class _Place(NamedTuple):
    label: str
    key: int
    extent: Extent | None
