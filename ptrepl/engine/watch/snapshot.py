"""A namespace as it was after a statement: every tensor in reach, by weak references and fingerprints."""

from __future__ import annotations

import builtins
import sys
import time
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.watch.columns import FEWEST, Columns, look_together
from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.fingerprint import Seen, checksum, look
from ptrepl.engine.watch.kinds import HOLD_NOTHING, Kind, kind_of, torch_bases, type_name
from ptrepl.engine.watch.parts import Group, parts_of
from ptrepl.engine.watch.summaries import Counts, Setting, counts_of, is_described, settings_of
from ptrepl.engine.watch.swaps import allow_swaps

CHECKSUM_SECONDS = 0.005
"""Time for the checksums of one look at a namespace: of this thread, so that a busy machine misses no change."""
_LOOK_SECONDS = 0.008
"""Time for a whole look, after which no checksum is begun: a namespace of 10,000 tensors takes most of it."""
_NOT_THEIRS = frozenset(("_", "__builtins__", "__annotations__"))
"""Names that stand in the namespace without anyone's having bound them to a container."""
_builtins = vars(builtins)
"""What torch.compile puts into the namespace by another name."""


@dataclass(slots=True)
class Holder:
    """A container, module, optimizer or DataLoader as it was: where its tensors stand, not the tensors."""

    kind: Kind
    type_name: str
    identity: weakref.ref[Any] | int
    """A weak reference, or the address of what takes none (list, dict, tuple)."""
    roles: dict[str, tuple[Group, int]]
    """Path → (role, key into ``Snapshot.tensors``)."""
    counts: Counts
    settings: tuple[Setting, ...] = ()
    length: int = 0
    """Elements of a list, tuple or dictionary."""
    training: dict[str, bool] = field(default_factory=dict)
    """Path of each module in a module, the module's own "" → whether it is in training mode."""

    def is_of(self, value: Any) -> bool:
        """Whether this was the same object."""
        return self.identity == id(value) if isinstance(self.identity, int) else self.identity() is value

    def is_same(self, other: Holder) -> bool:
        """Whether both were the same object."""
        # not "==": two weak references are equal if what they point to says so, in code of the learner's
        by_address = isinstance(self.identity, int)
        return self.identity == other.identity if by_address else self.identity is other.identity


@dataclass(slots=True)
class Snapshot:
    """Names of tensors and of holders, and what each tensor was like."""

    names: dict[str, int] = field(default_factory=dict)
    """Name → key into ``tensors``."""
    holders: dict[str, Holder] = field(default_factory=dict)
    described: dict[str, weakref.ref[Any]] = field(default_factory=dict)
    """Names of what holds no tensor that is watched, and has a line when it is made (``summaries.is_described``)."""
    tensors: dict[int, Seen] = field(default_factory=dict)
    """``id`` of a tensor → what it was like; the id means nothing once the tensor is gone."""
    contents: dict[int, int] = field(default_factory=dict)
    """``id`` of a CPU tensor, or of a gradient → checksum of what it held, of a large one of its sample."""
    touched: set[int] = field(default_factory=set)
    """Keys of the tensors that are new, or not quite as they were before."""
    graded: bool = False
    """Whether some tensor has a gradient."""
    columns: Columns | None = None
    """The plain tensors, where there are many."""

    def crc(self, key: int) -> int | None:
        """The checksum of a tensor's or gradient's contents; None where they were not read."""
        found = self.contents.get(key)
        return found if found is not None or self.columns is None else self.columns.contents.get(key)


def take(namespace: Mapping[str, Any], before: Snapshot, learner_module: str = "__main__") -> Snapshot:
    """Look at every name once.

    Linear in the number of tensors; keeps none of them alive; reads no device data; runs none of the learner's code.
    """
    began = time.thread_time()
    now = Snapshot()
    if "torch" not in sys.modules:
        return now
    allow_swaps()
    # at once: a thread of the learner's may delete a name meanwhile; globals()[1] = … makes no name
    items = [item for item in list(namespace.items()) if type(item[0]) is str]
    tensor_type, bases = sys.modules["torch"].Tensor, None
    with torch_functions_off():
        together = len(items) >= FEWEST and _look_together(items, before, now, began)
        holders: list[tuple[str, Any, Kind]] = []
        for name, value in items:
            cls = type(value)
            if cls is tensor_type:
                if not together:
                    now.names[name] = _add(value, before, now)
                continue
            if type(cls) is type and cls in HOLD_NOTHING:
                continue
            bases = bases or torch_bases()
            kind = kind_of(value, learner_module, bases)
            if kind is Kind.TENSOR:
                now.names[name] = _add(value, before, now)
            elif name in _NOT_THEIRS or value is _builtins:
                continue
            elif kind is not None:
                holders.append((name, value, kind))
            elif is_described(cls):
                with suppress(TypeError):  # a class with slots may take no weak reference
                    now.described[name] = weakref.ref(value)
        now.names.pop("_", None)  # bound by hand; never a name of ours
        for name, value, kind in holders:
            now.holders[name] = hold(value, kind, before, now, learner_module)
        if now.tensors:
            _read_contents(now, before, began)
    return now


def _look_together(items: list[tuple[str, Any]], before: Snapshot, now: Snapshot, began: float) -> bool:
    tensor_type = sys.modules["torch"].Tensor
    plain = [item for item in items if type(item[1]) is tensor_type]
    if len(plain) < FEWEST:
        return False
    stop = min(began + CHECKSUM_SECONDS + _LOOK_SECONDS / 2, began + _LOOK_SECONDS)
    columns = look_together([name for name, _ in plain], [value for _, value in plain], before.columns, stop)
    if columns is None:
        return False
    now.columns = columns
    now.names = dict(columns.keys)
    now.tensors = dict(zip(columns.keys.values(), columns.seens, strict=True))
    now.touched = set(columns.touched)
    now.graded = any(columns.seens[place].grad is not None for place in columns.special)
    return True


def _add(tensor: Any, before: Snapshot, now: Snapshot) -> int:
    key = id(tensor)
    if key not in now.tensors:
        old = before.tensors.get(key)
        seen = now.tensors[key] = look(tensor, old)
        if seen is not old:
            now.touched.add(key)
        now.graded = now.graded or seen.grad is not None
    return key


def hold(value: Any, kind: Kind, before: Snapshot, now: Snapshot, learner_module: str) -> Holder:
    """Look into one container. Adds its tensors to ``now``."""
    parts = parts_of(value, kind, learner_module)
    roles = {part.path: (part.role, _add(part.tensor, before, now)) for part in parts.found}
    identity: weakref.ref[Any] | int
    try:
        identity = weakref.ref(value)
    except TypeError:
        identity = id(value)
    counts = counts_of(parts, [now.tensors[key].facts for _, key in roles.values()])
    training = parts.training if kind is Kind.MODULE else {}
    return Holder(kind, type_name(value), identity, roles, counts, settings_of(kind, value), _length(value), training)


def _length(value: Any) -> int:
    cls = type(value)
    return len(value) if cls is list or cls is dict or cls is tuple else 0


def _read_contents(now: Snapshot, before: Snapshot, began: float) -> None:
    """Checksum small CPU tensors, named ones first, until the time is up; note which ones hold something else now."""
    clock = time.thread_time
    stop = min(clock() + CHECKSUM_SECONDS, began + _LOOK_SECONDS)
    done = now.columns.contents if now.columns is not None else {}
    left: Iterable[tuple[int, Seen]] = now.tensors.items()
    if now.columns is not None and len(done) == len(now.tensors):  # nothing but gradients
        left = [(id(seen.ref()), seen) for seen in map(now.columns.seens.__getitem__, now.columns.special)]
    for count, (key, seen) in enumerate(left):
        if count % 16 == 0 and clock() > stop:
            return
        if key not in done and seen.size:
            _compare(key, key, seen, now, before)
        if seen.grad is not None and seen.grad.size:
            _compare(id(seen.grad.ref()), key, seen.grad, now, before)
    for key in now.touched:
        for large in (now.tensors[key], now.tensors[key].grad):
            # in the time that is left: the sample of each has been compared by now
            if large is not None and large.sample and large.whole is None:
                if clock() > stop:
                    return
                large.sum_whole()


def _compare(content_key: int, key: int, seen: Seen, now: Snapshot, before: Snapshot) -> None:
    tensor = seen.ref()
    crc = None if tensor is None else checksum(tensor, seen)
    if crc is not None:
        now.contents[content_key] = crc
        old = before.crc(content_key)
        if old is not None and old != crc:
            now.touched.add(key)
