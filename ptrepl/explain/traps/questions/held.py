"""Which parameters any optimizer in reach has, and which are trained."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.engine.watch.static_read import gradient
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import stepped


def in_optimizers(noticed: Noticed) -> set[int]:
    """The ids of the parameters of optimizers: those of the prompt, of its objects, and those that are stepped."""
    found = [*noticed.names.values()]
    for place in noticed.places:
        owner = stepped(noticed, place)
        if owner is not None:
            found.append(place.reader.real(owner))
    optimizers = [each for each in found if kind_of(each) is Kind.OPTIMIZER]
    for each in found:
        optimizers += [value for value in own_dict(each).values() if kind_of(value) is Kind.OPTIMIZER]
    return {id(parameter) for each in optimizers for parameter in held_parameters(each)}


def gets_gradients(parameter: Any) -> bool:
    """Whether it requires grad and has a gradient."""
    return read(parameter).requires_grad is True and gradient(parameter) is not None
