"""The trap of ``copy.copy(net)``: a second network with the layers, and so the parameters, of the first."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def shallow_copies(noticed: Noticed) -> Iterator[Told]:
    """``baseline = copy.copy(predictor)``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            match node:
                case ast.Call(func=function, args=[network], keywords=[]) if _shares(place, function, network):
                    text = gettext(
                        "copy.copy copies {network} alone, not its layers: the copy has the same parameters, and "
                        "changes with each step of {network}. copy.deepcopy({network}) makes parameters of its own.",
                        network=place.text(network),
                    )
                    yield told_of(place, text)
                    return


def _shares(place: Place, function: ast.expr, network: ast.expr) -> bool:
    if getattr(function, "attr", getattr(function, "id", "")) != "copy":
        return False
    if place.reader.real(function) is not copy.copy:
        return False
    held = place.reader.real(network)
    return type(held) is not Made and kind_of(held) is Kind.MODULE and any(True for _ in parameters_of(held))
