"""The trap of every pair: a column beside a row, where element by element was meant."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, is_one, kind_of
from ptrepl.explain.rewrite import segment
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.own_code import is_own_module
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import N_, gettext

_LOSSES = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
_LOSS_FUNCTIONS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_ELEMENTWISE = frozenset("abs pow square float double int long sqrt cpu detach item log1p abs_ clamp".split())
_PICKS = frozenset("argmax max round sign topk".split())
_VIEWS = frozenset("view reshape squeeze unsqueeze flatten t detach clone contiguous float".split())
_NO_DATA = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
_DEEPEST = 8
_DIFFERENCE = N_(
    "{left} is {shape} and {right} is {other}, so the difference is {result}: each element of one minus every "
    "element of the other. To subtract element by element, take {column}.squeeze(1)."
)
_COMPARISON = N_(
    "{left} is {shape} and {right} is {other}, so the comparison is {result}: each element of one with every "
    "element of the other. To compare element by element, take {column}.squeeze(1)."
)
_PARTS = N_(
    "{left} is {shape} and {right} is {other}, so element by element they become {result}: each sample of one is set "
    "against every sample of the other. To set each against its own, take {column}.squeeze(1)."
)


def every_pair(noticed: Noticed) -> Iterator[Told]:
    """(n, 1) beside (n,) gives (n, n): in a loss, in a difference that becomes one, in an accuracy."""
    seen: set[int] = set()
    for place in noticed.places:
        if not place.certain:
            continue
        for node in place.nodes():
            if isinstance(node, ast.Call) and (pair := _in_loss(place, node)):
                yield from _told_of_loss(place, *pair)
            for at, found in _judged(noticed, place, node):
                if id(found) not in seen:
                    seen.add(id(found))
                    yield from _told_of_pair(noticed, at, found, reduced=found is not node)


def _in_loss(place: Place, call: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """The input and the target of a loss that subtracts them."""
    if not (place.is_function(call.func, *_LOSS_FUNCTIONS) or place.is_module(call.func, *_LOSSES)):
        return None
    named = {each.arg: each.value for each in call.keywords}
    parts = [*call.args[:2], *(named[name] for name in ("input", "target")[len(call.args) :] if name in named)]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _told_of_loss(place: Place, left: ast.expr, right: ast.expr) -> Iterator[Told]:
    one, two = place.reader.shape(left), place.reader.shape(right)
    if one is None or two is None:
        return
    if _is_column_and_row(one, two):
        yield _of_pairs(_DIFFERENCE, place, left, right, one, two)
    elif len(one) == len(two) and one != two and all(a == b or 1 in (a, b) for a, b in zip(one, two, strict=True)):
        text = gettext(
            "{left} is {shape} and {right} is {other}, so the loss repeats what has size 1 to make them alike. If each "
            "prediction has a target of its own, give both the same shape.",
            left=place.text(left),
            shape=shape_text(one),
            right=place.text(right),
            other=shape_text(two),
        )
        yield told_of(place, text, left)


def _is_column_and_row(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    """``(n, 1)`` and ``(n,)``, ``(n, 1, h, w)`` and ``(n, h, w)``: together ``(n, n)``, with the rest."""
    column, row = (one, two) if len(one) > len(two) else (two, one)
    return len(row) > 0 and row[0] > 1 and column == (row[0], 1, *row[1:])


def _judged(noticed: Noticed, place: Place, node: ast.expr) -> Iterator[tuple[Place, ast.expr]]:
    """Differences and comparisons that are made to one number here; a difference for itself too."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield place, node
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="mean" | "sum"), args=[], keywords=[]):
            yield from _within(noticed, place, inner)
        case ast.Call(func=func, args=[inner], keywords=[]) if place.is_function(func, "mean", "sum"):
            yield from _within(noticed, place, inner)


def _within(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> Iterator[tuple[Place, ast.expr]]:
    """The differences and comparisons from whose elements the elements of ``node`` are computed."""
    if not depth:
        return
    match node:
        case ast.BinOp(op=ast.Sub()) | ast.Compare(ops=[ast.Eq() | ast.NotEq()]):
            yield place, node
        case ast.Call(func=ast.Attribute(attr="eq"), args=[_]):
            yield place, node
        case ast.BinOp(left=left, op=ast.Pow() | ast.Mult() | ast.Div(), right=right):
            for each in (left, right):
                yield from _within(noticed, place, each, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _ELEMENTWISE:
            if place.reader.real(node.func) is None:
                yield from _within(noticed, place, inner, depth - 1)
            elif node.args:  # torch.abs(…)
                yield from _within(noticed, place, node.args[0], depth - 1)
        case ast.Call(func=func, args=[inner, *_]) if place.is_function(func, "abs", "square", "pow", "eq"):
            yield from _within(noticed, place, inner, depth - 1)
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            if found is not None:
                yield from _within(noticed, *found, depth - 1)


def _told_of_pair(noticed: Noticed, place: Place, node: ast.expr, *, reduced: bool) -> Iterator[Told]:
    match node:
        case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
            pass
        case ast.Call(func=ast.Attribute(value=left), args=[right]):
            pass
        case _:
            return
    one, two = place.reader.tensor(left), place.reader.tensor(right)
    if one is None or two is None or not _is_column_and_row(tuple(one.shape), tuple(two.shape)):
        return
    column = left if one.dim() > two.dim() else right
    if _root(noticed, place, left) == _root(noticed, place, right):
        return
    if _names(place, left) & _names(place, right) or _is_meant(left) or _is_meant(right):
        return
    predicted = [_is_prediction(noticed, place, each) for each in (left, right)]
    meant = _was_meant(noticed, place, column)
    if max(one.dim(), two.dim()) > 2 and (meant or not reduced or not any(predicted)):
        return  # (n, 1, d) beside (n, d): the distances of all pairs
    if isinstance(node, ast.BinOp):
        integers = not (one.dtype.is_floating_point or two.dtype.is_floating_point)
        certain = predicted[0] != predicted[1] or (reduced and not meant)
        if not integers and certain:
            yield _of_pairs(_DIFFERENCE, place, left, right, tuple(one.shape), tuple(two.shape))
    elif any(predicted) or not meant:
        yield _of_pairs(_COMPARISON, place, left, right, tuple(one.shape), tuple(two.shape))


def _of_pairs(
    said: str, place: Place, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Told:
    text = gettext(
        said if max(len(one), len(two)) == 2 else _PARTS,
        left=place.text(left),
        shape=shape_text(one),
        right=place.text(right),
        other=shape_text(two),
        result=shape_text((one[0], *min(one, two, key=len))),
        column=_called(place, left if len(one) > len(two) else right),
    )
    return told_of(place, text, left)


def _called(place: Place, node: ast.expr) -> str:
    text = place.text(node)
    return text if isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)) else f"({text})"


def _root(noticed: Noticed, place: Place, node: ast.expr, depth: int = 4) -> str:
    """What it is another view of, as text; a column and a row of one tensor have the same."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _VIEWS and depth:
            return _root(noticed, place, inner, depth - 1)
        case ast.Subscript(value=inner) | ast.Attribute(value=inner, attr="T" | "mT" | "data") if depth:
            return _root(noticed, place, inner, depth - 1)
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            inner = found[1]
            is_view = (
                isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _VIEWS
            )
            return _root(noticed, *found, depth - 1) if is_view or isinstance(inner, ast.Subscript) else name
    return ast.unparse(node)


def _names(place: Place, node: ast.expr) -> set[str]:
    """The variables in it: not functions, nor the modules that have them."""
    found = {each.id: place.reader.real(each) for each in ast.walk(node) if isinstance(each, ast.Name)}
    return {name for name, value in found.items() if not is_one(type(value), _NO_DATA) and type(value) is not type}


def _is_meant(node: ast.expr, *, sizes: bool = True) -> bool:
    """Whether a dimension of size 1 is written in it, so that it is broadcast; ``sizes``: as ``view(-1, 1)`` too."""
    for each in ast.walk(node):
        match each:
            case ast.Subscript(slice=index) if any(_is_none(part) for part in ast.walk(index)):
                return True
            case ast.Call(func=ast.Attribute(attr="unsqueeze" | "meshgrid" | "expand" | "expand_as")):
                return True
            case ast.Call(func=ast.Attribute(attr="view" | "reshape"), args=[*_, ast.Constant(value=1)]) if sizes:
                return True
            case ast.Call(func=ast.Attribute(attr=name), keywords=keywords) if name not in _PICKS:
                if any(keyword.arg in ("keepdim", "keepdims") for keyword in keywords):
                    return True
    return False


def _is_none(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


def _was_meant(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether the column was made one by an index of None, ``unsqueeze`` or brackets round each number."""
    if not isinstance(node, ast.Name):
        return _is_meant(node)
    found = noticed.definition(place, node.id)
    if found is None:
        return False
    at, value = found
    literal = isinstance(value, ast.Call) and any(isinstance(each, ast.List) for each in value.args)
    return literal or "meshgrid" in segment(at.source, value) or _is_meant(value, sizes=False)


def _is_prediction(noticed: Noticed, place: Place, node: ast.expr, depth: int = 4) -> bool:
    """Whether it comes out of a network, or was computed with what is trained."""
    value = place.reader.tensor(node)
    if value is not None and value.requires_grad:
        return not value.is_leaf
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            found = place.reader.real(each.func)
            if kind_of(found) is Kind.MODULE or type(found) is Made or is_own_module(found):
                return True
            if isinstance(each.func, ast.Attribute) and each.func.attr in _PICKS:
                return True
    if isinstance(node, ast.Subscript):
        return _is_prediction(noticed, place, node.value, depth - 1) if depth else False
    if isinstance(node, ast.Name) and depth:
        known = noticed.definition(place, node.id)
        return known is not None and _is_prediction(noticed, *known, depth - 1)
    return False
