"""Which names share memory with a tensor, or are the very same object."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from ptrepl.engine.watch.facts import Unreadable, attempt
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.memory import Extent, array_extent, overlap
from ptrepl.engine.watch.notes import Note, SameObject, SharesMemory
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.snapshot import Snapshot
from ptrepl.engine.watch.targets import GradientOf, Name, PartOf, Target, target_code

_FEW = 8
"""Tensors up to which going through all labels for each is faster than sorting the labels first."""


@dataclass
class Neighbours:
    """Everything that has a label in a namespace: names first, then gradients, parts of containers, numpy arrays."""

    now: Snapshot
    namespace: Mapping[str, Any]
    _asked: int = 0

    def notes(self, target: Target, key: int, seen: Seen) -> list[Note]:
        """``SameObject`` or ``SharesMemory``, for the first of them but ``target`` itself."""
        self._asked += 1
        found = self._among_names(target, key, seen.extent) or self._among_places(target, key, seen.extent)
        return [found] if found is not None else []

    def array_notes(self, target: Target, array: Any) -> list[Note]:
        """The same of a ``numpy.ndarray``."""
        self._asked += 1
        extent, key = attempt(lambda: array_extent(array)), id(array)
        if isinstance(extent, Unreadable):
            return []
        found = self._among_names(target, key, extent) or self._among_places(target, key, extent)
        return [found] if found is not None else []

    def within(self, memory: Extent, key: int) -> list[Target]:
        """What lies in ``memory``, but the object ``key``: names, gradients, arrays, parts of containers."""
        tensors, found = self.now.tensors, dict[int, Target]()
        for name, other in self.now.names.items():
            if other != key and _overlap(tensors[other].extent, memory):
                found.setdefault(other, Name(name))
        for place in self._places:
            if place.key != key and _overlap(place.extent, memory):
                found.setdefault(place.key, place.target)
        return list(found.values())

    def _among_names(self, target: Target, key: int, extent: Extent | None) -> Note | None:
        names, tensors = self.now.names, self.now.tensors
        own = target.name if isinstance(target, Name) else target_code(target)
        if self._asked > _FEW:
            same = [name for name in self._names_of.get(key, ()) if name != own]
        elif list(names.values()).count(key) > (names.get(own) == key):
            same = [name for name, other in names.items() if other == key and name != own]
        else:
            same = []
        if same:
            return SameObject(Name(same[0]))
        if extent is None:
            return None
        start, end = extent.start, extent.end
        near = names.items() if self._asked <= _FEW else self._sorted_names.around(extent)
        for name, other in [
            (name, other)
            for name, other in near
            if (there := tensors[other]).start < end and start < there.end and other != key
        ]:
            if _overlap(tensors[other].extent, extent):
                return SharesMemory(Name(name))
        return None

    def _among_places(self, target: Target, key: int, extent: Extent | None) -> Note | None:
        few = self._asked <= _FEW
        for place in self._places if few else self._places_of.get(key, ()):
            if place.key == key and target_code(place.target) != target_code(target):
                return SameObject(place.target)
        if extent is None:
            return None
        for place in self._places if few else self._sorted_places.around(extent):
            if place.key != key and _overlap(place.extent, extent):
                return SharesMemory(place.target)
        return None

    @cached_property
    def _names_of(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for name, key in self.now.names.items():
            found.setdefault(key, []).append(name)
        return found

    @cached_property
    def _places_of(self) -> dict[int, list[_Place]]:
        found: dict[int, list[_Place]] = {}
        for place in self._places:
            found.setdefault(place.key, []).append(place)
        return found

    @cached_property
    def _sorted_names(self) -> _Sorted[tuple[str, int]]:
        tensors = self.now.tensors
        return _Sorted([(tensors[item[1]].extent, item) for item in self.now.names.items()])

    @cached_property
    def _sorted_places(self) -> _Sorted[_Place]:
        return _Sorted([(place.extent, place) for place in self._places])

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


_Item = TypeVar("_Item")


class _Sorted(Generic[_Item]):
    """Labels by the piece of memory that they stand in: what lies in another piece shares nothing."""

    def __init__(self, items: list[tuple[Extent | None, _Item]]) -> None:
        placed = [(extent, index, item) for index, (extent, item) in enumerate(items) if extent is not None]
        placed.sort(key=lambda each: (each[0].space, each[0].start))
        self._starts: list[tuple[str, int]] = []
        self._pieces: list[list[tuple[int, _Item]]] = []
        end = 0
        for extent, index, item in placed:
            if not self._pieces or self._starts[-1][0] != extent.space or extent.start >= end:
                self._starts.append((extent.space, extent.start))
                self._pieces.append([])
                end = extent.end
            self._pieces[-1].append((index, item))
            end = max(end, extent.end)
        for piece in self._pieces:
            piece.sort(key=lambda each: each[0])

    def around(self, extent: Extent) -> list[_Item]:
        """What may overlap ``extent``, in the order in which it was given."""
        found: list[tuple[int, _Item]] = []
        first = max(bisect_right(self._starts, (extent.space, extent.start)) - 1, 0)
        for place in range(first, len(self._starts)):
            if self._starts[place] >= (extent.space, extent.end):
                break
            found += self._pieces[place]
        return [item for _, item in sorted(found, key=lambda each: each[0])]
