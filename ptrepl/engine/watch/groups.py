"""What changed inside one container or module, as one line per group of parts that changed alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias
from zlib import crc32

from ptrepl.engine.outcome import GroupChange
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.notes import (
    Accumulated,
    Changed,
    ChangedInPlace,
    Cleared,
    GroupEvent,
    New,
    Note,
    facts_that_were,
)
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.snapshot import Holder, Snapshot
from ptrepl.engine.watch.targets import Name

_Alike: TypeAlias = tuple[Group, GroupEvent, tuple[Note, ...]]
"""What parts have in common that stand on one line: (group, what happened, notes)."""

_TOLD = ("dtype", "device", "requires_grad")
"""Facts that change for all parts at once; shapes and grad_fns differ from part to part and split a group."""


@dataclass(slots=True)
class Reported:
    """Keys of the tensors whose change, or whose gradient's change, stands on a line already."""

    tensors: set[int] = field(default_factory=set)
    gradients: set[int] = field(default_factory=set)


def gradient_event(
    grad: Seen, old: Seen | None, before: Snapshot, now: Snapshot, accumulates: bool
) -> GroupEvent | None:
    """How a gradient changed: ``New``, ``Accumulated``, ``ChangedInPlace``, or None.

    The version counter of a new gradient tells nothing: the first ``backward`` bumps it too where a leaf is used twice.
    """
    tensor = grad.ref()
    if old is None:
        return New()
    if old.ref() is not tensor:
        return Accumulated() if accumulates else New()
    key = id(tensor)
    if not grad.written_since(old, now.crc(key), before.crc(key)):
        return None
    return Accumulated() if accumulates and not _was_zeros(old, before.crc(key)) else ChangedInPlace()


def _was_zeros(seen: Seen, crc: int | None) -> bool:
    """Whether the tensor held nothing but zeros: a gradient that ``zero_()`` cleared, and nothing is added to."""
    return seen.window is not None and crc == crc32(bytes(len(seen.window)))


def group_changes(
    name: str, holder: Holder, old: Holder, before: Snapshot, now: Snapshot, told: Reported, accumulates: bool
) -> Iterator[GroupChange]:
    """The groups of one object that was there before.

    Skip a group whose tensors all have a line already (a list of tensors with names of their own, an optimizer of
    parameters that the module's line tells of), unless the object is a module: parameters belong there.
    """
    groups: dict[_Alike, list[str]] = {}
    fresh: set[_Alike] = set()
    trainable = 0
    totals: dict[Group, int] = {}
    there = {key for _, key in old.roles.values()}
    for path, (role, key) in holder.roles.items():
        seen = now.tensors[key]
        totals[role] = totals.get(role, 0) + 1
        if role is not Group.BUFFERS and role is not Group.STATE:
            trainable += seen.facts.requires_grad is True or seen.grad is not None
        # looked up by the tensor, not by the path: what moved within a list is not new
        old_seen = before.tensors.get(key) if key in there else None
        if alike := _part_alike(role, key, seen, old_seen, before, now):
            groups.setdefault(alike, []).append(path)
            if key not in told.tensors:
                fresh.add(alike)
        same_before = before.tensors.get(key)
        if same_before is not None and same_before.ref() is not seen.ref():
            same_before = None
        if alike := _gradient_alike(seen, same_before, before, now, accumulates):
            groups.setdefault(alike, []).append(path)
            if key not in told.gradients:
                fresh.add(alike)
        told.tensors.add(key)
        told.gradients.add(key)
    for alike, members in groups.items():
        group, what, notes = alike
        if alike in fresh or holder.kind is Kind.MODULE:
            total = trainable if group is Group.GRADIENTS else totals.get(group, 0)
            yield GroupChange(Name(name), group, max(total, len(members)), what, tuple(members), notes)


def _part_alike(role: Group, key: int, seen: Seen, old: Seen | None, before: Snapshot, now: Snapshot) -> _Alike | None:
    if old is None or old.ref() is not seen.ref():
        return role, New(), ()
    notes = tuple(facts_that_were(old.facts, seen.facts, _TOLD))
    if seen.written_since(old, now.crc(key), before.crc(key)):
        return role, ChangedInPlace(), notes
    if notes:
        return role, Changed(), notes
    return None


def _gradient_alike(seen: Seen, old: Seen | None, before: Snapshot, now: Snapshot, accumulates: bool) -> _Alike | None:
    old_grad = old.grad if old is not None else None
    if seen.grad is None:
        return (Group.GRADIENTS, Cleared(), ()) if old_grad is not None else None
    what = gradient_event(seen.grad, old_grad, before, now, accumulates)
    return (Group.GRADIENTS, what, ()) if what is not None else None
