"""The trap of a gradient that is nan although the loss is a number: found by computing it again on copies."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.engine.watch.notes import HasNan
from ptrepl.engine.watch.targets import GradientOf
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.standins import NoStandIn
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import backward_in
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.walk import Walk
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_DEEPEST = 5


def nan_gradient(noticed: Noticed) -> Iterator[Told]:
    """``torch.where(x > 0, x.sqrt(), x)``: sqrt has no slope where it is not taken; or sqrt of 0."""
    names = [each.target.name for each in noticed.noted(HasNan) if isinstance(each.target, GradientOf)]
    if not names or not any(map(backward_in, noticed.places)):
        return
    for place in _behind(noticed, noticed.source, noticed.tree, _DEEPEST):
        for node in place.nodes():
            for name in names:
                text = _of_where(place, node, name, noticed.names.get(name)) or _of_root(place, node, name)
                if text:
                    yield told_of(place, text, node)
                    return


def _behind(noticed: Noticed, source: str, tree: ast.stmt, depth: int) -> Iterator[Place]:
    """The places of the statement, and of those that made what it reads: on copies with all values."""
    yield from Walk(exact=True).through(source, tree, noticed.names, frozenset())
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and depth:
            found = noticed.made_by(each.id)
            if found is not None:
                yield from _behind(noticed, found[0], found[1], depth - 1)


def _of_where(place: Place, node: ast.expr, name: str, leaf: Any) -> str:
    torch = sys.modules["torch"]
    match node:
        case ast.Call(func=func, args=[condition, one, two]) if place.is_function(func, "where"):
            pass
        case ast.Call(func=ast.Attribute(value=one, attr="where"), args=[condition, two]):
            pass
        case ast.Call(func=ast.Attribute(value=two, attr="masked_fill"), args=[condition, ast.Constant() as one]):
            pass
        case _:
            return ""
    reader = place.reader
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
            if not is_tensor_class(type(value)) or not value.requires_grad:
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
        "{gradient} has nan from {branch}, where its elements were not taken: its derivative is not finite there, and "
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


def _of_root(place: Place, node: ast.expr, name: str) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="sqrt"), args=[]):
            pass
        case ast.Call(func=func, args=[inner]) if place.is_function(func, "sqrt"):
            pass
        case ast.BinOp(left=inner, op=ast.Pow(), right=ast.Constant(value=0.5)):
            pass
        case _:
            return ""
    reader = place.reader
    try:
        value = reader.value(inner)
        if not is_tensor_class(type(value)) or not value.requires_grad or not bool((value == 0).any()):
            return ""
    except (Unknown, Failed, NoStandIn, RuntimeError, AttributeError):
        return ""
    return gettext(
        "{gradient} has nan because {inner} has a 0: the derivative of sqrt is infinite there, and 0 times infinity is "
        "nan. Add a small number before the square root: {inner} + 1e-12.",
        gradient=f"{name}.grad",
        inner=place.text(inner),
    )
