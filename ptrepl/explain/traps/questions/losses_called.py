"""The calls of losses of torch, by function or module, and what they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.standins.torch_code import is_torch_function
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place


def given_to_losses(
    noticed: Noticed, functions: tuple[str, ...], classes: tuple[str, ...]
) -> Iterator[tuple[Place, ast.expr]]:
    """The first argument of each call of one of these losses, and where it stands."""
    for place, node in calls_of_losses(noticed, functions, classes):
        given = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "input"), None)
        if given is not None:
            yield place, given


def calls_of_losses(
    noticed: Noticed, functions: tuple[str, ...], classes: tuple[str, ...]
) -> Iterator[tuple[Place, ast.Call]]:
    """The calls of one of these functions of torch, or of a module of one of these classes of torch.nn."""
    if not noticed.calls:
        noticed.calls.extend(_calls_of_torch(noticed))
    for place, node, name in noticed.calls:
        if name in functions or name in classes:
            yield place, node


def _calls_of_torch(noticed: Noticed) -> Iterator[tuple[Place, ast.Call, str]]:
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            name = _name_in_torch(noticed, place, node.func) if isinstance(node, ast.Call) else ""
            if name and isinstance(node, ast.Call):
                yield place, node, name


def _name_in_torch(noticed: Noticed, place: Place, node: ast.expr) -> str:
    """The name of the function of torch, or of the class of torch.nn, that is called; "" for all else."""
    found = place.reader.real(node)
    if is_torch_function(found):
        return str(found.__name__)
    name = place.module_class(node)
    if name or found is not None or not isinstance(node, ast.Name):
        return name
    known = noticed.definition(place, node.id)
    return known[0].module_class(known[1]) if known is not None else ""
