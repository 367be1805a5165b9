"""The trap of ``loss = Variable(loss, requires_grad=True)``: backward() runs, and no parameter gets a gradient."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from ptrepl.explain.rewrite import in_a_sentence
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import at, backward_in, stepped, training_round
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_DEEPEST = 3
_CUTS = ("detach", "item", "numpy", "tolist")


def loss_made_a_leaf(noticed: Noticed) -> Iterator[Told]:
    """A new leaf of the value of a loss goes backward in a round of training, and an optimizer steps after it."""
    for place in noticed.places if noticed.complete else ():
        backward = backward_in(place) if place.certain else None
        match backward:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                found = noticed.definition(place, name)
            case _:
                continue
        value = found[1] if found is not None else None
        if found is None or value is None or not _is_new_leaf(found[0], value):
            continue
        _, places = training_round(noticed, place)
        if not any(each is place for each in places) or place.statement is noticed.tree:
            continue
        later = places[at(places, place) :]
        owner = next((node for each in later if each.certain and (node := stepped(noticed, each)) is not None), None)
        if owner is None:
            continue
        told = [
            gettext(
                "{code} makes a new leaf with the value of the loss and without its graph: {loss}.backward() reaches "
                "no parameter, and {optimizer}.step() changes nothing. It only hides the error that there is no graph.",
                code=found[0].text(value),
                loss=name,
                optimizer=ast.unparse(owner),
            )
        ]
        called = [*_calls_for(noticed, found[0], value)]
        cuts = [*_cuts_in(places[: at(places, place)], called)]
        if len(cuts) == 1:
            told.append(
                gettext(
                    "Leave it out, and {word} in `{statement}` of {function}() as well, which cuts the graph off.",
                    word=cuts[0][1],
                    statement=in_a_sentence(ast.unparse(cuts[0][0].statement)),
                    function=cuts[0][0].function,
                )
            )
        else:
            told.append(gettext("Leave it out, and compute {loss} with operations on tensors all the way.", loss=name))
        yield told_of(found[0], " ".join(told))
        return


def _is_new_leaf(place: Place, node: ast.expr) -> bool:
    """``Variable(loss, requires_grad=True)``, ``torch.tensor(loss.item(), requires_grad=True)``."""
    match node:
        case ast.Call(
            func=func, args=[given], keywords=[ast.keyword(arg="requires_grad", value=ast.Constant(value=True))]
        ):
            real, torch = place.reader.real(func), sys.modules["torch"]
            makes = real is torch.autograd.Variable or real is torch.tensor
            return makes and any(isinstance(each, ast.Name) for each in ast.walk(given))
        case ast.Call(func=ast.Attribute(value=inner, attr="requires_grad_")):
            return _is_cut(inner) is not None
    return False


def _is_cut(node: ast.expr) -> str | None:
    """``.data`` or ``.detach()``, if ``node`` ends in it, or in what keeps it cut off: ``x.detach().clone()``."""
    match node:
        case ast.Attribute(attr="data"):
            return ".data"
        case ast.Call(func=ast.Attribute(attr=name)) if name in _CUTS:
            return f".{name}()"
        case ast.Call(func=ast.Attribute(value=inner, attr="clone" | "cpu" | "mean" | "float"), args=[]):
            return _is_cut(inner)
    return None


def _calls_for(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> Iterator[ast.Call]:
    """The calls that gave the value that the leaf is made of."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            yield each
        elif isinstance(each, ast.Name) and depth and (found := noticed.definition(place, each.id)) is not None:
            yield from _calls_for(noticed, *found, depth - 1)


def _cuts_in(places: list[Place], calls: list[ast.Call]) -> Iterator[tuple[Place, str]]:
    """The statements, ``outputs = outputs.data``, of the functions in ``calls`` that give what has no graph."""
    seen: set[int] = set()
    for each in places:
        match each.statement:
            case ast.Assign(targets=[ast.Name()], value=value) | ast.Return(value=ast.expr() as value):
                word = _is_cut(value)
                called = each.function and any(each.call is one for one in calls)
                if word is not None and called and id(each.statement) not in seen:
                    seen.add(id(each.statement))
                    yield each, word
