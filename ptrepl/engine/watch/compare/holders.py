"""The lines of containers, modules, optimizers and DataLoaders, and of what else has one line when it is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ptrepl.engine.outcome import Change, GroupChange, Summary
from ptrepl.engine.watch.compare.diff import Diff
from ptrepl.engine.watch.compare.groups import group_changes
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.engine.watch.notes import NewParts, NoLongerIn, Note, SameObject, SettingWas, Switched, Unregistered
from ptrepl.engine.watch.parts import MOST_SHAPES, Group, count_plain_tensors, module_at, path_of_module
from ptrepl.engine.watch.snapshot import Holder
from ptrepl.engine.watch.summaries import Counts, Setting, description, is_numpy_array
from ptrepl.engine.watch.targets import Name, PartOf, Target

_ORDER = {Kind.MODULE: 0, Kind.OPTIMIZER: 2}
"""Containers, which have no place here, stand between modules and optimizers."""


def holder_changes(diff: Diff) -> Iterator[Change]:
    """What was made and what changed, modules first and optimizers last."""
    holders = sorted(diff.now.holders.items(), key=lambda item: _ORDER.get(item[1].kind, 1))
    objects: dict[int, str] = {}
    before = diff.before.holders
    moved = bool(diff.now.touched) or any(
        name not in before or not before[name].is_same(holder) for name, holder in holders
    )
    reset = any(name in before and _is_set_otherwise(before[name], holder) for name, holder in holders)
    owners = _owners(diff) if moved or reset or diff.gradients else {}
    for name, holder in holders:
        old, value = before.get(name), diff.namespace.get(name)
        # the first batch makes a Linear of a LazyLinear
        other_type = old is not None and old.type_name != holder.type_name and not old.counts.uninitialized
        if old is None or not old.is_of(value) or other_type:
            if worth_a_line(holder):
                alias = objects.get(id(value))
                same = Name(alias) if alias else _place_in_module(diff, name, value)
                yield summary(Name(name), value, holder, (SameObject(same),) if same is not None else ())
        elif id(value) in objects:
            pass
        elif name not in owners:
            yield from _changed_holder(diff, name, value, holder, old)
        elif old.settings != holder.settings and not _has_other_settings(diff, owners[name]):
            yield from _changed_settings(Name(name), holder, old)
        if moved and holder.kind is Kind.OPTIMIZER:
            yield from _left_behind(diff, name, holder)
        objects.setdefault(id(value), name)


def _changed_holder(diff: Diff, name: str, value: Any, holder: Holder, old: Holder) -> Iterator[Change]:
    came_in: frozenset[int] = frozenset()
    if _structure(old) != _structure(holder) and worth_a_line(holder):
        there = {key for _, key in old.roles.values() if _is_the_same(diff, key)}
        fresh = [
            (path, key) for path, (role, key) in holder.roles.items() if key not in there and role is not Group.STATE
        ]
        came_in = frozenset(key for _, key in fresh)
        notes: tuple[Note, ...] = ()
        if fresh:
            facts = [(path, diff.now.tensors[key].facts) for path, key in fresh[: MOST_SHAPES + 1]]
            notes = (NewParts(tuple((path, fact.text("shape"), fact.text("dtype")) for path, fact in facts)),)
        counts = holder.counts._replace(shapes=()) if fresh else holder.counts
        was = tuple(SettingWas(setting) for setting in old.settings if setting not in holder.settings)
        yield summary(Name(name), value, holder, notes + was, counts)
    elif old.settings != holder.settings:
        yield from _changed_settings(Name(name), holder, old)
    elif old.training != holder.training:
        yield from _switched(diff, name, value, holder, old)
    yield from group_changes(name, holder, old, diff.before, diff.now, diff.told, diff.gradients, came_in)


def _is_the_same(diff: Diff, key: int) -> bool:
    """Whether the tensor with that address is the one that had it before."""
    old, now = diff.before.tensors.get(key), diff.now.tensors.get(key)
    return old is not None and now is not None and old.ref is now.ref


def _changed_settings(target: Target, holder: Holder, old: Holder) -> Iterator[Change]:
    was = tuple(SettingWas(setting) for setting in old.settings if setting not in holder.settings)
    changed = tuple(setting for setting in holder.settings if setting not in old.settings)
    if holder.kind is Kind.MODULE:
        yield Summary(target, holder.type_name, holder.kind, Counts(modules=1), changed, was)
    else:
        yield Summary(target, holder.type_name, holder.kind, holder.counts, holder.settings, was)


def _switched(diff: Diff, name: str, value: Any, holder: Holder, old: Holder) -> Iterator[Change]:
    """The modules in ``value`` that are in training mode, or not, though ``value`` itself is as it was."""
    moved = [path for path, part in holder.roles.items() if old.roles.get(path) != part]
    named = {id(diff.namespace.get(other)) for other in diff.now.holders if other != name and _was_set(diff, other)}
    for training in (False, True):
        paths = [path for path, now in holder.training.items() if now is training and old.training.get(path) is not now]
        # another module that came to stand there was not switched
        paths = [path for path in paths if path in old.training and not any(_is_inside(part, path) for part in moved)]
        told = [path for path in paths if id(module_at(value, path)) in named]
        if all(any(_is_inside(path, other) for other in told) for path in paths):
            continue
        module = module_at(value, paths[0]) if all(_is_inside(path, paths[0]) for path in paths) else None
        if module is not None:
            mode, was = Setting("training", training), SettingWas(Setting("training", not training))
            yield Summary(PartOf(name, paths[0]), type_name(module), holder.kind, Counts(modules=1), (mode,), (was,))
        else:
            yield GroupChange(Name(name), Group.MODULES, len(holder.training), Switched(training), tuple(paths))


def _is_inside(path: str, around: str) -> bool:
    return path == around or path.startswith(f"{around}.")


def _was_set(diff: Diff, name: str) -> bool:
    """Whether the module of that name has a line that tells how it was set."""
    old, now = diff.before.holders.get(name), diff.now.holders[name]
    return old is not None and old.is_same(now) and old.settings != now.settings


def _is_set_otherwise(old: Holder, holder: Holder) -> bool:
    return old.settings != holder.settings or old.training != holder.training


def _has_other_settings(diff: Diff, name: str) -> bool:
    old, now = diff.before.holders.get(name), diff.now.holders[name]
    return old is None or old.settings != now.settings


def _owners(diff: Diff) -> dict[str, str]:
    """Names of modules that are parts of another one with a name → that one: what changes is told of the whole."""
    modules = {name: holder for name, holder in diff.now.holders.items() if holder.kind is Kind.MODULE}
    before = diff.before.holders
    was_there = {name for name, holder in modules.items() if name in before and holder.is_same(before[name])}
    if len(modules) < 2 or not was_there:
        return {}
    holding: dict[int, list[str]] = {}
    for name in was_there:
        for _, key in modules[name].roles.values():
            holding.setdefault(key, []).append(name)
    sizes = {name: (len(holder.roles), holder.counts.modules) for name, holder in modules.items()}
    found = {}
    for name, holder in modules.items():
        keys = [key for _, key in holder.roles.values()]
        around = set.intersection(*(set(holding.get(key, ())) for key in keys)) if keys else set()
        larger = [other for other in around if sizes[other] > sizes[name]]
        if larger:
            found[name] = max(larger, key=sizes.__getitem__)
    return found


def _place_in_module(diff: Diff, name: str, value: Any) -> Target | None:
    """Where ``value``, a module, stands in another one that has a name: ``net[0]``."""
    if kind_of(value) is not Kind.MODULE:
        return None
    for other, holder in diff.now.holders.items():
        if holder.kind is Kind.MODULE and other != name:
            path = path_of_module(diff.namespace.get(other), value)
            if path:
                return PartOf(other, path)
    return None


def _left_behind(diff: Diff, name: str, holder: Holder) -> Iterator[GroupChange]:
    """The parameters of an optimizer that stood in a module until the statement put others there."""
    was_there = diff.before.holders.get(name)
    if was_there is None or not was_there.is_same(holder):
        return
    own = [(path, key) for path, (role, key) in holder.roles.items() if role is Group.PARAMETERS]
    for other, old in diff.before.holders.items():
        now = diff.now.holders.get(other)
        if old.kind is not Kind.MODULE or now is None or now.kind is not Kind.MODULE or now.roles == old.roles:
            continue
        before, after = map(_registered, (old, now))
        left = [path for path, key in own if key in before and key not in after]
        if left:
            yield GroupChange(Name(name), Group.PARAMETERS, len(own), NoLongerIn(Name(other)), tuple(left))


def _registered(module: Holder) -> set[int]:
    """Keys of the parameters that ``parameters()`` finds: a plain list may still hold an old layer."""
    return {key for role, key in module.roles.values() if role is Group.PARAMETERS}


def _structure(holder: Holder) -> tuple[object, ...]:
    # an optimizer makes its state in its first step: that is shown as new state, not as another optimizer
    parts: list[tuple[str, Group]] = [
        (path, role) for path, (role, _) in holder.roles.items() if role is not Group.STATE
    ]
    counts = holder.counts
    return parts, counts.tensors, counts.unregistered, holder.length if counts.truncated else 0


def worth_a_line(holder: Holder) -> bool:
    """Whether there is something to say of it: not of a list without tensors."""
    always = (Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER)
    return bool(holder.roles) or holder.kind in always or bool(holder.settings)


def summary(
    target: Target, value: Any, holder: Holder, notes: tuple[Note, ...] = (), counts: Counts | None = None
) -> Summary:
    """The line of the whole object; ``counts``: instead of its own."""
    told = holder.counts if counts is None else counts
    if told.truncated and (number := count_plain_tensors(value)) is not None:
        told = told._replace(tensors=number, truncated=False)
    unregistered = tuple(Unregistered(each) for each in told.unregistered)
    return Summary(target, holder.type_name, holder.kind, told, holder.settings, notes + unregistered)


def described_change(diff: Diff, target: Target, value: Any) -> Iterator[Change]:
    """The line of an array, a data frame, a dataset, a scheduler."""
    told = description(value)
    if told is None:
        return
    settings, counts = told
    notes = diff.neighbours.array_notes(target, value) if is_numpy_array(value) else []
    yield Summary(target, type_name(value), Kind.DESCRIBED, counts, settings, tuple(notes))
