"""The trap of layers that are trained and in no group of the optimizer, by a mistake that the code shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.optimizers.unread_groups import UnreadGroup, unread_group
from ptrepl.explain.traps.questions.assigned import assignments_to
from ptrepl.explain.traps.questions.held import gets_gradients, in_optimizers
from ptrepl.explain.traps.questions.optimizers import held_parameters, is_optimizer_class
from ptrepl.explain.traps.questions.rounds import stepped
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_NAMED = 3
_LONGEST = 2_000
_MOST_SEARCHED = 200


class _Making(NamedTuple):
    """How an optimizer was made: the call, where its names can be looked up, and the statements before it."""

    call: ast.Call
    place: Place
    before: list[ast.stmt]
    in_init: bool = False


def layers_in_no_group(noticed: Noticed) -> Iterator[Told]:
    """A group that a loop filled and that was never appended; a layer added after the optimizer was made."""
    for place in noticed.places:
        owner = stepped(noticed, place) if place.certain else None
        optimizer = None if owner is None else place.reader.real(owner)
        if owner is None or kind_of(optimizer) is not Kind.OPTIMIZER:
            continue
        held = {id(each) for each in held_parameters(optimizer)}
        taken = held | in_optimizers(noticed)
        for name, net in _networks(noticed, place):
            inside = parameters_of(net)
            left = [each for each in inside if id(each) not in taken and gets_gradients(each)]
            if not left or not any(id(each) in held for each in inside):
                continue
            making = _making(noticed, place, owner)
            text = "" if making is None else _reason(place, owner, making, net, left, held)
            if text:
                layers = _layers_of(name, net, left)
                subject = gettext(
                    "The parameters of {layers} get gradients, and {optimizer} has them in no group: its step() leaves "
                    "them as they are.",
                    layers=every(layers),
                    optimizer=place.text(owner),
                )
                yield told_of(place, f"{subject} {text}", place.statement)
                return


def _reason(place: Place, owner: ast.expr, making: _Making, net: Any, left: list[Any], held: set[int]) -> str:
    """Why the optimizer has not got them; "" where that may be meant."""
    optimizer = place.text(owner)
    whole = _whole(making, net)
    if whole is not None and held <= {id(each) for each in parameters_of(net)}:
        if whole:
            return gettext(
                "{optimizer} was made while they did not require grad, and took only those that did. Make it again, "
                "now that they do.",
                optimizer=optimizer,
            )
        return gettext(
            "{optimizer} was made before they were part of the network. Make it again, or add them by "
            "{optimizer}.add_param_group(…).",
            optimizer=optimizer,
        )
    unread = unread_group(making.before)
    if unread is None or not _may_hold(making, unread, left):
        return ""
    if unread.appended:
        return gettext(
            "{group} is filled for the last time and then not used: `{line}` is missing after that.",
            group=unread.name,
            line=unread.appended,
        )
    return gettext("{group} is never used: make it a group of {optimizer}.", group=unread.name, optimizer=optimizer)


def _networks(noticed: Noticed, place: Place) -> list[tuple[str, Any]]:
    """The networks that names stand for, and those that the statement calls by attributes."""
    found = {
        id(value): (name, value)
        for name, value in [*noticed.names.items()]
        if type(name) is str and not name.startswith("_") and kind_of(value) is Kind.MODULE
    }
    for each in noticed.places:
        for node in each.nodes():
            if isinstance(node, ast.Call):
                value = each.reader.real(node.func)
                if type(value) is not Made and kind_of(value) is Kind.MODULE and each.function == place.function:
                    found.setdefault(id(value), (each.text(node.func), value))
    return [*found.values()]


def _layers_of(name: str, net: Any, left: list[Any]) -> list[str]:
    """``net.head`` for each layer that has some of them; three at most."""
    wanted, found = {id(each) for each in left}, []
    pending = [(name, net)]
    while pending:
        path, module = pending.pop(0)
        held, parts = own_dict(module).get("_parameters"), own_dict(module).get("_modules")
        own = [id(each) for each in held.values()] if type(held) is dict else []
        if wanted.intersection(own):
            found.append(path)
        if type(parts) is dict:
            for key, part in parts.items():
                step = f"[{key}]" if key.isdigit() else f".{key}"
                pending.append((f"{path}{step}", part))
    return found[:_MOST_NAMED] + (["…"] if len(found) > _MOST_NAMED else [])


def _making(noticed: Noticed, place: Place, owner: ast.expr) -> _Making | None:
    """The call that made the optimizer, at the prompt, in a function, or in ``__init__``."""
    if isinstance(owner, ast.Attribute):
        found = assignments_to(place, owner)
        if len(found) != 1 or found[0].code is None or not isinstance(found[0].statement.value, ast.Call):
            return None
        return _Making(found[0].statement.value, place, found[0].code.tree.body, in_init=True)
    if not isinstance(owner, ast.Name):
        return None
    known = noticed.definition(place, owner.id)
    while known is not None and isinstance(known[1], ast.Name):
        known = noticed.definition(known[0], known[1].id)
    where, call = known if known is not None else (place, owner)
    if not isinstance(call, ast.Call):
        return None
    if is_optimizer_class(where.reader.real(call.func)):
        return _Making(call, where, [*where.body] if where.function else _typed(noticed))
    callee = where.reader.own_callee(call)
    code = None if callee is None else own_code(callee.function)
    returned = noticed.returned(where, call)
    if code is None or returned is None:
        return None
    at, value = returned
    if isinstance(value, ast.Name) and value.id in at.defined:
        at, value = at.defined[value.id]
    return _Making(value, at, code.tree.body) if isinstance(value, ast.Call) else None


def _typed(noticed: Noticed) -> list[ast.stmt]:
    """The statements of the prompt so far, in order; none where one of them is not known whole."""
    found: list[ast.stmt] = []
    for at, entry in enumerate(noticed.earlier()):
        if at == _MOST_SEARCHED or len(entry.source) >= _LONGEST:
            break
        found[:0] = ast.parse(entry.source).body
    return [*found, noticed.tree]


def _whole(making: _Making, net: Any) -> bool | None:
    """Whether the optimizer took what of ``net.parameters()`` required grad (True), or all (False); None for else."""
    given = making.call.args[0] if making.call.args else None
    match given:
        case ast.Call(func=ast.Name(id="list"), args=[inner]):
            given = inner
    filters = False
    match given:
        case ast.Call(func=ast.Name(id="filter"), args=[test, inner]) if "requires_grad" in ast.unparse(test):
            given, filters = inner, True
        case (
            ast.ListComp(elt=ast.Name(), generators=[ast.comprehension(iter=inner, ifs=[test])])
            | ast.GeneratorExp(elt=ast.Name(), generators=[ast.comprehension(iter=inner, ifs=[test])])
        ) if ast.unparse(test).endswith(".requires_grad"):
            given, filters = inner, True
    match given:
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters"), args=[], keywords=[]):
            return filters if making.place.reader.real(_kept_as(making, owner)) is net else None
    return None


def _kept_as(making: _Making, node: ast.expr) -> ast.expr:
    """``self.net`` for the parameter ``net`` of ``__init__``, which did ``self.net = net``."""
    for statement in making.before if isinstance(node, ast.Name) and making.in_init else ():
        match statement:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name()) as kept], value=ast.Name(id=name)):
                if name == getattr(node, "id", ""):
                    return kept
    return node


def _may_hold(making: _Making, unread: UnreadGroup, left: list[Any]) -> bool:
    """Whether the group has one of them, as far as one can look: of a name of the prompt one can."""
    value = None if making.place.function else making.place.reader.real(ast.Name(unread.name, ast.Load()))
    if not unread.is_last or value is None:
        return True
    members = value.get("params") if type(value) is dict else value
    if type(members) is not list:
        return False
    return any(each is one for each in members for one in left)
