"""The trap of a step without gradients: the loss that went backward does not depend on these parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.engine.watch.static_read import gradient
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.optimizers.old_optimizer import is_some_net_left_out
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import at, backward_in, clears, stepped, training_round
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_CUTS = ("detach", "item", "numpy", "tolist")
_DEEPEST = 8
_MOST_SEARCHED = 20
_LONGEST = 2_000


def step_of_unreached(noticed: Noticed) -> Iterator[Told]:
    """``criterion(D(fake.detach()), real).backward()``, then ``opt_g.step()``: the generator gets no gradient."""
    for place in noticed.places if noticed.complete else ():
        owner = stepped(noticed, place) if place.certain else None
        optimizer = None if owner is None else place.reader.real(owner)
        if owner is None or kind_of(optimizer) is not Kind.OPTIMIZER:
            continue
        held = held_parameters(optimizer)
        if any(gradient(each) is not None for each in held):
            continue
        backward = _backward_before(noticed, place, held)
        frozen = all(read(each).requires_grad is not True for each in held)
        if frozen or backward is None or is_some_net_left_out(noticed):
            continue
        call = backward_in(backward)
        assert call is not None
        assert isinstance(call.func, ast.Attribute)
        cut = _cut(noticed, backward, call.func.value, held)
        if cut is None:
            continue
        if cut[0] == cut[1]:
            text = gettext(
                "{optimizer}.step() changed nothing: none of its parameters has a gradient. {backward} does not reach "
                "them, because {cut} was computed under torch.no_grad() and has no graph. Compute it outside of that.",
                optimizer=place.text(owner),
                backward=backward.text(call),
                cut=cut[0],
            )
        else:
            text = gettext(
                "{optimizer}.step() changed nothing: none of its parameters has a gradient. {backward} does not reach "
                "them, because {cut} has no graph. Compute the loss from {whole}.",
                optimizer=place.text(owner),
                backward=backward.text(call),
                cut=cut[0],
                whole=cut[1],
            )
        yield told_of(place, text, place.statement)
        return


def _backward_before(noticed: Noticed, place: Place, held: list[Any]) -> Place | None:
    """The last ``backward()`` before the step, if the gradients are now what the step saw."""
    _, places = training_round(noticed, place)
    if place.statement is noticed.tree:
        return _recorded_backward(noticed)
    if not any(each is place for each in places):
        return None
    before = places[: at(places, place)]
    started = [n for n, each in enumerate(before) if each.certain and backward_in(each) is not None]
    if not started:
        return None
    later = [*before[started[-1] + 1 :], *noticed.places[at(noticed.places, place) + 1 :]]
    return None if any(_clears_these(each, held) for each in later) else before[started[-1]]


def _recorded_backward(noticed: Noticed) -> Place | None:
    """The last ``backward()`` of the statements before this one, with nothing that clears gradients since."""
    for entry in islice(noticed.earlier(), _MOST_SEARCHED):
        if "zero_grad" in entry.words or "grad" in entry.words:
            return None
        if "backward" in entry.words:
            if len(entry.source) >= _LONGEST or entry.status is not Status.OK:
                return None
            [tree] = ast.parse(entry.source).body
            places = noticed.places_of(entry.source, tree)
            return places[0] if places and backward_in(places[0]) is not None else None
    return None


def _clears_these(place: Place, held: list[Any]) -> bool:
    """Whether it clears gradients, and not those of another optimizer or network."""
    node = clears(place)
    if node is None:
        return False
    func = node.func if isinstance(node, ast.Call) else None
    owner = place.reader.real(func.value) if isinstance(func, ast.Attribute) else None
    kind = kind_of(owner)
    others = held_parameters(owner) if kind is Kind.OPTIMIZER else parameters_of(owner) if kind is Kind.MODULE else held
    return any(each is one for each in held for one in others)


def _cut(
    noticed: Noticed, place: Place, node: ast.expr, held: list[Any], depth: int = _DEEPEST
) -> tuple[str, str] | None:
    """``("fake.detach()", "fake")``: what stands in the loss for what the parameters gave, and has no graph."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _CUTS:
                if _is_of(noticed, place, inner, held):
                    return place.text(each), place.text(_whole(inner))
            case ast.Attribute(value=inner, attr="data"):
                if _is_of(noticed, place, inner, held):
                    return place.text(each), place.text(_whole(inner))
            case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
                if found[0].grads_off and not place.grads_off and _is_of(noticed, *found, held):
                    return name, name
                if (cut := _cut(noticed, *found, held, depth - 1)) is not None:
                    return cut
            case ast.Call() if depth and (returned := noticed.returned(place, each)) is not None:
                if (cut := _cut(noticed, *returned, held, depth - 1)) is not None:
                    return cut
    return None


def _whole(node: ast.expr) -> ast.expr:
    """``x`` of ``x.detach().cpu()``."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in (*_CUTS, "cpu"):
            return _whole(inner)
        case ast.Attribute(value=inner, attr="data"):
            return _whole(inner)
    return node


def _is_of(noticed: Noticed, place: Place, node: ast.expr, held: list[Any], depth: int = _DEEPEST) -> bool:
    """Whether a network with these parameters computed ``node``."""
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
                if _is_of(noticed, *found, held, depth - 1):
                    return True
            case ast.Call(func=func) if kind_of(module := place.reader.real(func)) is Kind.MODULE:
                if any(one is another for one in parameters_of(module) for another in held):
                    return True
    return False
