"""The trap of an optimizer whose parameters are not those that the loss depends on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict
from ptrepl.engine.watch.static_read import gradient
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import backward_in, is_in
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.reading.place import Loop, Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def old_optimizer(noticed: Noticed) -> Iterator[Told]:
    """``opt.step()`` where none of its parameters has a gradient, or some of them are in no network any more."""
    for place in noticed.places:
        match place.statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr="step"), args=[])):
                optimizer = place.reader.real(owner)
            case _:
                continue
        if not place.certain or kind_of(optimizer) is not Kind.OPTIMIZER:
            continue
        alone = place.statement is noticed.tree
        if not alone and not _is_as_at_the_step(noticed, place):
            continue
        held = held_parameters(optimizer)
        idle = [each for each in held if gradient(each) is None]
        if not idle:
            continue
        owners = _owners(noticed)
        taken = _in_optimizers(noticed)
        graded = {name: each for name, each in owners if _left_out(each, taken)}
        if len(idle) == len(held):
            for net, module in graded.items():
                if _is_a_result(noticed, net) or not _went_back_last(noticed, name, module):
                    continue
                if not any(each is parameter for each in held for parameter in _leaves(module)):
                    yield told_of(place, _of_another(noticed, name, net), place.statement)
                    return
            if alone and not _is_scheduled(noticed, optimizer) and not _has_gradients(noticed):
                text = _without_gradients(noticed, name)
                if text:
                    yield told_of(place, text, place.statement)
            return
        for net, module in graded.items():
            mine = _leaves(module)
            reached = {id(each) for _, owner in owners for each in _leaves(owner)}
            stale = [each for each in idle if id(each) not in reached]
            if stale and any(each is parameter for each in held for parameter in mine):
                text = gettext(
                    "{optimizer} still has parameters that {net} no longer has, and not those that replaced them: "
                    "{optimizer}.step() leaves the new ones as they are. Make the optimizer again, after the last "
                    "change to {net}.",
                    optimizer=name,
                    net=net,
                )
                yield told_of(place, text, place.statement)
                return


def _without_gradients(noticed: Noticed, optimizer: str) -> str:
    """What to say of a step of parameters without gradients; "" where ``backward`` ran last, through something else."""
    cleared = False
    for entry in noticed.earlier():
        if "zero_grad" in entry.words:
            cleared = True
        if "backward" in entry.words:
            if not cleared:
                return ""
            return gettext(
                "{optimizer}.step() changed nothing: zero_grad() has cleared the gradients since backward(). Call "
                "zero_grad() before backward(), or after the step.",
                optimizer=optimizer,
            )
        if optimizer in entry.bound:
            break
    return gettext(
        "{optimizer}.step() changed nothing: none of its parameters has a gradient. Call backward() on the loss before "
        "it.",
        optimizer=optimizer,
    )


def _is_a_result(noticed: Noticed, name: str) -> bool:
    """Whether backward() started at it: ``loss = torch.tensor(…, requires_grad=True)`` is no parameter."""
    if kind_of(noticed.names.get(name)) is Kind.MODULE:
        return False
    start = re.compile(rf"\b{re.escape(name)}\s*\.\s*backward")
    return bool(start.search(noticed.source)) or any(start.search(each.source) for each in noticed.earlier())


def _went_back_last(noticed: Noticed, optimizer: str, net: Any) -> bool:
    """Whether the last backward pass, run since the optimizer was made, went through ``net``.

    What earlier lines made may hold gradients still, while this step has none, or has them cleared.
    """
    if noticed.record is None:
        return True
    for entry in reversed(noticed.record):
        if entry.ran_backward():
            return any(map(entry.ran_backward, _leaves(net)))
        if optimizer in entry.bound:
            return False
    return False


def _of_another(noticed: Noticed, optimizer: str, net: str) -> str:
    whole = f"{net}.parameters()" if kind_of(noticed.names.get(net)) is Kind.MODULE else f"[{net}]"
    if noticed.record is not None:
        made, net_made = noticed.record.made(optimizer), noticed.record.made(net)
        if made is not None and net_made is not None and net_made[0].number > made[0].number and net_made[1].rebound:
            return gettext(
                "{optimizer}.step() changed nothing: {net} was made again after {optimizer}, which still has the old "
                "parameters. Make the optimizer again with {parameters}.",
                optimizer=optimizer,
                net=net,
                parameters=whole,
            )
    return gettext(
        "{optimizer}.step() changed nothing: backward() gave gradients to {net}, and {optimizer} has other parameters. "
        "Make the optimizer with {parameters}.",
        optimizer=optimizer,
        net=net,
        parameters=whole,
    )


def _is_as_at_the_step(noticed: Noticed, place: Place) -> bool:
    """Whether the gradients are now what ``step`` saw: ``backward`` runs before it, and nothing clears them after."""
    loop: Loop | None = place.loops[-1] if place.loops else None
    same = [each for each in noticed.places if loop is None or is_in(each, loop)]
    before, after = same[: same.index(place)], noticed.places[noticed.places.index(place) + 1 :]
    clears = [each for each in noticed.places if "grad" in ast.unparse(each.statement) and not _is_block(each)]
    started = [at for at, each in enumerate(before) if each.certain and backward_in(each) is not None]
    late = [each for each in clears if each in after or (started and each in before[started[-1] + 1 :])]
    return bool(started) and not late


def _is_block(place: Place) -> bool:
    return hasattr(place.statement, "body")


def _owners(noticed: Noticed) -> list[tuple[str, Any]]:
    """The modules and the leaves that names stand for."""
    return [
        (name, value)
        for name, value in [*noticed.names.items()]
        if type(name) is str and not name.startswith("_") and (kind_of(value) is Kind.MODULE or _leaves(value))
    ]


def _leaves(owner: Any) -> list[Any]:
    """The parameters of a module; a leaf that requires grad alone."""
    if kind_of(owner) is Kind.MODULE:
        return parameters_of(owner)
    if not is_tensor_class(type(owner)):
        return []
    facts = read(owner)
    return [owner] if facts.is_leaf is True and facts.requires_grad is True else []


def _in_optimizers(noticed: Noticed) -> frozenset[int]:
    """The ids of the parameters that optimizers have."""
    optimizers = [value for value in [*noticed.names.values()] if kind_of(value) is Kind.OPTIMIZER]
    return frozenset(id(each) for value in optimizers for each in held_parameters(value))


def _left_out(owner: Any, taken: frozenset[int]) -> bool:
    """Whether it has a parameter with a gradient that no optimizer has."""
    return any(id(each) not in taken and gradient(each) is not None for each in _leaves(owner))


def is_some_net_left_out(noticed: Noticed) -> bool:
    """Whether some network or leaf has gradients, and no optimizer has it."""
    taken = _in_optimizers(noticed)
    return any(_left_out(each, taken) for _, each in _owners(noticed))


def _has_gradients(noticed: Noticed) -> bool:
    """Whether some tensor or module of the namespace has a gradient."""
    for value in [*noticed.names.values()]:
        if is_tensor_class(type(value)) and gradient(value) is not None:
            return True
    return any(gradient(each) is not None for _, module in _owners(noticed) for each in _leaves(module))


def _is_scheduled(noticed: Noticed, optimizer: Any) -> bool:
    """Whether a scheduler has it: then ``step()`` may be there only because the scheduler wants it first."""
    return any(own_dict(value).get("optimizer") is optimizer for value in [*noticed.names.values()])
