"""Two looks at a namespace → what the statement between them did, as frozen facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ptrepl.engine.outcome import Change, GroupChange, Summary, TensorChange
from ptrepl.engine.watch.facts import FACT_NAMES, torch_functions_off
from ptrepl.engine.watch.fingerprint import Seen, look
from ptrepl.engine.watch.groups import Reported, gradient_event, group_changes
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.engine.watch.notes import (
    ChangedInPlace,
    Note,
    RequiresGrad,
    SameObject,
    SettingWas,
    StridesWas,
    facts_that_were,
)
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.sharing import Neighbours
from ptrepl.engine.watch.snapshot import Holder, Snapshot, hold
from ptrepl.engine.watch.targets import Expression, GradientOf, Name, Target, target_code

if TYPE_CHECKING:
    from ptrepl.engine.watch.cards import TensorCard
import sys

from ptrepl.engine.watch.contents import in_dispatch_mode, without_overrides
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.notes import HasInf, HasNan, NotContiguous


def value_notes(tensor: Any, seen: Seen) -> list[Note]:
    """``NotContiguous``, ``HasNan``, ``HasInf``. Call inside ``torch_functions_off()``."""
    notes: list[Note] = []
    torch = sys.modules["torch"]
    try:
        if not base_attribute("is_contiguous")(tensor):
            notes.append(NotContiguous())
    except Exception:
        pass  # sparse and nested tensors have no such notion
    if not seen.readable or in_dispatch_mode() or not seen.is_there():
        return notes
    try:
        contents = without_overrides(tensor).detach()
        if not (contents.is_floating_point() or contents.is_complex()):
            return notes
        if not bool(torch.isfinite(contents).all()):
            if bool(torch.isnan(contents).any()):
                notes.append(HasNan())
            if bool(torch.isinf(contents).any()):
                notes.append(HasInf())
    except Exception:
        pass  # float8 and its kin have no isnan on the CPU
    return notes


_MOST_EXAMINED = 50
"""Tensors of one statement of which it is looked up what they share and whether they hold nan: several times as many
as are shown. The first goes through all names for each, so that thousands of new names would take seconds."""

_ORDER = {Kind.MODULE: 0, Kind.OPTIMIZER: 2}
"""Containers, which have no place here, stand between modules and optimizers."""


@dataclass(slots=True)
class _Diff:
    before: Snapshot
    now: Snapshot
    namespace: Mapping[str, Any]
    accumulates: bool
    neighbours: Neighbours
    card: Callable[[Any], TensorCard] | None = None
    examined: int = 0
    told: Reported = field(default_factory=Reported)
    lined: frozenset[int] = frozenset()
    """Keys of the tensors that have a line of their own; ``told`` has those too that count in the line of a group."""

    def line(self, target: Target, tensor: Any, seen: Seen, notes: list[Note]) -> TensorChange:
        return TensorChange(target, seen.facts, tuple(notes), self.card(tensor) if self.card is not None else None)

    def notes_now(self, target: Target, tensor: Any, seen: Seen) -> list[Note]:
        """What is worth knowing of the tensor, whatever it was before; nothing of those after the first fifty.

        The value of an expression is asked for last, and shown first.
        """
        self.examined += 1
        if self.examined > _MOST_EXAMINED and not isinstance(target, Expression):
            return []
        return self.neighbours.notes(target, id(tensor), seen) + value_notes(tensor, seen)


def changes(
    before: Snapshot,
    now: Snapshot,
    namespace: Mapping[str, Any],
    *,
    expression: tuple[str, Any] | None = None,
    accumulates: bool = False,
    learner_module: str = "__main__",
    card: Callable[[Any], TensorCard] | None = None,
) -> tuple[Change, ...]:
    """One change per tensor that was made, rebound or changed, then those of containers, in the namespace's order.

    ``expression``: the text of an expression statement and its value, which is to be shown. ``accumulates``: whether
    the code between the looks adds to gradients (``accumulation.calls_backward``). ``card`` reads the whole card of a
    tensor that has a line.
    """
    if expression is None and not now.touched and now.names == before.names and not now.holders:
        return ()
    neighbours = Neighbours(now, namespace)
    diff = _Diff(before, now, namespace, accumulates, neighbours, card)
    with torch_functions_off():
        named = list(_named(diff))
        diff.lined = frozenset(diff.told.tensors)
        held = list(_held(diff)) if now.holders else []
        shown = list(_expression(diff, *expression, named + held, learner_module)) if expression is not None else []
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
            target = Name(name)
            yield diff.line(target, tensor, seen, _bound_notes(diff, target, tensor, seen, old_of_name))
            diff.told.tensors.add(key)
        elif (notes := _changed_notes(diff, key, seen, old_of_name)) is not None:
            target = Name(name)
            notes += diff.notes_now(target, tensor, seen)
            yield diff.line(target, tensor, seen, notes + _was(old_of_name, seen))
            diff.told.tensors.add(key)
        yield from _gradient(diff, name, key, seen)


def _in_order(diff: _Diff, touched: set[int], bound: set[str]) -> list[tuple[str, int]]:
    """The names that may have a line, in the namespace's order (plain tensors were looked at before the others)."""
    shown = [(name, key) for name, key in diff.now.names.items() if key in touched or name in bound]
    if len(shown) > 1:
        place = {name: index for index, name in enumerate(diff.namespace)}
        shown.sort(key=lambda item: place.get(item[0], len(place)))
    return shown


def _bound_notes(diff: _Diff, target: Target, tensor: Any, seen: Seen, old: Seen | None) -> list[Note]:
    notes: list[Note] = []
    if seen.facts.requires_grad is True and seen.facts.is_leaf is True:
        notes.append(RequiresGrad())
    notes += diff.notes_now(target, tensor, seen)
    return notes if old is None else notes + _was(old, seen)


def _changed_notes(diff: _Diff, key: int, seen: Seen, old: Seen) -> list[Note] | None:
    notes: list[Note] = []
    if seen.facts.requires_grad is True and old.facts.requires_grad is False and seen.facts.is_leaf is True:
        notes.append(RequiresGrad())
    if seen.written_since(old, diff.now.crc(key), diff.before.crc(key)):
        notes.append(ChangedInPlace())
    return notes if notes or _was(old, seen) else None


def _was(old: Seen, new: Seen) -> list[Note]:
    # that it is True now is a note of its own
    stopped = old.facts.requires_grad is True and new.facts.requires_grad is False
    notes = facts_that_were(old.facts, new.facts, (*FACT_NAMES, "requires_grad") if stopped else FACT_NAMES)
    # of another tensor of that name it is said only whether it is contiguous
    if new.strides != old.strides is not None and _is_laid_out_anew(old, new):
        notes.insert(0, StridesWas(old.strides))
    return notes


def _is_laid_out_anew(old: Seen, new: Seen) -> bool:
    return new.ref() is old.ref() and new.facts.shape == old.facts.shape and not new.is_laid_out_as(old)


def _gradient(diff: _Diff, name: str, key: int, seen: Seen) -> Iterator[Change]:
    grad, old_seen = seen.grad, diff.before.tensors.get(key)
    old = old_seen.grad if old_seen is not None and old_seen.ref() is seen.ref() else None
    if grad is None or key in diff.told.gradients:
        return
    if (event := gradient_event(grad, old, diff.before, diff.now, diff.accumulates)) is not None:
        diff.told.gradients.add(key)
        tensor = grad.ref()
        diff.told.tensors.add(id(tensor))
        target = GradientOf(name)
        yield diff.line(target, tensor, grad, [event, *diff.notes_now(target, tensor, grad)])


def _held(diff: _Diff) -> Iterator[Change]:
    holders = sorted(diff.now.holders.items(), key=lambda item: _ORDER.get(item[1].kind, 1))
    objects: dict[int, str] = {}
    for name, holder in holders:
        old = diff.before.holders.get(name)
        value = diff.namespace.get(name)
        if old is None or not old.is_of(value) or old.type_name != holder.type_name:
            if _worth_a_line(holder):
                alias = objects.get(id(value))
                yield _summary(Name(name), holder, (SameObject(Name(alias)),) if alias else ())
        else:
            if _structure(old) != _structure(holder) and _worth_a_line(holder):
                yield _summary(Name(name), holder)
            elif old.settings != holder.settings:
                was = [SettingWas(setting) for setting in old.settings if setting not in holder.settings]
                yield _summary(Name(name), holder, tuple(was))
            if id(value) not in objects:
                yield from group_changes(name, holder, old, diff.before, diff.now, diff.told, diff.accumulates)
        objects.setdefault(id(value), name)


def _structure(holder: Holder) -> list[tuple[str, Group]]:
    # an optimizer makes its state in its first step: that is shown as new state, not as another optimizer
    return [(path, role) for path, (role, _) in holder.roles.items() if role is not Group.STATE]


def _worth_a_line(holder: Holder) -> bool:
    return bool(holder.roles) or holder.kind in (Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER)


def _summary(target: Target, holder: Holder, notes: tuple[Note, ...] = ()) -> Summary:
    return Summary(target, holder.type_name, holder.kind, holder.counts, holder.settings, notes)


def _expression(diff: _Diff, source: str, value: Any, told: list[Change], learner_module: str) -> Iterator[Change]:
    kind = kind_of(value, learner_module)
    if kind is None or any(
        target_code(change.target) == source for change in told if not isinstance(change, GroupChange)
    ):
        return
    target, key = Expression(source), id(value)
    if kind is Kind.TENSOR:
        if key in diff.lined:
            return
        seen = diff.now.tensors.get(key) or look(value, diff.before.tensors.get(key))
        yield diff.line(target, value, seen, _bound_notes(diff, target, value, seen, None))
        return
    names = {change.target.name for change in told if isinstance(change.target, Name)}
    if any(diff.namespace.get(name) is value for name in names & diff.now.holders.keys()):
        return
    holder = hold(value, kind, diff.before, Snapshot(), learner_module)
    if _worth_a_line(holder):
        yield _summary(target, holder)
