"""Two looks at a namespace → what the statement between them did, as frozen facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.outcome import Change, GroupChange, Summary, TensorChange
from ptrepl.engine.watch.cards import TensorCard
from ptrepl.engine.watch.facts import FACT_NAMES, TensorFacts, facts_that_were, torch_functions_off
from ptrepl.engine.watch.fingerprint import Seen, look
from ptrepl.engine.watch.groups import Reported, gradient_notes, group_changes
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.engine.watch.sharing import Neighbours
from ptrepl.engine.watch.snapshot import Holder, Snapshot, hold
from ptrepl.engine.watch.values import value_notes

_LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class Expression:
    """The value of an expression statement and the text that made it."""

    source: str
    value: Any

    @property
    def label(self) -> str:
        """The source if it is short, else ``_``, the name that the value is bound to."""
        short = len(self.source) <= _LONGEST_LABEL and "\n" not in self.source
        return self.source if short else "_"


@dataclass(slots=True)
class _Diff:
    before: Snapshot
    now: Snapshot
    namespace: Mapping[str, Any]
    accumulates: bool
    neighbours: Neighbours
    card: Callable[[Any], TensorCard] | None = None
    told: Reported = field(default_factory=Reported)
    lined: frozenset[int] = frozenset()
    """Keys of the tensors that have a line of their own; ``told`` has those too that count in the line of a group."""

    def line(self, label: str, tensor: Any, seen: Seen, notes: tuple[str, ...]) -> TensorChange:
        return TensorChange(label, seen.facts, notes, self.card(tensor) if self.card is not None else None)


def changes(
    before: Snapshot,
    now: Snapshot,
    namespace: Mapping[str, Any],
    *,
    expression: Expression | None = None,
    accumulates: bool = False,
    learner_module: str = "__main__",
    card: Callable[[Any], TensorCard] | None = None,
) -> tuple[Change, ...]:
    """One change per tensor that was made, rebound or changed, then those of containers, in the namespace's order.

    ``accumulates``: whether the code between the looks adds to gradients (``accumulation.calls_backward``). ``card``
    reads the whole card of a tensor that has a line.
    """
    if expression is None and not now.touched and now.names == before.names and not now.holders:
        return ()
    neighbours = Neighbours(now, namespace)
    diff = _Diff(before, now, namespace, accumulates, neighbours, card)
    with torch_functions_off():
        named = list(_named(diff))
        diff.lined = frozenset(diff.told.tensors)
        held = list(_held(diff))
        shown = list(_expression(diff, expression, named + held, learner_module)) if expression is not None else []
    return (*shown, *named, *held)


def _named(diff: _Diff) -> Iterator[Change]:
    touched = diff.now.touched
    old_names = diff.before.names
    bound = (
        set()
        if diff.now.names == old_names
        else {name for name, key in diff.now.names.items() if old_names.get(name) != key}
    )
    if not touched and not bound:
        return
    for name, key in _in_order(diff, touched, bound):
        seen, tensor = diff.now.tensors[key], diff.now.tensors[key].ref()
        old_key = diff.before.names.get(name)
        old_of_name = None if old_key is None else diff.before.tensors.get(old_key)
        if old_of_name is None or old_of_name.ref() is not seen.ref():
            yield diff.line(name, tensor, seen, _bound_notes(diff, name, tensor, seen, old_of_name))
            diff.told.tensors.add(key)
        elif (notes := _changed_notes(diff, key, seen, old_of_name)) is not None:
            notes += diff.neighbours.notes(name, key, seen) + value_notes(tensor, seen)
            yield diff.line(name, tensor, seen, tuple(notes + _was(old_of_name.facts, seen.facts)))
            diff.told.tensors.add(key)
        yield from _gradient(diff, name, key, seen)


def _in_order(diff: _Diff, touched: set[int], bound: set[str]) -> list[tuple[str, int]]:
    """The names that may have a line, in the namespace's order (plain tensors were looked at before the others)."""
    shown = [(name, key) for name, key in diff.now.names.items() if key in touched or name in bound]
    if len(shown) > 1:
        place = {name: index for index, name in enumerate(diff.namespace)}
        shown.sort(key=lambda item: place.get(item[0], len(place)))
    return shown


def _bound_notes(diff: _Diff, label: str, tensor: Any, seen: Seen, old: Seen | None) -> tuple[str, ...]:
    notes = ["requires_grad"] if seen.facts.requires_grad is True and seen.facts.is_leaf is True else []
    notes += diff.neighbours.notes(label, id(tensor), seen) + value_notes(tensor, seen)
    return tuple(notes if old is None else notes + _was(old.facts, seen.facts))


def _changed_notes(diff: _Diff, key: int, seen: Seen, old: Seen) -> list[str] | None:
    notes = []
    if seen.facts.requires_grad is True and old.facts.requires_grad is False and seen.facts.is_leaf is True:
        notes.append("requires_grad")
    if seen.written_since(old, diff.now.crc(key), diff.before.crc(key)):
        notes.append("changed in place")
    return notes if notes or _was(old.facts, seen.facts) else None


def _was(old: TensorFacts, new: TensorFacts) -> list[str]:
    # that it is True now is a note of its own
    stopped = old.requires_grad is True and new.requires_grad is False
    return facts_that_were(old, new, (*FACT_NAMES, "requires_grad") if stopped else FACT_NAMES)


def _gradient(diff: _Diff, name: str, key: int, seen: Seen) -> Iterator[Change]:
    grad, old_seen = seen.grad, diff.before.tensors.get(key)
    old = old_seen.grad if old_seen is not None and old_seen.ref() is seen.ref() else None
    if grad is None or key in diff.told.gradients:
        return
    if note := gradient_notes(grad, old, diff.before, diff.now, diff.accumulates):
        diff.told.gradients.add(key)
        tensor = grad.ref()
        diff.told.tensors.add(id(tensor))
        label = f"{name}.grad"
        notes = [*note, *diff.neighbours.notes(label, id(tensor), grad), *value_notes(tensor, grad)]
        yield diff.line(label, tensor, grad, tuple(notes))


def _held(diff: _Diff) -> Iterator[Change]:
    order = {Kind.MODULE: 0, Kind.OPTIMIZER: 2}
    holders = sorted(diff.now.holders.items(), key=lambda item: order.get(item[1].kind, 1))
    objects: dict[int, str] = {}
    for name, holder in holders:
        old = diff.before.holders.get(name)
        value = diff.namespace.get(name)
        if old is None or not old.is_of(value) or old.type_name != holder.type_name:
            if _worth_a_line(holder):
                alias = objects.get(id(value))
                yield _summary(name, holder, (f"same object as {alias}",) if alias else ())
        else:
            if _structure(old) != _structure(holder) and _worth_a_line(holder):
                yield _summary(name, holder, ())
            elif old.details != holder.details:
                was = [f"{key} was {text}" for key, text in old.details if (key, text) not in holder.details]
                yield _summary(name, holder, tuple(was))
            if id(value) not in objects:
                yield from group_changes(name, holder, old, diff.before, diff.now, diff.told, diff.accumulates)
        objects.setdefault(id(value), name)


def _structure(holder: Holder) -> list[tuple[str, str]]:
    # an optimizer makes its state in its first step: that is told as new state, not as another optimizer
    return [(path, role) for path, (role, _) in holder.roles.items() if role != "state tensor"]


def _worth_a_line(holder: Holder) -> bool:
    return bool(holder.roles) or holder.kind in (Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER)


def _summary(label: str, holder: Holder, notes: tuple[str, ...]) -> Summary:
    details = tuple(f"{key}={text}" for key, text in holder.details)
    return Summary(label, holder.type_name, holder.summary + details, notes)


def _expression(diff: _Diff, expression: Expression, told: list[Change], learner_module: str) -> Iterator[Change]:
    value, label = expression.value, expression.label
    kind = kind_of(value, learner_module)
    if kind is None or any(change.label == label for change in told if not isinstance(change, GroupChange)):
        return
    key = id(value)
    if kind is Kind.TENSOR:
        if key in diff.lined:
            return
        seen = diff.now.tensors.get(key) or look(value, diff.before.tensors.get(key))
        yield diff.line(label, value, seen, _bound_notes(diff, label, value, seen, None))
        return
    labels = {change.label for change in told}
    if any(diff.namespace.get(name) is value for name in labels & diff.now.holders.keys()):
        return
    holder = hold(value, kind, diff.before, Snapshot(), learner_module)
    if _worth_a_line(holder):
        yield _summary(label, holder, ())
