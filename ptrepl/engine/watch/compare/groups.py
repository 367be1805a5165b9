"""What changed inside one container or module, as one line per group of parts that changed alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ptrepl.engine.outcome import GroupChange
from ptrepl.engine.watch.compare.gradients import GradientEvents
from ptrepl.engine.watch.facts import Unreadable
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.notes import (
    Changed,
    ChangedInPlace,
    GotShapes,
    GroupEvent,
    New,
    Note,
    NotRegistered,
    TotalValues,
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


def group_changes(
    name: str,
    holder: Holder,
    old: Holder,
    before: Snapshot,
    now: Snapshot,
    told: Reported,
    gradients: GradientEvents,
    came_in: frozenset[int] = frozenset(),
) -> Iterator[GroupChange]:
    """The groups of one object that was there before. ``came_in``: keys of the parts that its summary tells of.

    Skip a group whose tensors all have a line already (a list of tensors with names of their own, an optimizer of
    parameters that the module's line tells of).
    """
    groups: dict[_Alike, list[str]] = {}
    fresh: set[_Alike] = set()
    trainable = [0, 0]
    """Of what is registered, or in no module; of what a module holds unregistered."""
    totals: dict[Group, int] = {}
    counted: dict[Group, set[str]] = {}
    proved: set[Group] = set()
    same_values: set[Group] = set()
    there = {key for _, key in old.roles.values()}
    for path, (role, key) in holder.roles.items():
        seen = now.tensors[key]
        totals[role] = totals.get(role, 0) + 1
        hidden = holder.kind is Kind.MODULE and role is Group.TENSORS
        if role is not Group.BUFFERS and role is not Group.STATE:
            trainable[hidden] += seen.facts.requires_grad is True or seen.grad is not None
        # looked up by the tensor, not by the path: what moved within a list is not new
        old_seen = before.tensors.get(key) if key in there else None
        if key not in came_in and (alike := _part_alike(role, key, seen, old_seen, before, now)):
            if old_seen is not None and seen.is_only_counted(old_seen, now.crc(key), before.crc(key)):
                counted.setdefault(role, set()).add(path)
            elif isinstance(alike[1], ChangedInPlace):
                proved.add(role)
            groups.setdefault(alike, []).append(path)
            if key not in told.tensors:
                fresh.add(alike)
        elif old_seen is not None and seen.is_written_alike(old_seen, now.crc(key), before.crc(key)):
            same_values.add(role)
        if (event := gradients.get(key)) is not None:
            alike = (Group.GRADIENTS, event, _notes_of_gradient(seen.grad, old_seen, hidden))
            groups.setdefault(alike, []).append(path)
            if key not in told.gradients:
                fresh.add(alike)
        told.tensors.add(key)
        told.gradients.add(key)
    for alike, members in groups.items():
        group, what, notes = alike
        if isinstance(what, ChangedInPlace) and group in same_values and group not in proved:
            # a state that was loaded into itself: the large tensors got the values that they had, as the small ones did
            members = [path for path in members if path not in counted.get(group, ())]
        if alike in fresh and members:
            shapes: tuple[str, ...] = ()
            if isinstance(what, GotShapes):
                shapes = tuple(now.tensors[holder.roles[path][1]].facts.text("shape") for path in members)
                notes = (TotalValues(holder.counts.values),)
            total = trainable[NotRegistered() in notes] if group is Group.GRADIENTS else totals.get(group, 0)
            yield GroupChange(Name(name), group, max(total, len(members)), what, tuple(members), notes, shapes)


def _notes_of_gradient(grad: Seen | None, old: Seen | None, hidden: bool) -> tuple[Note, ...]:
    """``hidden``: it belongs to a tensor that ``parameters()`` of its module does not find."""
    notes: list[Note] = [NotRegistered()] if hidden else []
    was = None if old is None else old.grad
    if grad is not None and was is not None and was.ref() is grad.ref():
        notes += facts_that_were(was.facts, grad.facts, _TOLD)
    return tuple(notes)


def _part_alike(role: Group, key: int, seen: Seen, old: Seen | None, before: Snapshot, now: Snapshot) -> _Alike | None:
    if old is None or old.ref() is not seen.ref():
        return role, New(), ()
    if isinstance(old.facts.shape, Unreadable) and isinstance(seen.facts.shape, tuple):
        return role, GotShapes(), ()
    notes = tuple(facts_that_were(old.facts, seen.facts, _TOLD))
    if seen.written_since(old, now.crc(key), before.crc(key)):
        return role, ChangedInPlace(), notes
    if notes:
        return role, Changed(), notes
    return None
