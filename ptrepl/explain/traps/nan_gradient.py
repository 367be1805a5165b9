"""The trap of a gradient that is nan although the loss is a number: found by computing it again on copies."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.notes import HasNan
from ptrepl.engine.watch.targets import GradientOf
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import NoStandIn, StandIns
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import CodeReader
from ptrepl.explain.traps.told import Told
from ptrepl.explain.traps.training_loop import backward_in
from ptrepl.texts.messages import gettext

_DEEPEST = 5


def nan_gradient(noticed: Noticed) -> Iterator[Told]:
    """``torch.where(x > 0, x.sqrt(), x)``: sqrt has no slope where it is not taken; or sqrt of 0."""
    names = [each.target.name for each in noticed.noted(HasNan) if isinstance(each.target, GradientOf)]
    if not names:
        return
    for place in noticed.places:
        call = None if place.function or place.loops else backward_in(place)
        if call is None or not isinstance(call.func, ast.Attribute):
            continue
        for at, node in _behind(noticed, place, call.func.value, _DEEPEST):
            for name in names:
                leaf = noticed.names.get(name)
                text = _of_where(noticed, at, node, name, leaf) or _of_root(noticed, at, node, name)
                if text:
                    yield Told(text, noticed.source)
                    return


def _behind(noticed: Noticed, place: Place, node: ast.expr, depth: int) -> Iterator[tuple[Place, ast.expr]]:
    """The expressions from which ``node`` was computed, those behind its names among them."""
    for each in ast.walk(node):
        if isinstance(each, (ast.Call, ast.BinOp)):
            yield place, each
        elif isinstance(each, ast.Name) and depth:
            found = noticed.definition(place, each.id)
            if found is not None:
                yield from _behind(noticed, *found, depth - 1)


def _exact(noticed: Noticed) -> CodeReader:
    return CodeReader(FrameScope(noticed.names, noticed.names), StandIns(exact=True))


def _of_where(noticed: Noticed, place: Place, node: ast.expr, name: str, leaf: Any) -> str:
    torch = sys.modules["torch"]
    match node:
        case ast.Call(func=func, args=[condition, one, two]) if place.is_function(func, "where"):
            pass
        case ast.Call(func=ast.Attribute(value=one, attr="where"), args=[condition, two]):
            pass
        case _:
            return ""
    reader = _exact(noticed)
    try:
        copy = reader.standins.of(leaf)
        taken = reader.value(condition)
        chosen = reader.value(node)
        if copy.shape != chosen.shape or not bool(torch.isfinite(chosen).all()):
            return ""
        wrong = torch.isnan(_gradient(chosen, copy))
        if not bool(wrong.any()):
            return ""
        taken = taken.expand_as(chosen)
        for branch, left_out in ((one, ~taken), (two, taken)):
            value = reader.value(branch)
            if type(value) is not torch.Tensor or not value.requires_grad:
                continue
            without = ~torch.isfinite(_gradient(value.expand_as(chosen), copy))
            if bool((wrong <= (without & left_out)).all()):
                return _where_text(place, name, branch, condition, turned=branch is two)
    except (Unknown, Failed, NoStandIn, RuntimeError, AttributeError):
        return ""
    return ""


def _where_text(place: Place, name: str, branch: ast.expr, condition: ast.expr, *, turned: bool) -> str:
    test = place.text(condition)
    return gettext(
        "{gradient} has nan from {branch}, where torch.where did not take it: its derivative is not finite there, and "
        "0 times that is nan. Replace those elements before: safe = torch.where({test}, {name}, 1.0), then use safe in "
        "{branch}.",
        gradient=f"{name}.grad",
        branch=place.text(branch),
        test=f"~({test})" if turned else test,
        name=name,
    )


def _gradient(value: Any, leaf: Any) -> Any:
    torch = sys.modules["torch"]
    with torch.enable_grad():
        found = torch.autograd.grad(value.sum(), leaf, retain_graph=True, allow_unused=True)[0]
    return torch.zeros_like(leaf) if found is None else found


def _of_root(noticed: Noticed, place: Place, node: ast.expr, name: str) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="sqrt"), args=[]):
            pass
        case ast.Call(func=func, args=[inner]) if place.is_function(func, "sqrt"):
            pass
        case ast.BinOp(left=inner, op=ast.Pow(), right=ast.Constant(value=0.5)):
            pass
        case _:
            return ""
    reader = _exact(noticed)
    try:
        value = reader.value(inner)
        if not value.requires_grad or not bool((value == 0).any()):
            return ""
    except (Unknown, Failed, NoStandIn, RuntimeError, AttributeError):
        return ""
    return gettext(
        "{gradient} has nan because {inner} has a 0: the derivative of sqrt is infinite there, and 0 times infinity is "
        "nan. Add a small number before the square root: {inner} + 1e-12.",
        gradient=f"{name}.grad",
        inner=place.text(inner),
    )
