"""What changed inside one container or module, as one line per group of parts that changed alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from zlib import crc32

from ptrepl.engine.outcome import GroupChange
from ptrepl.engine.watch.facts import facts_that_were
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.snapshot import Holder, Snapshot

_Group = tuple[str, str, tuple[str, ...]]
"""(noun, what happened, notes)."""

_TOLD = ("dtype", "device", "requires_grad")
"""Facts that change for all parts at once; shapes and grad_fns differ from part to part and split a group."""


@dataclass(slots=True)
class Reported:
    """Keys of the tensors whose change, or whose gradient's change, stands on a line already."""

    tensors: set[int] = field(default_factory=set)
    gradients: set[int] = field(default_factory=set)


def gradient_notes(grad: Seen, old: Seen | None, before: Snapshot, now: Snapshot, accumulates: bool) -> tuple[str, ...]:
    """How a gradient changed: ``new``, ``accumulated``, ``changed in place``, or nothing.

    The version counter of a new gradient tells nothing: the first ``backward`` bumps it too where a leaf is used twice.
    """
    tensor = grad.ref()
    if old is None:
        return ("new",)
    if old.ref() is not tensor:
        return ("accumulated",) if accumulates else ("new",)
    key = id(tensor)
    if not grad.written_since(old, now.crc(key), before.crc(key)):
        return ()
    return ("accumulated",) if accumulates and not _was_zeros(old, before.crc(key)) else ("changed in place",)


def _was_zeros(seen: Seen, crc: int | None) -> bool:
    """Whether the tensor held nothing but zeros: a gradient that ``zero_()`` cleared, and nothing is added to."""
    return seen.window is not None and crc == crc32(bytes(len(seen.window)))


def group_changes(
    label: str, holder: Holder, old: Holder, before: Snapshot, now: Snapshot, told: Reported, accumulates: bool
) -> Iterator[GroupChange]:
    """The groups of one object that was there before.

    What a line has told already is told again only under a module, where parameters belong: not for a list of tensors
    that have names of their own, nor for the optimizer that moved them.
    """
    groups: dict[_Group, list[str]] = {}
    fresh: set[_Group] = set()
    trainable = 0
    totals: dict[str, int] = {}
    there = {key for _, key in old.roles.values()}
    for path, (role, key) in holder.roles.items():
        seen = now.tensors[key]
        totals[role] = totals.get(role, 0) + 1
        if role != "buffer" and role != "state tensor":
            trainable += seen.facts.requires_grad is True or seen.grad is not None
        # looked up by the tensor, not by the path: what moved within a list is not new
        old_seen = before.tensors.get(key) if key in there else None
        if group := _part_group(role, key, seen, old_seen, before, now):
            groups.setdefault(group, []).append(path)
            if key not in told.tensors:
                fresh.add(group)
        same_before = before.tensors.get(key)
        if same_before is not None and same_before.ref() is not seen.ref():
            same_before = None
        if group := _gradient_group(seen, same_before, before, now, accumulates):
            groups.setdefault(group, []).append(path)
            if key not in told.gradients:
                fresh.add(group)
        told.tensors.add(key)
        told.gradients.add(key)
    for group, members in groups.items():
        noun, what, notes = group
        if group in fresh or holder.kind is Kind.MODULE:
            total = trainable if noun == "gradients" else totals.get(noun.removesuffix("s"), 0)
            yield GroupChange(label, len(members), max(total, len(members)), noun, what, tuple(members), notes)


def _part_group(role: str, key: int, seen: Seen, old: Seen | None, before: Snapshot, now: Snapshot) -> _Group | None:
    if old is None or old.ref() is not seen.ref():
        return (f"{role}s", "new", ())
    notes = tuple(facts_that_were(old.facts, seen.facts, _TOLD))
    if seen.written_since(old, now.crc(key), before.crc(key)):
        return (f"{role}s", "changed in place", notes)
    if notes:
        return (f"{role}s", "changed", notes)
    return None


def _gradient_group(seen: Seen, old: Seen | None, before: Snapshot, now: Snapshot, accumulates: bool) -> _Group | None:
    old_grad = old.grad if old is not None else None
    if seen.grad is None:
        return ("gradients", "cleared", ()) if old_grad is not None else None
    notes = gradient_notes(seen.grad, old_grad, before, now, accumulates)
    return ("gradients", notes[0], ()) if notes else None
