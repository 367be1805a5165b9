"""What the round of a training loop runs: its steps, its clears, and all the code that it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.optimizers import is_optimizer
from ptrepl.explain.traps.reading.place import Loop, Place


def is_in(place: Place, loop: Loop) -> bool:
    """Whether it stands in the loop, or in a function that is called there."""
    return any(loop is each for each in place.loops) or any(
        loop is each for caller in place.callers for each in caller.loops
    )


def backward_in(place: Place) -> ast.Call | None:
    """The call of ``backward`` in the statement."""
    for node in place.nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward":
            return node
    return None


def loops_round(place: Place) -> Iterator[Loop]:
    """The loops that it stands in, the innermost first: those round the calls that led to it too."""
    for each in (place, *reversed(place.callers)):
        yield from reversed(each.loops)


def within(noticed: Noticed, loop: Loop) -> list[Place]:
    """The places of one round of the loop, in order."""
    return [each for each in noticed.places if is_in(each, loop)]


def training_round(noticed: Noticed, place: Place) -> tuple[Loop | None, list[Place]]:
    """The innermost loop round ``place`` that goes backward, and its places; without one those of its function."""
    for loop in loops_round(place):
        places = within(noticed, loop)
        if any(backward_in(each) is not None for each in places):
            return loop, places
    return None, [*noticed.places] if place.function else []


def at(places: Sequence[Place], place: Place) -> int:
    """Where ``place`` itself stands among ``places``."""
    return next(at for at, each in enumerate(places) if each is place)


def stepped(noticed: Noticed, place: Place) -> ast.expr | None:
    """The optimizer that the statement steps: ``opt.step()``, ``scaler.step(opt)``; None for all else."""
    match place.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="step"), args=[], keywords=[])):
            pass
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="step"), args=[owner], keywords=[])):
            pass
        case _:
            return None
    return owner if is_optimizer(noticed, place, owner) else None


def clears(place: Place) -> ast.expr | None:
    """The call, or the attribute, by which the statement clears gradients."""
    for node in place.nodes():
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if "zero_grad" in name:
                return node
            case ast.Attribute(attr="grad", ctx=ast.Store() | ast.Del()):
                return node
    return None


def method_call(place: Place, *names: str) -> tuple[ast.expr, str] | None:
    """``(net, "eval")`` for the statement ``net.eval()``."""
    match place.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=name))) if name in names:
            return owner, name
    return None


def mentions(trees: Sequence[ast.AST], *attributes: str) -> bool:
    """Whether one of these attributes is read or written in them."""
    return any(isinstance(each, ast.Attribute) and each.attr in attributes for tree in trees for each in ast.walk(tree))
