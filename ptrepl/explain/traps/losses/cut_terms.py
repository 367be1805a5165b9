"""The trap of a term of the loss that has no graph: it changes the number, and no gradient."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.losses.plain_gradients import gradient_without_graph
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import backward_in
from ptrepl.explain.traps.questions.spelled import unpacked
from ptrepl.explain.traps.reading.passes import has_trained, parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_DEEPEST = 8
_CUTS = ("item", "detach")


def term_without_graph(noticed: Noticed) -> Iterator[Told]:
    """``adv = criterion(critic(code), y).item()``, then ``(rec + lam * adv).backward()``."""
    for place in noticed.places:
        call = backward_in(place) if place.certain else None
        if call is None or not isinstance(call.func, ast.Attribute):
            continue
        terms = [*_terms(noticed, place, call.func.value)]
        cut = [each for each in terms if each.cut is not None]
        if not cut or len(cut) == len(terms):
            continue
        term = cut[0]
        assert term.cut is not None
        if term.grads_off:
            text = gettext(
                "{term} was computed under torch.no_grad(), so it has no graph: added to the loss it changes the "
                "number, but backward() gives no gradient for it. Compute it outside of no_grad().",
                term=term.text,
            )
            yield told_of(term.where, text, term.cut)
            return
        if term.gradient is not None:
            text = gettext(
                "{term} is computed from {gradient}, which has no graph without create_graph=True: added to the loss "
                "it changes the number, but backward() gives no gradient for it. Add create_graph=True to that call.",
                term=term.text,
                gradient=_called(term.gradient),
            )
            yield told_of(term.where, text, term.cut)
            return
        text = gettext(
            "{term} has no graph, since it comes of {method}(): added to the loss it changes the number, but "
            "backward() gives no gradient for it. Add the tensor itself, and take {method}() of it only for what you "
            "print or keep.",
            term=term.text,
            method=_method(term.cut),
        )
        yield told_of(term.where, text, term.cut)
        return


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of the sum that is the loss; ``cut``: the call that took the graph from a loss of a network."""

    where: Place
    text: str
    cut: ast.expr | None = None
    grads_off: bool = False
    """Whether it was computed under ``no_grad``: ``cut`` is what was computed."""
    gradient: ast.Call | None = None
    """The call of ``autograd.grad`` without ``create_graph=True`` that it is computed from."""


def _terms(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> Iterator[_Term]:
    """The terms of the sum that ``node`` is, as far as they can be followed."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _terms(noticed, place, left, depth)
            yield from _terms(noticed, place, right, depth)
            return
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            if isinstance(found[1], (ast.BinOp, ast.Call, ast.Name)):
                inner = [*_terms(noticed, *found, depth - 1)]
                yield from inner if len(inner) > 1 else [replace(each, text=name) for each in inner]
                return
        case ast.Call() if depth and (found := noticed.returned(place, node)) is not None:
            yield from _terms(noticed, *found, depth - 1)
            return
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            sides = [*_terms(noticed, place, left, depth), *_terms(noticed, place, right, depth)]
            cut = [each for each in sides if each.cut is not None]
            plain = [each for each in (left, right) if _is_number(each)]
            weighted = len(sides) == 2 and len(cut) == 1 and bool(plain)
            if weighted and cut[0].grads_off:
                weighted = _is_plain_number(noticed, place, right if sides[0] is cut[0] else left)
            yield cut[0] if weighted else _Term(place, place.text(node))
            return
    if place.grads_off and _is_of_parameters(noticed, place, node):
        yield _Term(place, place.text(node), node, grads_off=True)
        return
    gradient = gradient_without_graph(noticed, place, node)
    yield _Term(place, place.text(node), _cut_in(noticed, place, node) if gradient is None else node, gradient=gradient)


def _called(call: ast.Call) -> str:
    return f"{ast.unparse(call.func)}(…)"


def _method(cut: ast.expr) -> str:
    return cut.func.attr if isinstance(cut, ast.Call) and isinstance(cut.func, ast.Attribute) else "float"


def _is_plain_number(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether it is certainly a number, by which a term is weighted."""
    if isinstance(node, ast.Name) and (found := noticed.definition(place, node.id)) is not None:
        node = found[1]
    return isinstance(node, ast.Constant) or type(place.reader.real(node)) in (int, float)


def _is_of_parameters(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether a loss, or a norm, of what trains: with gradients on it would have had a graph."""
    if isinstance(node, ast.Call) and _is_loss(noticed, place, node.func):
        return any(_is_of_network(noticed, place, each, 3, off=True) for each in node.args)
    cuts = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)} & {"data", "detach", "grad"}
    return not cuts and any(_trains(place, each) for each in ast.walk(node))


def _trains(place: Place, node: ast.AST) -> bool:
    """Whether it is ``net.parameters()``, or ``net.fc.weight``, of a network that trains."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters")):
            module = place.reader.real(owner)
            return kind_of(module) is Kind.MODULE and any(
                read(each).requires_grad is True for each in parameters_of(module)
            )
        case ast.Attribute(attr="weight"):
            found = place.reader.real(node)
            return type(found) is sys.modules["torch"].nn.Parameter and read(found).requires_grad is True
    return False


def _is_number(node: ast.expr) -> bool:
    """Whether it is a weight: a number, or a name that is no loss."""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
    return isinstance(node, ast.Constant) or (name is not None and "loss" not in name.casefold())


def _cut_in(noticed: Noticed, place: Place, node: ast.expr) -> ast.Call | None:
    """``criterion(net(x), y).item()``: the call of ``item`` or ``detach``, of a loss of what a network gave."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _CUTS:
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _CUTS:
                return _cut_in(noticed, place, inner)
            number = name == "item" and _reads_network(noticed, place, inner)
            return node if number or _is_loss_of_network(noticed, place, inner) else None
        case ast.Call(func=ast.Name(id="float"), args=[inner]):
            cut = _cut_in(noticed, place, inner) is not None
            return node if cut or _is_loss_of_network(noticed, place, inner) else None
    return None


def _reads_network(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether it is computed from what a network with parameters gave, without a graph being cut."""
    words = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    if words & {"detach", "data", "item", "numpy", "argmax", "grad"}:
        return False
    return any(isinstance(each, ast.Name) and _is_of_network(noticed, place, each, 3) for each in ast.walk(node))


def _is_loss_of_network(noticed: Noticed, place: Place, node: ast.expr, depth: int = 3) -> bool:
    """Whether it calls a loss of torch's with what a network with parameters gave."""
    if isinstance(node, ast.Name) and depth and (found := noticed.definition(place, node.id)) is not None:
        return _is_loss_of_network(noticed, *found, depth - 1)
    if not isinstance(node, ast.Call) or not _is_loss(noticed, place, node.func):
        return False
    return any(_is_of_network(noticed, place, each, 3) for each in node.args)


def _is_loss(noticed: Noticed, place: Place, func: ast.expr) -> bool:
    found = place.reader.real(func)
    if type(found) is types.FunctionType and found.__module__ == "torch.nn.functional":
        return "loss" in found.__name__ or "entropy" in found.__name__
    if not place.module_class(func) and isinstance(func, ast.Name):
        known = noticed.definition(place, func.id)
        return known is not None and known[0].module_class(known[1]).endswith("Loss")
    return place.module_class(func).endswith("Loss")


def _is_of_network(noticed: Noticed, place: Place, node: ast.expr, depth: int, *, off: bool = False) -> bool:
    """Whether a network with parameters gave it; ``off``: although gradients are off."""
    if place.grads_off and not off:
        return False
    if isinstance(node, ast.Name) and depth and (found := noticed.definition(place, node.id)) is not None:
        return _is_of_network(noticed, *found, depth - 1, off=off)
    if isinstance(node, ast.Name) and (parts := unpacked(noticed, place, node.id)) is not None:
        node = parts[0]
    if not isinstance(node, ast.Call):
        return False
    module = place.reader.real(node.func)
    return has_trained(module)
