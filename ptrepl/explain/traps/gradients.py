"""Traps of gradients that add up: only where an update came between two backward passes, and nothing cleared them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.outcome import GroupChange
from ptrepl.engine.record.record import RecordedStatement
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict
from ptrepl.engine.watch.notes import Accumulated
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.targets import GradientOf, target_code
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MISSPELT = frozenset("require_grad require_grads requires_grads requires_gradient require_gradient".split())
_CLEARS = ("zero_grad", "zero_(", ".grad = ", ".grad=", "set_to_none", "_foreach_zero")


def added_gradient(noticed: Noticed) -> Iterator[str]:
    """A second ``backward`` on a gradient that an update, or a look at it, had used, and that was not cleared."""
    if any(word in noticed.source for word in _CLEARS):
        return
    for one in noticed.noted(Accumulated):
        if isinstance(one.target, GradientOf) and _was_used(noticed, noticed.names.get(one.target.name)):
            yield gettext(
                "{gradient} is the sum of this gradient and the one before it: backward() accumulates. To start again "
                "from zero, clear it before backward(): {gradient} = None.",
                gradient=target_code(one.target),
            )
            return
    for change in noticed.changes:
        if isinstance(change, GroupChange) and change.group is Group.GRADIENTS and change.what == Accumulated():
            owner = noticed.names.get(getattr(change.target, "name", ""))
            if kind_of(owner) is Kind.MODULE and any(_was_used(noticed, each) for each in parameters_of(owner)[:4]):
                yield gettext(
                    "The gradients of {name} are sums of the new ones and the ones before them: backward() "
                    "accumulates. To start again from zero, clear them before backward(): {name}.zero_grad(), or "
                    "zero_grad() of its optimizer.",
                    name=target_code(change.target),
                )
                return


def misspelt_requires_grad(noticed: Noticed) -> Iterator[Told]:
    """``p.require_grad = False``: a new attribute, which torch never reads."""
    for place in noticed.places:
        match place.statement:
            case ast.Assign(targets=[ast.Attribute(value=base, attr=word)]) if place.certain and word in _MISSPELT:
                pass
            case _:
                continue
        real = place.reader.real(base)
        if place.statement is noticed.tree and isinstance(base, ast.Name):
            real = noticed.names.get(base.id)  # the reader counts the name as changed
        is_tensor = is_tensor_class(type(real)) or place.reader.tensor(base) is not None
        if is_tensor or kind_of(real) is Kind.MODULE:
            meant = f"{place.text(base)}.requires_grad = …" if is_tensor else f"{place.text(base)}.requires_grad_(…)"
            text = gettext(
                "{code} is a new attribute, which PyTorch does not read: gradients flow as before. Write {meant}",
                code=place.text(place.statement.targets[0]),
                meant=meant,
            )
            yield told_of(place, text)


def module_requires_grad(noticed: Noticed) -> Iterator[Told]:
    """``net.head.requires_grad = False`` of a module: an attribute, where its parameters stay as they are."""
    for place in noticed.places:
        match place.statement:
            case ast.Assign(
                targets=[ast.Attribute(value=base, attr="requires_grad")], value=ast.Constant(value=bool() as wanted)
            ) if place.certain:
                pass
            case _:
                continue
        real = place.reader.real(base)
        real = noticed.real(base) if real is None and not place.function else real
        if kind_of(real) is not Kind.MODULE or not own_dict(real).get("_modules", {}).keys() | _own(real):
            continue
        if all(read(each).requires_grad is wanted for each in parameters_of(real)):
            continue
        name = place.text(base)
        text = gettext(
            "{name} is a module, so {code} is a new attribute of it and changes none of its parameters. "
            "{instead} sets it for all of them.",
            name=name,
            code=place.text(place.statement.targets[0]),
            instead=f"{name}.requires_grad_({wanted})",
        )
        yield told_of(place, text)


def _own(module: Any) -> set[str]:
    held = own_dict(module).get("_parameters")
    return {*held} if type(held) is dict else set()


def _was_used(noticed: Noticed, leaf: Any) -> bool:
    """Whether the leaf was written to, or its gradient printed, since a statement gave it a gradient."""
    written = shown = False
    for entry in noticed.earlier():
        if any(word in entry.source for word in _CLEARS) or "zero_grad" in entry.words:
            return False
        given = [each for each in entry.gradients if each.leaf.tensor() is leaf]
        written = written or any(each.place.tensor() is leaf for each in entry.wrote)
        if given:
            return written or shown if given[0].is_given else False
        shown = shown or _looks_at_gradient(entry)
    return False


def _looks_at_gradient(entry: RecordedStatement) -> bool:
    return entry.source.endswith(".grad") or (entry.source.startswith("print(") and ".grad)" in entry.source)
