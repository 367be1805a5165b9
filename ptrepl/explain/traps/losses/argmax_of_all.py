"""The trap of ``argmax()`` without a dim: one index into all elements, compared with the label of each sample."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_KEEPS = frozenset("cpu cuda to long int detach".split())
_COMPARES = ("eq", "ne")
_COUNTS = re.compile(r"\b(sum|mean|float|count_nonzero|double)\(|\bfloat")
_RIGHT = re.compile(r"acc|correct|right|hit|match", re.IGNORECASE)
_DEEPEST = 4


def argmax_of_all(noticed: Noticed) -> Iterator[Told]:
    """``(logits.argmax() == labels).sum()`` of logits of shape (6, 3) and labels of shape (6,)."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            for given, labels in _compared(place, node):
                found = _argmax(noticed, place, given)
                wanted = None if found is None else place.reader.shape(labels)
                if found is None or wanted is None or not _counts(place):
                    continue
                where, call, scores = found
                shape = where.reader.shape(scores)
                if shape is not None and shape == wanted and _are_classes(noticed, where, scores):
                    text = gettext(
                        "{scores} {shape} holds the class of each sample already, so {code} is one index, the place of "
                        "the largest class, and that one is compared with each element of {labels}. Leave this line "
                        "out.",
                        scores=where.text(scores),
                        shape=shape_text(shape),
                        code=where.text(call),
                        labels=f"{place.text(labels)} {shape_text(wanted)}",
                    )
                    yield told_of(where, text, call)
                    continue
                dim = None if shape is None else _dim_meant(shape, wanted)
                if shape is None or dim is None:
                    continue
                text = gettext(
                    "{code} got no dim, so it is one index, into all {count} elements of {scores}, and that one is "
                    "compared with each element of {labels}. For the largest of each sample write {instead}.",
                    code=where.text(call),
                    count=prod(shape),
                    scores=f"{where.text(scores)} {shape_text(shape)}",
                    labels=f"{place.text(labels)} {shape_text(wanted)}",
                    instead=_with_dim(where, call, dim),
                )
                yield told_of(where, text, call)


def _are_classes(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether an argmax, or a max, along a dim gave them just before: the class of each sample."""
    value = place.reader.tensor(node) if isinstance(node, ast.Name) else None
    if value is None or value.numel() < 2 or value.is_floating_point() or not isinstance(node, ast.Name):
        return False
    made = noticed.definition(place, node.id)
    calls = [made[1]] if made is not None else []
    for each in place.body[: place.body.index(place.statement)]:
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=[_, ast.Name(id=name)])], value=value) if name == node.id:
                calls = [value]
    return any(_along_a_dim(each) for each in calls)


def _along_a_dim(node: ast.expr) -> bool:
    """``logits.argmax(1)``, ``torch.max(outputs, 1)``, ``outputs.max(dim=1)[1]``."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=base, attr="argmax" | "max"), args=args, keywords=keywords):
                of_torch = isinstance(base, ast.Name) and base.id == "torch"
                if len(args) > of_torch or any(part.arg == "dim" for part in keywords):
                    return True
    return False


def _counts(place: Place) -> bool:
    """Whether it counts what is equal, as an accuracy does: ``(moves == board.argmax()).any()`` asks something else."""
    text = ast.unparse(place.statement)
    targets = place.statement.targets if isinstance(place.statement, ast.Assign) else []
    names = [each.id for each in targets if isinstance(each, ast.Name)]
    later = [ast.unparse(each) for each in place.after if any(name in ast.unparse(each) for name in names)]
    counted = any(map(_COUNTS.search, (text, *later))) or any(map(_RIGHT.search, names))
    return counted and "any(" not in text


def _compared(place: Place, node: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The two sides of a comparison of elements, either of which may be the argmax."""
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            pass
        case ast.Call(func=ast.Attribute(value=left, attr=name), args=[right], keywords=[]) if name in _COMPARES:
            pass
        case ast.Call(func=func, args=[left, right], keywords=[]) if place.is_function(func, *_COMPARES):
            pass
        case _:
            return
    yield left, right
    yield right, left


def _argmax(
    noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST
) -> tuple[Place, ast.Call, ast.expr] | None:
    """Where ``argmax`` without a dim stands, its call, and what it is taken of; None where it is no such call."""
    match node:
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            return _argmax(noticed, *found, depth - 1)
        case ast.Call(func=ast.Attribute(attr="argmax" | "argmin") as func, args=[scores], keywords=[]) if (
            place.is_function(func, "argmax", "argmin")
        ):
            return place, node, scores
        case ast.Call(func=ast.Attribute(value=scores, attr="argmax" | "argmin"), args=[], keywords=[]):
            return place, node, scores
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _KEEPS:
            return _argmax(noticed, place, inner, depth)
    return None


def _dim_meant(shape: tuple[int, ...], labels: tuple[int, ...]) -> int | None:
    """The dim of the scores that the labels do not have: the last, or that of the classes; None where none fits."""
    if len(labels) != len(shape) - 1 or prod(labels) < 2 or prod(labels) == prod(shape):
        return None
    for dim in (1, len(shape) - 1) if len(shape) != 3 else (2, 1):
        if shape[:dim] + shape[dim + 1 :] == labels:
            return dim
    return None


def _with_dim(place: Place, call: ast.Call, dim: int) -> str:
    func = place.text(call.func)
    return f"{func}({place.text(call.args[0])}, dim={dim})" if call.args else f"{func}(dim={dim})"
