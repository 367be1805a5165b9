"""Two looks at a namespace → what the statement between them did, as frozen facts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from ptrepl.engine.assignments import bound_in_order, kept_by_method
from ptrepl.engine.outcome import Change, ClearedGradient, GroupChange, Summary
from ptrepl.engine.watch.compare.diff import Diff
from ptrepl.engine.watch.compare.gradients import GradientEvents
from ptrepl.engine.watch.compare.holders import described_change, holder_changes, summary, worth_a_line
from ptrepl.engine.watch.compare.sharing import Neighbours
from ptrepl.engine.watch.facts import FACT_NAMES, attempt, base_attribute, torch_functions_off
from ptrepl.engine.watch.fingerprint import Seen, look
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.engine.watch.notes import (
    ChangedInPlace,
    Inference,
    Note,
    RequiresGrad,
    SameAsBefore,
    StridesWas,
    facts_that_were,
)
from ptrepl.engine.watch.parts import module_at
from ptrepl.engine.watch.snapshot import Snapshot, hold
from ptrepl.engine.watch.summaries import is_described
from ptrepl.engine.watch.targets import Expression, GradientOf, Name, PartOf, Target, target_code

if TYPE_CHECKING:
    from ptrepl.engine.watch.cards import TensorCard


def changes(
    before: Snapshot,
    now: Snapshot,
    namespace: Mapping[str, Any],
    *,
    statement: ast.stmt | None = None,
    expression: tuple[str, Any] | None = None,
    gradients: GradientEvents | None = None,
    left_over: AbstractSet[str] = frozenset(),
    learner_module: str = "__main__",
    card: Callable[[Any], TensorCard] | None = None,
) -> tuple[Change, ...]:
    """One change per tensor that was made, rebound or changed, then those of containers, in the namespace's order.

    ``statement``: what ran between the looks. ``expression``: the text of an expression statement and its value, which
    is to be shown. ``gradients``: what became of the gradients (``gradients.gradient_events``). ``card`` reads the
    whole card of a tensor that has a line.
    """
    kept = [] if statement is None else _kept(statement, before, now)
    described = [name for name, ref in now.described.items() if before.described.get(name) is not ref]
    nothing = not now.touched and now.names == before.names and not now.holders and not kept and not described
    if expression is None and nothing:
        return ()
    neighbours = Neighbours(now, namespace)
    diff = Diff(before, now, namespace, gradients or {}, neighbours, statement, left_over, card)
    with torch_functions_off():
        if now.holders and (now.touched or diff.gradients):
            diff.in_modules = frozenset(_keys_in_modules(diff))
        named = list(_named(diff, kept))
        named += [line for name in described for line in described_change(diff, Name(name), namespace.get(name))]
        diff.lined = frozenset(diff.told.tensors)
        held = list(holder_changes(diff)) if now.holders else []
        shown = list(_expression(diff, *expression, named + held, learner_module)) if expression is not None else []
    return (*shown, *named, *held)


def _kept(statement: ast.stmt, before: Snapshot, now: Snapshot) -> list[str]:
    """Names of tensors that ``x = x.to(device)`` bound to the same tensor again, and that did not change."""
    found = []
    for name in kept_by_method(statement):
        key = now.names.get(name)
        if key is None or key in now.touched or before.names.get(name) != key:
            continue
        if before.tensors[key].ref is now.tensors[key].ref:
            found.append(name)
    return found


def _keys_in_modules(diff: Diff) -> Iterator[int]:
    """Keys of the parameters and buffers of modules that were there before: what changes in them is told there."""
    for name, holder in diff.now.holders.items():
        old = diff.before.holders.get(name)
        if holder.kind is Kind.MODULE and old is not None and old.is_same(holder):
            yield from (key for _, key in holder.roles.values() if key in diff.before.tensors)


def _named(diff: Diff, kept: list[str]) -> Iterator[Change]:
    touched = diff.now.touched
    old_names = diff.before.names
    bound = (
        set()
        if diff.now.names == old_names
        else {name for name, key in diff.now.names.items() if old_names.get(name) != key}
    )
    if not touched and not bound and not kept:
        return
    shown = _in_order(diff, touched, bound.union(kept))
    elsewhere = _told_elsewhere(diff)
    for name, key in shown:
        seen, tensor = diff.now.tensors[key], diff.now.tensors[key].ref()
        target = Name(name)
        if name in kept:
            yield diff.line(target, tensor, seen, [SameAsBefore(), *diff.notes_now(target, tensor, seen)])
            continue
        old_key = diff.before.names.get(name)
        old_of_name = None if old_key is None else diff.before.tensors.get(old_key)
        if old_of_name is None or old_of_name.ref() is not seen.ref():
            yield diff.line(target, tensor, seen, _bound_notes(diff, target, tensor, seen, old_of_name))
            diff.told.tensors.add(key)
        elif key in diff.in_modules or (name in diff.left_over and key in elsewhere):
            continue
        elif (notes := _changed_notes(diff, key, seen, old_of_name)) is not None:
            notes += diff.notes_now(target, tensor, seen)
            yield diff.line(target, tensor, seen, notes + _was(old_of_name, seen))
            diff.told.tensors.add(key)
        if key not in diff.in_modules and not (name in diff.left_over and key in elsewhere):
            yield from _gradient(diff, name, key, seen)


def _in_order(diff: Diff, touched: set[int], bound: set[str]) -> list[tuple[str, int]]:
    """The names that may have a line, in the namespace's order (plain tensors were looked at before the others).

    Those that the statement binds itself stand in the order in which it does: ``X, y = …`` shows X first.
    """
    shown = [(name, key) for name, key in diff.now.names.items() if key in touched or name in bound]
    if len(shown) > 1:
        place = {name: index for index, name in enumerate(diff.namespace)}
        shown.sort(key=lambda item: place.get(item[0], len(place)))
    if len(shown) > 1 and diff.statement is not None:
        rank = {name: index for index, name in enumerate(bound_in_order(diff.statement)) if name in bound}
        places = [index for index, (name, _) in enumerate(shown) if name in rank]
        ordered = sorted((shown[index] for index in places), key=lambda item: rank[item[0]])
        for index, item in zip(places, ordered, strict=True):
            shown[index] = item
    return shown


def _told_elsewhere(diff: Diff) -> frozenset[int]:
    """Keys of the tensors that a variable left over from a loop is not needed to tell of: they have another place."""
    if not diff.left_over:
        return frozenset()
    found = {key for name, key in diff.now.names.items() if name not in diff.left_over}
    for name, holder in diff.now.holders.items():
        if name in diff.before.holders:
            found.update(key for _, key in holder.roles.values())
    return frozenset(found)


def _bound_notes(diff: Diff, target: Target, tensor: Any, seen: Seen, old: Seen | None) -> list[Note]:
    notes: list[Note] = []
    if seen.facts.requires_grad is True and seen.facts.is_leaf is True:
        notes.append(RequiresGrad())
    if seen.print[0] is None and attempt(lambda: base_attribute("is_inference")(tensor)) is True:
        notes.append(Inference())
    notes += diff.notes_now(target, tensor, seen)
    # of a tensor that has nothing to do with the one before, what that was like is no news
    told = old is not None and isinstance(target, Name) and diff.is_made_from_itself(target.name)
    return notes + _was(old, seen) if told and old is not None else notes


def _changed_notes(diff: Diff, key: int, seen: Seen, old: Seen) -> list[Note] | None:
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


def _gradient(diff: Diff, name: str, key: int, seen: Seen) -> Iterator[Change]:
    event = diff.gradients.get(key)
    if event is None or key in diff.told.gradients:
        return
    diff.told.gradients.add(key)
    target, grad = GradientOf(name), seen.grad
    if grad is None:
        yield ClearedGradient(target, (event,))
        return
    tensor = grad.ref()
    diff.told.tensors.add(id(tensor))
    notes, old = [event, *diff.notes_now(target, tensor, grad)], diff.before.tensors.get(key)
    if old is not None and old.grad is not None and old.grad.ref() is tensor:
        notes += _was(old.grad, grad)
    yield diff.line(target, tensor, grad, notes)


def _expression(diff: Diff, source: str, value: Any, told: list[Change], learner_module: str) -> Iterator[Change]:
    kind = kind_of(value, learner_module)
    if any(target_code(change.target) == source for change in told if not isinstance(change, GroupChange)):
        return
    target, key = Expression(source), id(value)
    if kind is None:
        if is_described(type(value)):
            yield from described_change(diff, target, value)
        return
    if kind is Kind.TENSOR:
        if key in diff.lined:
            return
        seen = diff.now.tensors.get(key) or look(value, diff.before.tensors.get(key))
        yield diff.line(target, value, seen, _bound_notes(diff, target, value, seen, None))
        return
    names = {change.target.name for change in told if isinstance(change.target, Name)}
    if any(diff.namespace.get(name) is value for name in names & diff.now.holders.keys()):
        return
    if any(_is_part(diff, change.target, value) for change in told if isinstance(change, Summary)):
        return
    holder = hold(value, kind, diff.before, Snapshot(), learner_module)
    if worth_a_line(holder):
        yield summary(target, value, holder)


def _is_part(diff: Diff, target: Target, value: Any) -> bool:
    return isinstance(target, PartOf) and module_at(diff.namespace.get(target.name), target.path) is value
