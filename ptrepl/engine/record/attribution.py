"""Two looks at a namespace → the effects of the statement between them."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.engine.outcome import Change, Summary, TensorChange
from ptrepl.engine.record.effects import NOTHING, Effects, Gradient, Rebound, TensorPlace, Write
from ptrepl.engine.watch.compare.gradients import GradientEvents
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.snapshot import Snapshot
from ptrepl.engine.watch.targets import GradientOf, Name

_MOST = 1000
"""Tensors of one statement that are recorded, those with a line of their own first."""


def effects_of(told: tuple[Change, ...], before: Snapshot, now: Snapshot, gradients: GradientEvents) -> Effects:
    """What happened between two looks; ``told`` are the changes that were found in them.

    Writes are looked for in every tensor that was touched: where contents came back to what they were (``add_``, then
    ``sub_``) there is no line, but autograd counts both.
    """
    if not told and not now.touched:
        return NOTHING
    wrote, given = [], []
    for place, seen, old in _touched(told, before, now):
        version = seen.print[0]
        if old is None:
            if version:
                wrote.append(Write(place, None, version, seen.facts))
        elif version != old.print[0] or _is_written(seen, old, before, now):
            wrote.append(Write(place, old.print[0], version, seen.facts))
        if (what := gradients.get(id(seen.ref()))) is not None:
            given.append(Gradient(place, what))
    return Effects(tuple(wrote), tuple(_made(told, before, now)), tuple(given))


def _touched(
    told: tuple[Change, ...], before: Snapshot, now: Snapshot
) -> Iterator[tuple[TensorPlace, Seen, Seen | None]]:
    left, most = set(now.touched), _MOST
    for name, path, key in _labelled(told, now):
        if not left or not most:
            return
        if key in left:
            left.discard(key)
            most -= 1
            seen, old = now.tensors[key], before.tensors.get(key)
            yield TensorPlace(name, path, seen.ref), seen, old if old is not None and old.ref is seen.ref else None


def _labelled(told: tuple[Change, ...], now: Snapshot) -> Iterator[tuple[str, str, int]]:
    for change in told:
        target = change.target
        if isinstance(target, (Name, GradientOf)) and target.name in now.names:
            yield target.name, "", now.names[target.name]
    for name, key in now.names.items():
        yield name, "", key
    for name, holder in now.holders.items():
        for path, (_, key) in holder.roles.items():
            yield name, path, key


def _is_written(seen: Seen, old: Seen, before: Snapshot, now: Snapshot) -> bool:
    key = id(seen.ref())
    return seen.written_since(old, now.crc(key), before.crc(key))


def _made(told: tuple[Change, ...], before: Snapshot, now: Snapshot) -> Iterator[Rebound]:
    for change in told[:_MOST]:
        if not isinstance(change.target, Name):
            continue
        name = change.target.name
        rebound = name in before.names or name in before.holders
        if isinstance(change, TensorChange) and name in now.names:
            seen, old_key = now.tensors[now.names[name]], before.names.get(name)
            old = None if old_key is None else before.tensors.get(old_key)
            if old is None or old.ref is not seen.ref:
                yield Rebound(name, seen.ref, seen.facts, rebound)
        elif isinstance(change, Summary) and name in now.holders:
            holder, earlier = now.holders[name], before.holders.get(name)
            if earlier is None or not earlier.is_same(holder):
                yield Rebound(name, rebound=rebound)
