"""The trap of samples that are counted and divided by the number of batches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import names_within
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.means import quotients
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made, class_of
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MOST_SEARCHED = 20
_LONGEST = 4_000
_SUMS = ("sum", "count_nonzero")


def divided_by_batches(noticed: Noticed) -> Iterator[Told]:
    """``correct += (pred == y).sum()``, then ``correct / len(loader)``: 10 for batches of 10 that are all right."""
    for place in noticed.places:
        if not place.certain or hasattr(place.statement, "body"):
            continue
        for name, length in quotients(noticed, place):
            text = _judged(noticed, place, name, length)
            if text:
                yield told_of(place, text)
                return


def _judged(noticed: Noticed, place: Place, name: str, length: ast.expr) -> str:
    """What to say of ``name / len(length)``; "" where that may be right."""
    loader = _loader(place, length)
    if loader is None or _is_divided_elsewhere(noticed, place, name):
        return ""
    same = [each for each in noticed.places if each.call is place.call]
    if not place.function:
        same += _counted_before(noticed, name, length)
    dims = next((found for each in same if (found := _dims_counted(noticed, each, name, length)) is not None), None)
    if dims is None or dims > 1:
        return ""
    data = place.text(length)
    text = gettext(
        "{name} counts right predictions, and len({loader}) is the number of batches, not of samples: "
        "{name} / len({loader}) is no accuracy, and can be above 1.",
        name=name,
        loader=data,
    )
    if dims == 1 and own_dict(loader).get("drop_last") is not True:
        advice = gettext(
            "The number of samples is {code}: write {name} / {code}.", code=f"len({data}.dataset)", name=name
        )
        text = f"{text} {advice}"
    return text


def _counted_before(noticed: Noticed, name: str, length: ast.expr) -> tuple[Place, ...]:
    """The places of the loop before this statement that counted ``name``."""
    used = names_within(length)
    for entry in islice(noticed.earlier(), _MOST_SEARCHED):
        if name in entry.bound:
            loop = ast.parse(entry.source).body[0] if len(entry.source) < _LONGEST else None
            ran = isinstance(loop, (ast.For, ast.With)) and entry.status is Status.OK
            return noticed.places_of(entry.source, loop) if ran and loop else ()
        if used & {*entry.bound}:
            break
    return ()


def _loader(place: Place, node: ast.expr) -> Any:
    """The loader that it names, where its batches have more than one sample."""
    found = place.reader.real(node)
    if kind_of(found) is not Kind.LOADER and not (type(found) is Made and class_of(found).__name__ == "DataLoader"):
        return None
    size = own_dict(found).get("batch_size")
    return found if type(size) is int and size > 1 else None


def _dims_counted(noticed: Noticed, place: Place, name: str, loader: ast.expr) -> int | None:
    """Whether it adds to ``name`` how many predictions of a batch are right: how many dims those have, 0 if unknown."""
    match place.statement:
        case ast.AugAssign(target=ast.Name(id=target), op=ast.Add(), value=value) if target == name:
            pass
        case ast.Assign(
            targets=[ast.Name(id=target)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=value)
        ) if target == name == left:
            pass
        case _:
            return None
    text = ast.dump(loader)
    over = any(
        isinstance(each.tree, ast.For) and any(ast.dump(part) == text for part in ast.walk(each.tree.iter))
        for each in place.loops
    )
    found = _equality(noticed, place, value) if over else None
    if found is None:
        return None
    shape = found[0].reader.shape(found[1])
    return len(shape) - (len(shape) > 1 and shape[1:] == (1,)) if shape is not None else 0


def _equality(noticed: Noticed, place: Place, node: ast.expr, depth: int = 5) -> tuple[Place, ast.expr] | None:
    """The comparison whose elements are counted, and where it stands."""
    match node:
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            return _equality(noticed, *found, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr="item" | "float" | "double" | "long" | "int" | "cpu")):
            return _equality(noticed, place, inner, depth)
        case ast.Call(func=ast.Name(id="float" | "int"), args=[inner]):
            return _equality(noticed, place, inner, depth)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name in _SUMS:
            return _compared(noticed, place, inner, depth)
        case ast.Call(func=func, args=[inner]) if place.is_function(func, *_SUMS):
            return _compared(noticed, place, inner, depth)
    return None


def _compared(noticed: Noticed, place: Place, node: ast.expr, depth: int) -> tuple[Place, ast.expr] | None:
    match node:
        case ast.Compare(ops=[ast.Eq()]) | ast.Call(func=ast.Attribute(attr="eq")):
            return place, node
        case ast.Call(func=ast.Attribute(value=inner, attr="float" | "long" | "int" | "type" | "double" | "cpu")):
            return _compared(noticed, place, inner, depth)
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            return _compared(noticed, *found, depth - 1)
    return None


def _is_divided_elsewhere(noticed: Noticed, place: Place, name: str) -> bool:
    """Whether ``name``, or what comes of it here, is divided or multiplied in another statement."""
    results = {name}
    match place.statement:
        case ast.Assign(targets=targets):
            results |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    for other in noticed.places:
        if other is place or hasattr(other.statement, "body"):
            continue
        for node in ast.walk(other.statement):
            match node:
                case ast.AugAssign(target=ast.Name(id=target), op=ast.Div() | ast.Mult()) if target in results:
                    return True
                case ast.BinOp(op=ast.Mult(), right=ast.Constant(value=100 | 100.0)):
                    continue
                case ast.BinOp(left=left, op=ast.Div() | ast.Mult()):
                    if any(
                        each is place.call or (isinstance(each, ast.Name) and each.id in results)
                        for each in ast.walk(left)
                    ):
                        return True
    return False
