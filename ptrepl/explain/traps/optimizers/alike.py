"""The trap of two optimizers with the parameters of one network, where each was to have a network of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.held import gets_gradients, in_optimizers
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import stepped
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def optimizers_of_one_network(noticed: Noticed) -> Iterator[Told]:
    """``opt_g = Adam(D.parameters())``, beside ``opt_d``: nothing changes ``G``, which gets gradients."""
    seen: list[tuple[str, frozenset[int]]] = []
    for place in noticed.places:
        owner = stepped(noticed, place) if place.certain else None
        optimizer = None if owner is None else place.reader.real(owner)
        if owner is None or kind_of(optimizer) is not Kind.OPTIMIZER:
            continue
        name, held = place.text(owner), frozenset(id(each) for each in held_parameters(optimizer))
        twin = next((other for other, same in seen if other != name and same == held), "")
        seen.append((name, held))
        net = _left_alone(noticed) if twin else ""
        if net:
            text = gettext(
                "{one} and {other} have the same parameters, and those of {net}, which get gradients, are in no "
                "optimizer: no step changes {net}. Make one of the two with {net}.parameters().",
                one=twin,
                other=name,
                net=net,
            )
            yield told_of(place, text, place.statement)
            return


def _left_alone(noticed: Noticed) -> str:
    """The one network of the prompt whose parameters all get gradients and are in no optimizer; "" for none."""
    values = [(name, value) for name, value in [*noticed.names.items()] if type(name) is str and name[:1] != "_"]
    taken = in_optimizers(noticed)
    found = {id(net): name for name, net in values if kind_of(net) is Kind.MODULE and _is_left_alone(net, taken)}
    return next(iter(found.values())) if len(found) == 1 else ""


def _is_left_alone(net: Any, taken: set[int]) -> bool:
    parameters = parameters_of(net)
    return (
        bool(parameters) and all(map(gets_gradients, parameters)) and not any(id(each) in taken for each in parameters)
    )
