"""The trap of a target network that is the network itself, under a second name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.networks.copies import copies
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.assigned import Assigned, assignments_to, given_by_caller
from ptrepl.explain.traps.questions.rounds import backward_in, stepped, training_round
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_TARGETS = re.compile(r"target|tgt|teacher|(?<![a-z])ema(?![a-z])|frozen|old|momentum|slow|prev", re.IGNORECASE)


_GIVE_ITSELF = ("eval", "train", "to", "cpu", "cuda", "float", "double", "requires_grad_")
"""Methods of a module that give the module itself."""


class _Pair(NamedTuple):
    """Two names of one network, and where they are used for two."""

    place: Place
    target: ast.expr
    online: ast.expr


def aliased_target(noticed: Noticed) -> Iterator[Told]:
    """``self.target = self.net``, then ``self.target.load_state_dict(self.net.state_dict())``."""
    places = [each for each in noticed.places if each.certain] if _may_hold(noticed) else []
    for place in places:
        text = _named_after_copying(place)
        if text:
            yield told_of(place, text)
            return
    for place in places:
        for pair, used in ((_copied(place), True), (_mixed(noticed, place), True), (_asked(noticed, place), False)):
            text = "" if pair is None else _text(noticed, pair, used=used)
            if pair is not None and text:
                yield told_of(pair.place, text)
                return


def _may_hold(noticed: Noticed) -> bool:
    words = {each.attr for place in noticed.places for each in place.nodes() if isinstance(each, ast.Attribute)}
    return "load_state_dict" in words or "parameters" in words or "step" in words


def _text(noticed: Noticed, pair: _Pair, *, used: bool) -> str:
    """What to say of the pair; "" where it may be one network on purpose. ``used``: one is copied to the other."""
    where, target = given_by_caller(noticed, pair.place, pair.target)
    at, online = given_by_caller(noticed, pair.place, pair.online)
    names = {"target": where.text(target), "online": at.text(online)}
    found = _assigned(noticed, where, target) + _assigned(noticed, at, online)
    if any(each.may_not_run or isinstance(each.statement.value, ast.IfExp) for each in found):
        return ""
    line = next((ast.unparse(each.statement) for each in found if _is_second_name(each.statement)), "")
    if not line and not used:
        return ""
    own = gettext("Make a network of its own: {target} = copy.deepcopy({online}).", **names)
    if not line:
        text = gettext(
            "{target} and {online} are one network, so there is nothing to copy, and {target} changes with each step "
            "of {online}.",
            **names,
        )
    else:
        text = gettext(
            "{target} and {online} are one network: `{line}` gives it a second name and copies nothing, so {target} "
            "changes with each step of {online}.",
            line=line,
            **names,
        )
    return f"{text} {own}"


def _assigned(noticed: Noticed, place: Place, node: ast.expr) -> list[Assigned]:
    """The assignments that may have given ``node`` what it stands for."""
    if isinstance(node, ast.Attribute):
        return assignments_to(place, node)
    found = noticed.made_by(node.id) if isinstance(node, ast.Name) and not place.function else None
    return [] if found is None else [Assigned(found[1], may_not_run=False)]


def _is_second_name(statement: ast.Assign) -> bool:
    value = statement.value
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _GIVE_ITSELF:
        value = value.func.value
    return len(statement.targets) > 1 or isinstance(value, (ast.Name, ast.Attribute))


def _is_one(place: Place, one: ast.expr, other: ast.expr) -> bool:
    """Whether both, written otherwise, name the same network."""
    network = place.reader.real(one)
    same = network is not None and network is place.reader.real(other) and ast.dump(one) != ast.dump(other)
    return same and kind_of(network) is Kind.MODULE


def _copy_between(statement: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """``(target, net)`` of ``target.load_state_dict(net.state_dict())``."""
    value = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
    match value:
        case ast.Call(func=ast.Attribute(value=target, attr="load_state_dict"), args=[given, *_]):
            pass
        case _:
            return None
    match given:
        case ast.Call(func=ast.Attribute(value=online, attr="state_dict"), args=[]):
            return target, online
    return None


def _copied(place: Place) -> _Pair | None:
    found = _copy_between(place.statement)
    return _Pair(place, *found) if found is not None and _is_one(place, *found) else None


def _mixed(noticed: Noticed, place: Place) -> _Pair | None:
    for each in copies([place]):
        if _is_one(place, each.target, each.online):
            return _Pair(place, each.target, each.online)
    return None


def _asked(noticed: Noticed, place: Place) -> _Pair | None:
    """What is called without gradients by one name, and with them by another, in the round that trains it."""
    owner = stepped(noticed, place)
    if owner is None:
        return None
    _, places = training_round(noticed, place)
    if not any(backward_in(each) is not None for each in places):
        return None
    calls = [(each, node.func) for each in places for node in each.nodes() if isinstance(node, ast.Call)]
    names = [(each, func) for each, func in calls if isinstance(func, (ast.Name, ast.Attribute))]
    for each, func in names:
        if not _TARGETS.search(each.text(func)) or not _is_without_gradients(each):
            continue
        for other, trained in names:
            if not _is_without_gradients(other) and other.function == each.function and _is_one(each, func, trained):
                return _Pair(each, func, trained)
    return None


def _is_without_gradients(place: Place) -> bool:
    """Whether it runs under ``no_grad``, or detaches what it gets."""
    return place.grads_off or ".detach()" in ast.unparse(place.statement)


def _named_after_copying(place: Place) -> str:
    """What to say of ``target = net`` where ``target.load_state_dict(net.state_dict())`` stands beside it."""
    match place.statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=ast.Name() | ast.Attribute() as online):
            pass
        case _:
            return ""
    if kind_of(place.reader.real(online)) is not Kind.MODULE:
        return ""
    pair = (ast.unparse(target), ast.unparse(online))
    for each in place.body:
        found = _copy_between(each)
        if found is not None and (ast.unparse(found[0]), ast.unparse(found[1])) == pair:
            return gettext(
                "`{line}` makes {target} a second name of {online}: from here on they are one network, and what "
                "changes {online} changes {target}. load_state_dict() copies the parameters by itself, so leave "
                "`{line}` out.",
                line=ast.unparse(place.statement),
                target=pair[0],
                online=pair[1],
            )
    return ""
