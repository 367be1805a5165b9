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
from ptrepl.engine.watch.notes import Note, SameObject, SharesMemory
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.snapshot import Snapshot
from ptrepl.engine.watch.targets import GradientOf, Name, PartOf, Target, target_code


@dataclass
class Neighbours:
    """Everything that has a label in a namespace: names first, then gradients, parts of containers, numpy arrays."""

    now: Snapshot
    namespace: Mapping[str, Any]

    def notes(self, target: Target, key: int, seen: Seen) -> list[Note]:
        """``SameObject`` or ``SharesMemory``, for the first of them but ``target`` itself.."""
        found = self._among_names(target, key, seen) or self._among_places(target, key, seen)
        return [found] if found is not None else []

    def _among_names(self, target: Target, key: int, seen: Seen) -> Note | None:
        names, tensors = self.now.names, self.now.tensors
        own = target.name if isinstance(target, Name) else target_code(target)
        if list(names.values()).count(key) > (names.get(own) == key):
            for name, other in names.items():
                if other == key and name != own:
                    return SameObject(Name(name))
        start, end = seen.start, seen.end
        if start == end:
            return None
        for name, other in [
            (name, other)
            for name, other in names.items()
            if (near := tensors[other]).start < end and start < near.end and other != key
        ]:
            if _overlap(tensors[other].extent, seen.extent):
                return SharesMemory(Name(name))
        return None

    def _among_places(self, target: Target, key: int, seen: Seen) -> Note | None:
        for place in self._places:
            if place.key == key and target_code(place.target) != target_code(target):
                return SameObject(place.target)
        for place in self._places:
            if place.key != key and _overlap(place.extent, seen.extent):
                return SharesMemory(place.target)
        return None

    @cached_property
    def _places(self) -> list[_Place]:
        """Gradients, numpy arrays, then the parts of containers and modules."""
        tensors = self.now.tensors
        owners: dict[int, str] = {}
        for name, key in self.now.names.items() if self.now.graded else ():
            owners.setdefault(key, name)
        places = [
            _Place(GradientOf(name), id(grad.ref()), grad.extent)
            for key, name in owners.items()
            if (grad := tensors[key].grad) is not None
        ]
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            array_type = numpy.ndarray
            places += [
                _Place(Name(name), id(value), array_extent(value))
                for name, value in list(self.namespace.items())
                if type(value) is array_type and name != "_"
            ]
        places += [
            _Place(PartOf(name, path), key, tensors[key].extent)
            for name, holder in self.now.holders.items()
            for path, (role, key) in holder.roles.items()
            if role is not Group.STATE and holder.kind is not Kind.OPTIMIZER
        ]
        return places


def _overlap(one: Extent | None, other: Extent | None) -> bool:
    return one is not None and other is not None and overlap(one, other)


class _Place(NamedTuple):
    target: Target
    key: int
    extent: Extent | None
