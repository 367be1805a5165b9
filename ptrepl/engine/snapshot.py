"""A namespace as it was after a statement: every tensor in reach, by weak references and fingerprints."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.facts import torch_functions_off
from ptrepl.engine.kinds import Kind, kind_of
from ptrepl.engine.parts import parts_of
from ptrepl.engine.seen import Seen, checksum, look
from ptrepl.engine.summaries import details_of, summary_parts

__all__ = ["Holder", "Snapshot", "hold", "take"]

CHECKSUM_SECONDS = 0.005
"""Time for the checksums of one look at a namespace."""
_LOOK_SECONDS = 0.008
"""Time for a whole look, after which no checksum is begun: a namespace of 10,000 tensors takes most of it."""


@dataclass(slots=True)
class Holder:
    """A container, module, optimizer or DataLoader as it was: where its tensors stand, not the tensors."""

    kind: Kind
    type_name: str
    identity: weakref.ref[Any] | int
    """A weak reference, or the address of what takes none (list, dict, tuple)."""
    roles: dict[str, tuple[str, int]]
    """Path → (role, key into ``Snapshot.tensors``)."""
    summary: tuple[str, ...]
    details: tuple[tuple[str, str], ...] = ()
    truncated: bool = False

    def is_of(self, value: Any) -> bool:
        """Whether this was the same object."""
        return self.identity == id(value) if isinstance(self.identity, int) else self.identity() is value


@dataclass(slots=True)
class Snapshot:
    """Names of tensors and of holders, and what each tensor was like."""

    names: dict[str, int] = field(default_factory=dict)
    """Name → key into ``tensors``."""
    holders: dict[str, Holder] = field(default_factory=dict)
    tensors: dict[int, Seen] = field(default_factory=dict)
    """``id`` of a tensor → what it was like; the id means nothing once the tensor is gone."""
    contents: dict[int, int] = field(default_factory=dict)
    """``id`` of a small CPU tensor, or of a gradient → checksum of what it held."""
    touched: set[int] = field(default_factory=set)
    """Keys of the tensors that are new, or not quite as they were before."""


def take(namespace: Mapping[str, Any], before: Snapshot, learner_module: str = "__main__") -> tuple[Snapshot, dict[int, Any]]:
    """Look at every name once: the snapshot, and the live tensors by key, to be let go before the learner's next line.

    Linear in the number of tensors; reads no device data; runs none of the learner's code.
    """
    began = time.perf_counter()
    now = Snapshot()
    live: dict[int, Any] = {}
    if "torch" not in sys.modules:
        return now, live
    holders: list[tuple[str, Any, Kind]] = []
    old, tensors = before.tensors, now.tensors
    tensor_type = sys.modules["torch"].Tensor
    with torch_functions_off():
        for name, value in list(namespace.items()):
            kind = Kind.TENSOR if type(value) is tensor_type else kind_of(value, learner_module)
            if kind is None or name == "_":
                continue
            if kind is not Kind.TENSOR:
                holders.append((name, value, kind))
                continue
            key = id(value)
            now.names[name] = key
            if key not in tensors:
                tensors[key] = look(value, old.get(key))
                live[key] = value
        for name, value, kind in holders:
            now.holders[name] = hold(value, kind, before, now, live, learner_module)
        _read_contents(now, before, live, began)
    return now, live


def hold(value: Any, kind: Kind, before: Snapshot, now: Snapshot, live: dict[int, Any], learner_module: str) -> Holder:
    """Look into one container. Adds its tensors to ``now`` and ``live``."""
    parts = parts_of(value, kind, learner_module)
    roles: dict[str, tuple[str, int]] = {}
    for part in parts.found:
        key = id(part.tensor)
        if key not in now.tensors:
            now.tensors[key] = look(part.tensor, before.tensors.get(key))
            live[key] = part.tensor
        roles[part.path] = (part.role, key)
    identity: weakref.ref[Any] | int
    try:
        identity = weakref.ref(value)
    except TypeError:
        identity = id(value)
    summary = summary_parts(kind, parts, [now.tensors[key].facts for _, key in roles.values()])
    return Holder(kind, type(value).__name__, identity, roles, summary, details_of(kind, value), parts.truncated)


def _read_contents(now: Snapshot, before: Snapshot, live: dict[int, Any], began: float) -> None:
    """Checksum small CPU tensors, named ones first, until the time is up; note which tensors are not as they were."""
    stop = min(time.perf_counter() + CHECKSUM_SECONDS, began + _LOOK_SECONDS)
    contents, old_contents, old = now.contents, before.contents, before.tensors
    in_time = True
    for count, (key, seen) in enumerate(now.tensors.items()):
        if in_time and count % 16 == 0 and time.perf_counter() > stop:
            in_time = False
        if seen is not old.get(key):
            now.touched.add(key)
        if not in_time:
            continue
        if seen.readable and (crc := checksum(live[key], seen)) is not None:
            contents[key] = crc
            if old_contents.get(key, crc) != crc:
                now.touched.add(key)
        if seen.grad is not None and seen.grad.readable and (grad := live[key].grad) is not None:
            if (crc := checksum(grad, seen.grad)) is not None:
                contents[id(grad)] = crc
                if old_contents.get(id(grad), crc) != crc:
                    now.touched.add(key)
